import { KONTOR } from '../domain/access/actor.js';
import { ALL } from '../db/connect.js';
import { monthEndOf } from '../db/readModels/monthEnds.js';
import { nextPeriod, periodOf, previousPeriod, type Period } from '../domain/period.js';
import type { ActivityDeps } from './deps.js';

export interface StartCloseInput {
  programme: string;
  /** IANA time zone of the schedule. */
  zone: string;
  /** ISO instant for which the close was scheduled. */
  openedAt: string;
}

/**
 * Starts the close of a programme's month as its schedule does: of the month before the one that `openedAt` is in, in the
 * schedule's zone; and sets when the next month's opens, by that month's calendar and zone. `started` is false when the
 * close is going on or went well before (rule 1). Repeating it is safe: programme and period are the workflow's id, and
 * the schedule is set absolutely.
 */
export const startClose =
  ({ db, closes, monthEnds }: Pick<ActivityDeps, 'db' | 'closes' | 'monthEnds'>) =>
  async ({ programme, zone, openedAt }: StartCloseInput): Promise<{ period: Period; started: boolean }> => {
    const period = previousPeriod(periodOf(new Date(openedAt), zone));
    const deadlines = { collectUntil: null, reviewUntil: null, skipReason: null };
    const started = await closes.start({ programme, period, openedBy: KONTOR, ...deadlines });
    await monthEnds.set(await db.transaction(ALL, (trx) => monthEndOf(trx, programme, nextPeriod(period))));
    return { period, started };
  };
