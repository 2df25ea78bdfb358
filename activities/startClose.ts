import type { RunInput } from '../domain/run.js';
import type { ActivityDeps } from './deps.js';

/**
 * Starts the close of a programme's month as its schedule does; false when it is going on or went well before (rule 1). Repeating it is
 * safe: programme and period are the workflow's id.
 */
export const startClose =
  ({ closes }: Pick<ActivityDeps, 'closes'>) =>
  async ({ programme, period }: RunInput): Promise<{ started: boolean }> => {
    const deadlines = { collectUntil: null, reviewUntil: null, skipReason: null };
    return { started: await closes.start({ programme, period, openedBy: 'schedule', ...deadlines }) };
  };
