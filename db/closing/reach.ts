/**
 * SQL: the instant from which on usage of an issued month comes too late, by the day in the MSP's zone (rule 7, domain
 * `reachOf`). What came before its facts were frozen was in time, however late the month was closed. Over `run_participant
 * p` and its `run_shard h`; binds `:reachDays`.
 */
export const REACH = reachBy(':reachDays::int');

/** The same by a number of days in SQL. */
export function reachBy(days: string): string {
  return `greatest(
  ((h.month_end at time zone p.zone) + make_interval(days => ${days})) at time zone p.zone,
  (select min(r.reconciled_at) from reconciled_site r where r.programme_code = p.programme_code and r.period = p.period
    and r.msp_id = p.msp_id))`;
}
