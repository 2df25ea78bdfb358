import { ALL } from '../db/connect.js';
import { monthEndOf } from '../db/readModels/monthEnds.js';
import { nextPeriod } from '../domain/period.js';
import { runKeyOf, type RunInput } from '../domain/run.js';
import type { ActivityDeps } from './deps.js';

/**
 * Starts the close of a programme's month as its schedule does, and sets when the next month's opens, by that month's
 * calendar and zone. `started` is false when the close is going on or went well before (rule 1). Repeating it is safe:
 * programme and period are the workflow's id, and the schedule is set absolutely.
 */
export const startClose =
  ({ db, closes, monthEnds }: Pick<ActivityDeps, 'db' | 'closes' | 'monthEnds'>) =>
  async (input: RunInput): Promise<{ started: boolean }> => {
    const { programme, period } = runKeyOf(input);
    const deadlines = { collectUntil: null, reviewUntil: null, skipReason: null };
    const started = await closes.start({ programme, period, openedBy: 'schedule', ...deadlines });
    await monthEnds.set(await db.transaction(ALL, (trx) => monthEndOf(trx, programme, nextPeriod(period))));
    return { started };
  };
