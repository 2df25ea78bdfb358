import { aggregationOf, METER_CODES, type Aggregation } from '../domain/catalog/index.js';
import { monthLater } from './evaluate/calendar.js';
import { afterLastProblems } from './afterLastStatement.js';
import { ask, problemsOf, type Checker } from './context.js';
import { factProblems } from './factsHold.js';
import { usageKept } from './kept.js';
import { lateUsageProblems } from './lateUsageBooked.js';
import { receiptProblems } from './receipts.js';

/** Units of one count at the most; a larger one is a defect of the site. */
const MAX_QUANTITY = 10_000_000;

/**
 * Rule 6: what an installation that was replaced for free in the period counts as, and until when, unless it was seen after that;
 * one that was replaced after the period, where its successor, or one that replaced that one in turn, reported the month in its
 * place. The chain is followed step by step; its end is the longest one.
 */
const REPORTED = (installation: string, run: string) => `exists (select from usage_report g where g.msp_id = i.msp_id
  and g.site_id = i.site_id and g.installation_id = ${installation} and g.period = ${run}.period
  and g.received_at <= ${run}.at)`;
const SEEN_SINCE = (run: string, end: string) => `exists (select from check_in c where c.msp_id = i.msp_id
  and c.site_id = i.site_id and c.installation_id = i.id and c.counted_at >= i.replaced_at and c.counted_at < ${end}
  and c.received_at <= ${run}.at)`;
/** Whether one that came in its place, however many in turn, reported the month by then. */
const SPOKEN_FOR = (run: string) => `exists (with recursive later as (
    select i.replaced_by as id
    union
    select n.replaced_by from later l join installation n on n.msp_id = i.msp_id and n.site_id = i.site_id and n.id = l.id
    where n.replaced_for_free and n.replaced_at <= ${run}.at)
  select from later l where ${REPORTED('l.id', run)})`;
const REPLACED = (run: string, start: string, end: string) => `i.replaced_for_free and i.replaced_at >= ${start}
  and (i.replaced_at < ${end} and not ${SEEN_SINCE(run, end)}
  or (i.replaced_at <= ${run}.at and ${SPOKEN_FOR(run)} and not ${REPORTED('i.id', run)}))`;

const START = `(f.period || '-01')::date::timestamp at time zone f.zone_before`;
const END = `((f.period || '-01')::date + interval '1 month') at time zone f.zone`;

const MOVED = `
  moved as (
    select distinct on (s.period, s.msp_id, s.site_id, s.id) s.* from (
      with recursive step as (
        select f.period, i.msp_id, i.site_id, i.id, i.replaced_by as counts_as, i.replaced_at as until, 1 as depth, f.at,
          ${START} as "start", ${END} as "end"
        from frozen_at f join installation i on i.msp_id = f.msp_id
        where ${REPLACED('f', START, END)}
        union all
        select s.period, s.msp_id, s.site_id, s.id, i.replaced_by, s.until, s.depth + 1, s.at, s."start", s."end"
        from step s join installation i on i.msp_id = s.msp_id and i.site_id = s.site_id and i.id = s.counts_as
        where ${REPLACED('s', 's."start"', 's."end"')})
      select * from step) s
    order by s.period, s.msp_id, s.site_id, s.id, s.depth desc
  )`;

/** When a site's usage was frozen; for sites without facts, when the MSP's were. */
const FROZEN_AT = `
  frozen_at as (
    select p.period, p.msp_id, p.zone, coalesce(
        kontor_zone(p.msp_id, to_char((p.period || '-01')::date - interval '1 month', 'YYYY-MM')), p.zone) as zone_before,
      coalesce(max(r.reconciled_at), max(s.issued_at)) as at
    from run_participant p
    left join reconciled_site r on r.programme_code = p.programme_code and r.period = p.period and r.msp_id = p.msp_id
    left join statement s on s.programme_code = p.programme_code and s.period = p.period and s.msp_id = p.msp_id
    where p.programme_code = :programme and (:period::text is null or p.period = :period) and ${usageKept('p')}
    group by 1, 2, 3, 4 having coalesce(max(r.reconciled_at), max(s.issued_at)) is not null
  ), frozen as (
    select r.period, r.msp_id, r.site_id, i ->> 'installationId' as installation_id, u ->> 'tenantRef' as tenant_ref,
      u ->> 'meter' as meter, (i ->> 'observed')::int as observed, (i ->> 'observedOn')::date as observed_on,
      (i ->> 'reported')::int as reported
    from reconciled_site r cross join jsonb_array_elements(r.facts -> 'usage') u
    cross join jsonb_array_elements(u -> 'installations') i
    where r.programme_code = :programme and (:period::text is null or r.period = :period) and ${usageKept('r')}
  )`;

/**
 * Check-ins, counted again by the meter's aggregation: the month is read off the MSP's wall clock instead of compared with
 * its instants, and the arrays by subscript. What came while the facts were being frozen may or may not be in them. The day of
 * a peak is the first one on which it was reached; sums and latest counts have none.
 */
const CHECK_INS = `with ${FROZEN_AT}, ${MOVED}, said as (
    select f.period, c.msp_id, c.site_id, coalesce(r.counts_as, c.installation_id)::text as installation_id,
      c.tenant_refs[k] as tenant_ref, c.meters[k] as meter, c.quantities[k] as quantity, c.counted_at,
      (c.counted_at at time zone f.zone)::date as day, c.received_at <= f.at as in_time,
      c.received_at <= f.at - interval '30 seconds' as surely
    from check_in c
    join frozen_at f on f.msp_id = c.msp_id and to_char(c.counted_at at time zone f.zone_before, 'YYYY-MM') >= f.period
      and to_char(c.counted_at at time zone f.zone, 'YYYY-MM') <= f.period
    join site s on s.msp_id = c.msp_id and s.id = c.site_id and s.programme_code = :programme and s.from_period <= f.period
    left join moved r on r.period = f.period and r.msp_id = c.msp_id and r.site_id = c.site_id
      and r.id = c.installation_id and c.counted_at < r.until
    cross join generate_subscripts(c.meters, 1) k
    where c.observed_at >= :from::timestamptz and c.observed_at < :to::timestamptz
  ), by_day as (
    select period, msp_id, site_id, installation_id, tenant_ref, meter, day, max(quantity) as seen,
      max(quantity) filter (where in_time) as seen_in_time, max(quantity) filter (where surely) as seen_surely
    from said group by 1, 2, 3, 4, 5, 6, 7
  ), counted as (
    select period, msp_id, site_id, installation_id, tenant_ref, meter,
      case when meter = any(:sums::text[]) then sum(seen) else max(seen) end as seen,
      case when meter = any(:sums::text[]) then sum(seen_in_time) else max(seen_in_time) end as seen_in_time
    from by_day where not meter = any(:lasts::text[]) group by 1, 2, 3, 4, 5, 6
    union all
    (select distinct on (period, msp_id, site_id, installation_id, tenant_ref, meter)
       period, msp_id, site_id, installation_id, tenant_ref, meter, quantity, case when in_time then quantity end
     from said where meter = any(:lasts::text[])
     order by period, msp_id, site_id, installation_id, tenant_ref, meter, counted_at desc)
  ), peak as (
    select f.period, f.site_id, f.installation_id, f.tenant_ref, f.meter, f.observed, f.observed_on,
      min(d.day) filter (where d.seen >= f.observed) as reached_on,
      min(d.day) filter (where d.seen_surely >= f.observed) as surely_on,
      bool_or(d.day = f.observed_on and d.seen >= f.observed) as is_reached
    from frozen f join by_day d on d.period = f.period and d.site_id = f.site_id
      and d.installation_id = f.installation_id and d.meter = f.meter and d.tenant_ref is not distinct from f.tenant_ref
    where f.observed is not null group by 1, 2, 3, 4, 5, 6, 7
  )
  select format('%s: site %s, %s, %s: seen with %s, reconciled with %s', coalesce(c.period, f.period), s.name,
    coalesce(c.tenant_ref, f.tenant_ref, 'unassigned'), coalesce(c.meter, f.meter),
    coalesce(c.seen_in_time::text, 'nothing'), coalesce(f.observed::text, 'nothing')) as problem
  from counted c full join frozen f on f.period = c.period and f.site_id = c.site_id
    and f.installation_id = c.installation_id and f.meter = c.meter
    and coalesce(f.tenant_ref, E'\\x01') = coalesce(c.tenant_ref, E'\\x01')
  left join site s on s.id = coalesce(c.site_id, f.site_id)
  where c.seen_in_time is not null and (f.observed is null or f.observed < c.seen_in_time)
    or f.observed is not null and (c.seen is null or f.observed > c.seen)
  union all
  select format('%s: site %s, %s, %s: reached %s on %s, reconciled for %s', p.period, s.name,
    coalesce(p.tenant_ref, 'unassigned'), p.meter, p.observed, coalesce(p.surely_on, p.reached_on)::text,
    coalesce(p.observed_on::text, 'no day'))
  from peak p join site s on s.id = p.site_id
  where not p.meter = any(:sums::text[] || :lasts::text[]) and p.reached_on is not null
    and (p.is_reached is not true or p.surely_on < p.observed_on)
  union all
  select format('%s: site %s, %s, %s: a count that has no day is reconciled for %s', p.period, s.name,
    coalesce(p.tenant_ref, 'unassigned'), p.meter, p.observed_on)
  from peak p join site s on s.id = p.site_id
  where p.meter = any(:sums::text[] || :lasts::text[]) and p.observed_on is not null
  order by 1`;

/** The latest report that came in time, against what was frozen; a report that overtook it by a moment counts as well. */
const REPORTS = `with ${FROZEN_AT}, ${MOVED}, report as (
    select f.period, g.msp_id, g.site_id, coalesce(r.counts_as, g.installation_id)::text as installation_id, g.revision, g.tenant_refs, g.meters,
      g.peaks, g.received_at <= f.at as in_time,
      row_number() over (partition by g.site_id, g.installation_id, g.period, g.received_at <= f.at
        order by g.revision desc) as place
    from frozen_at f join usage_report g on g.msp_id = f.msp_id and g.period = f.period
    join site s on s.msp_id = g.msp_id and s.id = g.site_id and s.programme_code = :programme
    left join moved r on r.period = f.period and r.msp_id = g.msp_id and r.site_id = g.site_id and r.id = g.installation_id
  ), said as (
    select r.*, r.tenant_refs[k] as tenant_ref, r.meters[k] as meter, r.peaks[k] as peak
    from report r cross join generate_subscripts(r.meters, 1) k
  ), latest as (
    select period, msp_id, site_id, installation_id, tenant_ref, meter,
      case when meter = any(:sums::text[]) then sum(peak) else max(peak) end as peak
    from said where in_time and place = 1 group by 1, 2, 3, 4, 5, 6
  )
  select format('%s: site %s, %s, %s: reported %s, reconciled with %s', coalesce(l.period, f.period), s.name,
    coalesce(l.tenant_ref, f.tenant_ref, 'unassigned'), coalesce(l.meter, f.meter),
    coalesce(l.peak::text, 'nothing'), coalesce(f.reported::text, 'nothing')) as problem
  from latest l full join frozen f on f.period = l.period and f.site_id = l.site_id
    and f.installation_id = l.installation_id and f.meter = l.meter
    and coalesce(f.tenant_ref, E'\\x01') = coalesce(l.tenant_ref, E'\\x01')
  left join site s on s.id = coalesce(l.site_id, f.site_id)
  where case when l.peak is not null then f.reported is distinct from l.peak
      when f.reported is null then false
      -- A report that does not name the meter says that it was not used.
      when f.reported = 0 then not exists (select from report r where r.period = f.period and r.site_id = f.site_id
        and r.installation_id = f.installation_id)
      else true end
    and not exists (select from said o where o.period = coalesce(l.period, f.period) and not o.in_time
      and o.site_id = coalesce(l.site_id, f.site_id) and o.installation_id = coalesce(l.installation_id, f.installation_id)
      and o.meter = coalesce(l.meter, f.meter) and o.tenant_ref is not distinct from coalesce(l.tenant_ref, f.tenant_ref)
      and o.peak = f.reported)
  order by 1`;

/** Of the programme's sites. What is of no site is every programme's problem: nobody knows whose it is. */
const OF_PROGRAMME = `coalesce(s.programme_code, :programme) = :programme`;

const CHECK_IN_TWICE = `
  select format('installation %s of site %s: %s check-ins of %s', c.installation_id, c.site_id, count(*), c.observed_at)
    as problem
  from check_in c left join site s on s.msp_id = c.msp_id and s.id = c.site_id
  where ${OF_PROGRAMME} and c.observed_at >= :from::timestamptz and c.observed_at < :to::timestamptz
  group by c.msp_id, c.site_id, c.installation_id, c.observed_at having count(*) > 1 order by 1`;

const REPORT_TWICE = `
  select format('installation %s of site %s: %s reports of %s, revision %s', g.installation_id, g.site_id, count(*),
    g.period, g.revision) as problem
  from usage_report g left join site s on s.msp_id = g.msp_id and s.id = g.site_id
  where ${OF_PROGRAMME} and (:period::text is null or g.period = :period)
  group by g.msp_id, g.site_id, g.installation_id, g.period, g.revision having count(*) > 1 order by 1`;

/** What ingest refuses must not be stored: unknown senders, impossible numbers, unknown meters, clocks far off. */
const REFUSED_CHECK_INS = `
  select format('a check-in of %s by installation %s should have been refused', c.observed_at, c.installation_id) as problem
  from check_in c left join installation i
    on i.msp_id = c.msp_id and i.site_id = c.site_id and i.id = c.installation_id
  left join site s on s.msp_id = c.msp_id and s.id = c.site_id
  where ${OF_PROGRAMME} and c.observed_at >= :from::timestamptz and c.observed_at < :to::timestamptz
    and (i.id is null or abs(c.clock_offset_seconds) > 7 * 86400
      or cardinality(c.meters) <> cardinality(c.quantities) or cardinality(c.meters) <> cardinality(c.tenant_refs)
      or not c.meters <@ :meters::text[] or 0 > any(c.quantities) or :largest < any(c.quantities)
      or c.counted_at > c.received_at + interval '1 day')
  order by 1`;

const REFUSED_REPORTS = `
  select format('the report of %s by installation %s should have been refused', g.period, g.installation_id) as problem
  from usage_report g left join installation i
    on i.msp_id = g.msp_id and i.site_id = g.site_id and i.id = g.installation_id
  left join site s on s.msp_id = g.msp_id and s.id = g.site_id
  where ${OF_PROGRAMME} and (:period::text is null or g.period = :period)
    and (i.id is null or g.period < s.from_period or abs(g.clock_offset_seconds) > 7 * 86400
      or cardinality(g.meters) <> cardinality(g.peaks) or cardinality(g.meters) <> cardinality(g.tenant_refs)
      or not g.meters <@ :meters::text[] or 0 > any(g.peaks) or :largest < any(g.peaks))
  order by 1`;

/** Refused and then billed: a case of kind unknown_key belongs to nobody and carries no usage. */
const UNKNOWN_KEY_BILLED = `
  select format('%s: an unknown key has an MSP or a site', period) as problem from discrepancy
  where programme_code = :programme and kind = 'unknown_key' and (msp_id is not null or site_id is not null)
    and (:period::text is null or period = :period) order by 1`;

function metersBy(aggregation: Aggregation): string[] {
  return METER_CODES.filter((meter) => aggregationOf(meter) === aggregation);
}

/**
 * I6: every acknowledged check-in and report of a reconciled month is in the frozen facts, once, nothing else is; what follows
 * from them is frozen with them; what was late for them is in the next statement, or a case where none follows. A month whose check-ins or
 * reports have gone (rule 15) is not checked any more.
 */
export const checkUsageCounted: Checker = async (context) => {
  const { period } = context;
  if (period !== null) {
    const kept = await ask(
      context,
      `select 1 from billing_run r where r.programme_code = :programme and r.period = :period
      and not ${usageKept('r')}`,
    );
    if (kept.length > 0) return 'no longer kept';
  }
  // Nine days either side: a week for clocks that are off, and the zones.
  const range = {
    from: period === null ? '-infinity' : `${monthLater(period, -1)}-20T00:00:00Z`,
    to: period === null ? 'infinity' : `${monthLater(period, 1)}-10T00:00:00Z`,
  };
  const limits = { meters: [...METER_CODES], largest: MAX_QUANTITY };
  const aggregations = { sums: metersBy('sum'), lasts: metersBy('last') };
  const queries = [
    CHECK_IN_TWICE,
    CHECK_INS,
    REFUSED_CHECK_INS,
    REFUSED_REPORTS,
    REPORT_TWICE,
    REPORTS,
    UNKNOWN_KEY_BILLED,
  ];
  return [
    ...(await problemsOf(context, queries, { ...range, ...limits, ...aggregations })),
    ...(await receiptProblems(context)),
    ...(await factProblems(context)),
    ...(await lateUsageProblems(context)),
    ...(await afterLastProblems(context)),
  ];
};
