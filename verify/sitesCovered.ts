import { problemsOf, type Checker } from './context.js';

/**
 * Sites that owe a period an account: active before its end in their MSP's zone, and not revoked before its beginning.
 * The month's instants come from PostgreSQL's own time zones here, not from domain/period.
 */
const EXPECTED = `
  bounds as (
    select p.period, p.msp_id, p.state, p.parked_reason, m.name as msp,
      (p.period || '-01')::date::timestamp at time zone m.zone as start,
      ((p.period || '-01')::date + interval '1 month') at time zone m.zone as "end",
      s.stage <> 'collect' or p.state <> 'open' or exists (
        select from reconciled_site r where r.period = p.period and r.msp_id = p.msp_id) as reconciled
    from run_participant p join msp m on m.id = p.msp_id
    join run_shard s on s.period = p.period and s.shard = p.shard
    where :period::text is null or p.period = :period
  ), expected as (
    select b.*, s.id as site_id, s.name as site
    from bounds b join site s on s.msp_id = b.msp_id and s.state <> 'created' and s.activated_at < b."end"
    where exists (select from metered_key k where k.msp_id = s.msp_id and k.site_id = s.id
      and (k.state in ('issued', 'active', 'disabled') or k.ended_at >= b.start))
  )`;

const NOT_RECONCILED = `with ${EXPECTED}
  select format('%s: site "%s" of %s was active and nobody reconciled it', period, site, msp) as problem
  from expected e where e.reconciled and not exists (
    select from reconciled_site r where r.period = e.period and r.msp_id = e.msp_id and r.site_id = e.site_id)
  order by 1`;

const NOT_IN_ONE_PLACE = `with ${EXPECTED}, placed as (
    select distinct e.period, e.msp_id, e.msp, e.state, e.parked_reason,
      (select count(*) from statement t where t.msp_id = e.msp_id and t.period = e.period and not exists (
        select from statement n where n.msp_id = t.msp_id and n.period = t.period and n.revision > t.revision)) as statements
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
  where l.kind = 'usage' and (:period::text is null or l.period = :period)
  group by l.period, l.site_id, l.tenant_ref, l.meter, s.revision having count(*) > 1 order by 1`;

const OTHERS_SITE = `
  select format('%s: line %s bills a site that is not its MSP''s', s.number, l.line_no) as problem
  from statement_line l join statement s on s.msp_id = l.msp_id and s.id = l.statement_id
  where l.site_id is not null and (:period::text is null or l.period = :period)
    and not exists (select from site where site.msp_id = s.msp_id and site.id = l.site_id)
  order by 1`;

/** Whoever had an active site and was approved when the run opened takes part in it. */
const LEFT_OUT = `
  select format('%s: %s has active sites and takes no part in the run', r.period, m.name) as problem
  from billing_run r join msp m on m.state = 'approved' and m.decided_at < r.opened_at
  where (:period::text is null or r.period = :period)
    and not exists (select from run_participant p where p.period = r.period and p.msp_id = m.id)
    and exists (select from site s where s.msp_id = m.id
      and s.activated_at < ((r.period || '-01')::date + interval '1 month') at time zone m.zone)
  order by 1`;

/** I3, from reconciliation on: nobody's site is lost between collection and statement, or accounted for twice. */
export const checkSitesCovered: Checker = async (context) => {
  const problems: string[] = [];
  for (const query of [LEFT_OUT, NOT_RECONCILED, NOT_IN_ONE_PLACE, BILLED_TWICE, OTHERS_SITE]) {
    problems.push(...(await problemsOf(context, query)));
  }
  return problems;
};
