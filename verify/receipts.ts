import { monthLater } from './evaluate/calendar.js';
import { problemsOf, type VerifyContext } from './context.js';

/**
 * When a month was frozen, from when on usage came too late for it (rule 7, by its own settings),
 * and when the next month of the MSP was looked at: by then, what came in between had to have an end.
 */
const MONTHS = `
  frozen as materialized (
    select p.period, p.msp_id, p.zone, r.at, n.at as next_at, n.kinds,
      greatest(((p.period || '-01')::date + interval '1 month' + make_interval(days => coalesce((o.rules #>> '{settings,lateUsage,reachDays}')::int, 90))) at time zone p.zone, r.first) as reach
    from run_participant p
    join billing_run o on o.programme_code = p.programme_code and o.period = p.period
    join statement s on s.programme_code = p.programme_code and s.period = p.period and s.msp_id = p.msp_id and s.revision = 1
    cross join lateral (select coalesce(min(e.reconciled_at), s.issued_at) as first,
        coalesce(max(e.reconciled_at), s.issued_at) as at
      from reconciled_site e where e.programme_code = p.programme_code and e.period = p.period and e.msp_id = p.msp_id) r
    cross join lateral (
      select min(e.reconciled_at) as at, b.rules -> 'kinds' as kinds
      from reconciled_site e join billing_run b on b.programme_code = e.programme_code and b.period = e.period
      where e.programme_code = p.programme_code and e.msp_id = p.msp_id and e.period > p.period
      group by b.period, b.rules order by b.period desc limit 1) n
    where p.programme_code = :programme and (:period::text is null or p.period = :period)
  )`;

/** Too late for its month, and neither a correction nor a case says so. A minute either side is under way. */
const UNNAMED_REPORT = `with ${MONTHS}
  select format('%s: a report of site %s came on %s, too late to be booked, and is no case', f.period, s.name,
    g.received_at::date) as problem
  from frozen f join usage_report g on g.msp_id = f.msp_id and g.period = f.period and g.received_at >= f.reach
    and g.received_at > f.at and g.received_at < f.next_at - interval '1 minute'
  join site s on s.msp_id = g.msp_id and s.id = g.site_id and s.programme_code = :programme
  where jsonb_exists(f.kinds, 'late_beyond_reach') and not exists (select from discrepancy d
    where d.programme_code = :programme and d.msp_id = g.msp_id and d.site_id = g.site_id and d.kind = 'late_beyond_reach'
      and d.evidence ->> 'forPeriod' = f.period)
  order by 1`;

const UNNAMED_CHECK_IN = `with ${MONTHS}
  select format('%s: a check-in of site %s came on %s, too late to be booked, and is no case', f.period, s.name,
    max(c.received_at)::date) as problem
  from frozen f join check_in c on c.msp_id = f.msp_id and c.received_at >= f.reach and c.received_at > f.at
    and c.received_at < f.next_at - interval '1 minute'
    and c.observed_at >= :from::timestamptz and c.observed_at < :to::timestamptz
    and to_char(c.counted_at at time zone f.zone, 'YYYY-MM') = f.period
    -- The first and the last day may be another month's where the zone has changed.
    and (c.counted_at at time zone f.zone)::date > (f.period || '-01')::date
  join site s on s.msp_id = c.msp_id and s.id = c.site_id and s.programme_code = :programme
  where cardinality(c.meters) > 0 and jsonb_exists(f.kinds, 'late_beyond_reach') and not exists (select from discrepancy d
    where d.programme_code = :programme and d.msp_id = c.msp_id and d.site_id = c.site_id and d.kind = 'late_beyond_reach'
      and d.evidence ->> 'forPeriod' = f.period)
  group by f.period, s.name, s.id order by 1`;

/** Of a month that was closed without the site. */
const OF_NO_MONTH = `
  select format('%s: a report of site %s of %s is stored, and no run of %s has the MSP', g.period, s.name, m.name, g.period)
    as problem
  from usage_report g join site s on s.msp_id = g.msp_id and s.id = g.site_id and s.programme_code = :programme
  join msp m on m.id = g.msp_id
  join billing_run b on b.programme_code = :programme and b.period = g.period and b.state = 'sealed'
  join participation a on a.programme_code = :programme and a.msp_id = g.msp_id and a.joined_period <= g.period
    and (a.left_period is null or a.left_period >= g.period)
  where (:period::text is null or g.period = :period) and g.received_at < b.opened_at and not exists (
    select from run_participant p where p.programme_code = :programme and p.period = g.period and p.msp_id = g.msp_id)
  order by 1`;

/**
 * I6 by receipt: a message that was stored is in the facts of its month, or booked by a correction, or named by a case: here
 * those that came too late to be booked, and those of a month that has no place for them.
 */
export function receiptProblems(context: VerifyContext): Promise<string[]> {
  const { period } = context;
  const range = {
    from: period === null ? '-infinity' : `${monthLater(period, -1)}-18T00:00:00Z`,
    to: period === null ? 'infinity' : `${monthLater(period, 1)}-12T00:00:00Z`,
  };
  return problemsOf(context, [UNNAMED_REPORT, UNNAMED_CHECK_IN, OF_NO_MONTH], range);
}
