import type { Period } from '../../domain/period.js';
import { rows, type Trx } from '../connect.js';

/** Rule 7, of a month by its run: the version of the settings that it was closed with. */
const reachDaysOf = (run: string) => `coalesce((${run}.rules #>> '{settings,lateUsage,reachDays}')::int, 90)`;

/**
 * SQL: the instant from which on usage of an issued month comes too late, by the day in the MSP's zone (rule 7, domain
 * `reachOf`), and by the month's own settings: what was let in by them stays in, whatever is set later. What came before its
 * facts were frozen was in time, however late the month was closed. Over `run_participant p`.
 */
export const REACH = `greatest(
  ((p.month_end at time zone p.zone) + make_interval(days => (select ${reachDaysOf('o')} from billing_run o
    where o.programme_code = p.programme_code and o.period = p.period))) at time zone p.zone,
  (select min(r.reconciled_at) from reconciled_site r where r.programme_code = p.programme_code and r.period = p.period
    and r.msp_id = p.msp_id))`;

/** The longest reach of the programme's months before one, in days: how far back anything can be late. */
export async function longestReach(trx: Trx, programme: string, before: Period): Promise<number> {
  const [row] = await rows<{ days: number }>(
    trx,
    `select coalesce(max(${reachDaysOf('b')}), 0) as days from billing_run b
     where b.programme_code = :programme and b.period < :before and b.state <> 'skipped'`,
    { programme, before },
  );
  return row?.days ?? 0;
}
