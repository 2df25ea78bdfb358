import { wholeDays } from './kinds.js';
import { setting, settingsGroup } from './settingsGroup.js';

/** Rule 6: what follows from a site's silence. */
export const contact = settingsGroup(
  6,
  {
    warnAfterDays: setting(wholeDays, 7, 'The MSP of a silent site is warned'),
    blockAfterDays: setting(wholeDays, 30, 'New deployments (activations and keys) are refused'),
    disableAfterDays: setting(wholeDays, 60, 'The key is disabled'),
  },
  [
    ['warnAfterDays', '<', 'blockAfterDays'],
    ['blockAfterDays', '<', 'disableAfterDays'],
  ],
);

export type ContactSettings = ReturnType<typeof contact.resolve>;
