import type { ActivityDeps } from './deps.js';

/**
 * Starts the close of a period as the schedule does; false when it is going on or went well before (rule 1). Repeating it is
 * safe: the period is the workflow's id.
 */
export const startClose =
  ({ closes }: Pick<ActivityDeps, 'closes'>) =>
  async ({ period }: { period: string }): Promise<{ started: boolean }> => ({
    started: await closes.start({ period, openedBy: 'schedule', collectUntil: null, reviewUntil: null }),
  });
