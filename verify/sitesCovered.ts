import { problemsOf, type Checker } from './context.js';
import { keptFrom } from './kept.js';

/**
 * Sites that owe a period an account: the programme's, active before its end in the zone their MSP's month is reckoned in,
 * and not revoked before its beginning, of an MSP that was not suspended all through it. The month's instants come from PostgreSQL's own time zones here, not from
 * domain/period.
 */
const EXPECTED = `
  bounds as (
    select p.programme_code, p.period, p.msp_id, p.state, p.parked_reason, m.name as msp,
      (p.period || '-01')::date::timestamp at time zone p.zone as start,
      ((p.period || '-01')::date + interval '1 month') at time zone p.zone as "end",
      s.stage not in ('collect', 'gate', 'reconcile') or p.state <> 'open' or exists (
        select from reconciled_site r where r.programme_code = p.programme_code and r.period = p.period
          and r.msp_id = p.msp_id) as reconciled
    from run_participant p join msp m on m.id = p.msp_id
    join run_shard s on s.programme_code = p.programme_code and s.period = p.period and s.shard = p.shard
    where p.programme_code = :programme and (:period::text is null or p.period = :period)
      and p.period >= ${keptFrom('documents')}
  ), expected as (
    select b.*, s.id as site_id, s.name as site
    from bounds b join site s on s.msp_id = b.msp_id and s.programme_code = b.programme_code and s.from_period <= b.period
      and s.state <> 'created' and s.activated_at < b."end"
    where exists (select from metered_key k where k.msp_id = s.msp_id and (k.site_id = s.id or exists (
        select from installation i where i.msp_id = s.msp_id and i.site_id = s.id and i.metered_key_id = k.id))
      and k.issued_at < b."end" and (k.state in ('issued', 'active', 'disabled') or k.ended_at >= b.start))
      and not exists (select from suspension x where x.msp_id = b.msp_id and x.programme_code = b.programme_code
        and x.from_at < b.start and coalesce(x.until_at, 'infinity') >= b."end")
  )`;

const NOT_RECONCILED = `with ${EXPECTED}
  select format('%s: site "%s" of %s was active and nobody reconciled it', period, site, msp) as problem
  from expected e where e.reconciled and not exists (
    select from reconciled_site r where r.programme_code = e.programme_code and r.period = e.period
      and r.msp_id = e.msp_id and r.site_id = e.site_id)
  order by 1`;

const NOT_IN_ONE_PLACE = `with ${EXPECTED}, placed as (
    select distinct e.period, e.msp_id, e.msp, e.state, e.parked_reason,
      (select count(*) from statement t where t.msp_id = e.msp_id and t.programme_code = e.programme_code
        and t.period = e.period and not exists (
          select from statement n where n.msp_id = t.msp_id and n.programme_code = t.programme_code
            and n.period = t.period and n.revision > t.revision)) as statements
    from expected e
  )
  select case
      when state = 'issued' then format('%s: the sites of %s are in %s statements', period, msp, statements)
      when statements > 0 then format('%s: %s is %s and has a statement', period, msp, state)
      else format('%s: %s is parked and nobody is told why', period, msp)
    end as problem
  from placed where case state
    when 'issued' then statements <> 1 when 'parked' then statements > 0 or parked_reason is null else statements > 0 end
  order by 1`;

const BILLED_TWICE = `
  select format('%s: site %s, %s, %s is billed by %s', l.period, l.site_id, coalesce(l.tenant_ref, 'unassigned'), l.meter,
    string_agg(s.number, ' and ' order by s.number)) as problem
  from statement_line l join statement s on s.msp_id = l.msp_id and s.id = l.statement_id
  where s.programme_code = :programme and l.kind = 'usage' and (:period::text is null or l.period = :period)
  group by l.period, l.site_id, l.tenant_ref, l.meter, s.revision having count(*) > 1 order by 1`;

const OTHERS_SITE = `
  select format('%s: line %s bills a site that is not its MSP''s in this programme', s.number, l.line_no) as problem
  from statement_line l join statement s on s.msp_id = l.msp_id and s.id = l.statement_id
  where s.programme_code = :programme and l.site_id is not null and (:period::text is null or l.period = :period)
    and not exists (select from site where site.msp_id = s.msp_id and site.id = l.site_id
      and site.programme_code = s.programme_code)
  order by 1`;

/** Rule 20: whoever belongs to the programme in the month and has a site that was active in it takes part in the run. */
const LEFT_OUT = `
  select format('%s: %s has active sites and takes no part in the run', r.period, m.name) as problem
  from billing_run r
  join participation a on a.programme_code = r.programme_code and a.joined_period <= r.period
    and (a.left_period is null or a.left_period >= r.period)
  join msp m on m.id = a.msp_id
  where r.programme_code = :programme and r.state <> 'skipped' and (:period::text is null or r.period = :period)
    and r.period >= ${keptFrom('runFacts')}
    and not exists (select from run_participant p where p.programme_code = r.programme_code and p.period = r.period
      and p.msp_id = m.id)
    and exists (select from site s where s.msp_id = m.id and s.programme_code = r.programme_code
      and s.from_period <= r.period
      and s.activated_at < ((r.period || '-01')::date + interval '1 month') at time zone kontor_zone(m.id, r.period))
  order by 1`;

/**
 * Tenants that a site said something about in its month, by the messages themselves: each is a line of its MSP's statement,
 * or its MSP is parked. A message that came after the facts were frozen belongs to a correction.
 */
const TENANT_LEFT_OUT = `
  with frozen as materialized (
    select p.programme_code, p.period, p.msp_id, p.zone, m.name as msp, t.id as statement_id, t.number,
      (select min(r.reconciled_at) from reconciled_site r where r.programme_code = p.programme_code and r.period = p.period
        and r.msp_id = p.msp_id) - interval '1 minute' as at
    from run_participant p join msp m on m.id = p.msp_id
    join statement t on t.programme_code = p.programme_code and t.period = p.period and t.msp_id = p.msp_id and t.revision = 1
    where p.programme_code = :programme and p.state = 'issued' and (:period::text is null or p.period = :period)
  ), said as (
    select f.period, f.msp, f.number, f.msp_id, f.statement_id, g.site_id, g.tenant_refs[k] as tenant_ref, g.meters[k] as meter
    from frozen f join usage_report g on g.msp_id = f.msp_id and g.period = f.period and g.received_at < f.at
    cross join generate_subscripts(g.meters, 1) k
    -- What a later revision does not name any more was not said.
    where not exists (select from usage_report n where n.msp_id = g.msp_id and n.site_id = g.site_id
      and n.installation_id = g.installation_id and n.period = g.period and n.revision > g.revision
      and n.received_at < f.at + interval '1 minute')
    union
    select f.period, f.msp, f.number, f.msp_id, f.statement_id, c.site_id, c.tenant_refs[k], c.meters[k]
    from frozen f join check_in c on c.msp_id = f.msp_id and c.received_at < f.at
      and c.observed_at >= (f.period || '-01')::date - interval '14 days'
      and c.observed_at < (f.period || '-01')::date + interval '45 days'
      -- The first and the last day are left to I6: they may be another month's where the zone has changed.
      and (c.counted_at at time zone f.zone)::date > (f.period || '-01')::date
      and to_char(c.counted_at at time zone f.zone, 'YYYY-MM') = f.period
    cross join generate_subscripts(c.meters, 1) k
  )
  select format('%s: site "%s" of %s counted %s of tenant %s, and %s has no line of it', d.period, s.name, d.msp, d.meter,
    coalesce(d.tenant_ref, 'unassigned'), d.number) as problem
  from said d join site s on s.msp_id = d.msp_id and s.id = d.site_id and s.programme_code = :programme
    and s.from_period <= d.period
  where not exists (select from statement_line l where l.msp_id = d.msp_id and l.statement_id = d.statement_id
    and l.kind = 'usage' and l.site_id = d.site_id and l.meter = d.meter and l.tenant_ref is not distinct from d.tenant_ref)
  order by 1`;

/**
 * I3, from reconciliation on: nobody's site, and no tenant of a site, is lost between collection and statement, or accounted
 * for twice.
 */
export const checkSitesCovered: Checker = (context) =>
  problemsOf(context, [LEFT_OUT, NOT_RECONCILED, NOT_IN_ONE_PLACE, TENANT_LEFT_OUT, BILLED_TWICE, OTHERS_SITE]);
