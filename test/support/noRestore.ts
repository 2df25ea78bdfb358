import type { RestoredWatch } from '../../activities/mailing/restoredWatch.js';

/** Of a database that nobody restores, where no Temporal is. */
export const NO_RESTORE: RestoredWatch = {
  mayBeSent: () => Promise.resolve(true),
  look: () => Promise.resolve(false),
};
