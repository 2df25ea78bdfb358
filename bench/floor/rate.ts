/**
 * The month in three statements: what each site, tenant and meter comes to, the
 * rated lines, the statements. They follow the rules of the shipped settings alone, and only as far as the world of the
 * benchmark needs them; what they come to is compared with what Kontor issues.
 */
import type pg from 'pg';
import { PERIOD, PREVIOUS, PROGRAMME } from '../world.js';
import { TEMPLATE_VERSION } from '../../domain/statement.js';

/** Unlogged: PostgreSQL empties them after a crash. */
export type Tables = 'logged' | 'unlogged';

export const CREATE_TABLE: Record<Tables, string> = { logged: 'create table', unlogged: 'create unlogged table' };

/** What the calendar says of a zone. */
export interface ZoneDays {
  zone: string;
  /** `YYYY-MM-DD` */
  statementDate: string;
  /** Statements are numbered in the order of these, then of names. */
  mailedBy: Date;
}

/** Per site, tenant and meter: rules 2 to 6, each kind of discrepancy by its shipped default. A site without usage has one row. */
const USAGE = `
with place as materialized (
  select s.msp_id, s.id as site_id, s.name as site_name, p.zone, p.starts, p.ends, s.activated_at >= p.starts as first_month,
    k.ended_at, k.ended_by = 'vendor' as by_vendor
  from site s
  join (select z.company_id as msp_id, z.zone, ('${PERIOD}-01'::date)::timestamp at time zone z.zone as starts,
      ('${PERIOD}-01'::date + interval '1 month') at time zone z.zone as ends from company_zone z) p on p.msp_id = s.msp_id
  join metered_key k on k.msp_id = s.msp_id and k.site_id = s.id
  where s.programme_code = '${PROGRAMME}' and s.state = 'active' and s.activated_at < p.ends
), observed as (
  select p.site_id, c.installation_id, u.tenant_ref, u.meter,
    -- The highest count and, among equals, its earliest instant, in one maximum.
    max(u.quantity::bigint << 32 | (4294967295 - floor(extract(epoch from c.counted_at))::bigint)) as packed,
    max(u.quantity) filter (where p.ended_at is null or c.counted_at < p.ended_at) as before_end,
    min(c.counted_at) filter (where c.counted_at >= p.ended_at and u.quantity > 0) as used_after_at,
    max(c.clock_offset_seconds) as max_offset, min(c.clock_offset_seconds) as min_offset
  from place p join check_in c on c.msp_id = p.msp_id and c.site_id = p.site_id and c.counted_at >= p.starts
    and c.counted_at < p.ends and c.observed_at >= '${PERIOD}-01'::date - interval '9 days'
    and c.observed_at < '${PERIOD}-01'::date + interval '1 month 9 days'
  cross join lateral unnest(c.tenant_refs, c.meters, c.quantities) as u(tenant_ref, meter, quantity)
  group by 1, 2, 3, 4
), report as (
  select distinct on (site_id, installation_id) site_id, installation_id, tenant_refs, meters, peaks, clock_offset_seconds
  from usage_report where period = '${PERIOD}' order by site_id, installation_id, revision desc
), reported as (
  select g.site_id, g.installation_id, u.tenant_ref, u.meter, u.peak
  from report g cross join lateral unnest(g.tenant_refs, g.meters, g.peaks) as u(tenant_ref, meter, peak)
), said as (
  select site_id, installation_id, tenant_ref, meter, peak as reported, (packed >> 32)::int as observed,
    to_timestamp(4294967295 - (packed & 4294967295)) as observed_at, before_end, used_after_at
  from observed full join reported using (site_id, installation_id, tenant_ref, meter)
), of_site as (
  select i.site_id, count(*)::int as installations, count(*) filter (where g.site_id is null)::int as silent,
    case when coalesce(max(o.max_offset), 0) > -coalesce(min(o.min_offset), 0) then coalesce(max(o.max_offset), 0)
      else coalesce(min(o.min_offset), 0) end as clock_offset
  from installation i
  left join report g on g.site_id = i.site_id and g.installation_id = i.id
  left join (
    select site_id, installation_id, max(max_offset) as max_offset, min(min_offset) as min_offset from (
      select site_id, installation_id, max_offset, min_offset from observed
      union all select site_id, installation_id, clock_offset_seconds, clock_offset_seconds from report) each
    group by 1, 2) o on o.site_id = i.site_id and o.installation_id = i.id
  group by 1
), known as (
  select site_id, tenant_ref, meter, peak as last from statement_line
  where programme_code = '${PROGRAMME}' and period = '${PREVIOUS}' and kind = 'usage'
), added as (
  select u.site_id, u.tenant_ref, u.meter, count(*)::int as heard,
    sum(coalesce(u.reported, 0))::int as reported,
    sum(coalesce(u.reported, u.observed))::int as estimated,
    sum(greatest(u.reported, u.observed))::int as greater,
    coalesce(sum(u.reported) filter (where u.observed is not null), 0)::int as both_reported,
    coalesce(sum(u.observed) filter (where u.reported is not null), 0)::int as both_observed,
    nullif(sum(coalesce(u.reported, u.observed)) filter (where u.reported is null or u.observed is null), 0)::int as others,
    sum(case when u.used_after_at is not null then coalesce(u.before_end, 0) else greatest(u.reported, u.observed) end)::int
      as before_end,
    min(u.used_after_at) as used_after_at,
    bool_or(abs(u.reported - u.observed) * 100 > greatest(100, 2 * greatest(u.reported, u.observed))) as differs,
    (array_agg(u.observed_at order by u.observed desc nulls last, u.installation_id))[1] as peak_at
  from said u group by 1, 2, 3
), expected as (
  -- Rule 4: what is not heard of this time is estimated by the month before, of several installations by each of them.
  select coalesce(a.site_id, k.site_id) as site_id, coalesce(a.tenant_ref, k.tenant_ref) as tenant_ref,
    coalesce(a.meter, k.meter) as meter, coalesce(a.heard, case when s.installations > 1 then s.installations else 0 end) as heard,
    coalesce(a.reported, 0) as reported, coalesce(a.estimated, k.last) as estimated, a.both_reported, a.both_observed, a.others,
    a.greater, a.before_end, a.used_after_at, a.differs, a.peak_at, k.last
  from added a
  full join known k on k.site_id = a.site_id and k.meter = a.meter and k.tenant_ref = a.tenant_ref
  join of_site s on s.site_id = coalesce(a.site_id, k.site_id)
  where a.site_id is not null or k.last > 0
)
select p.msp_id, p.site_id, p.site_name, p.zone, p.first_month, p.ended_at, s.installations, s.silent, s.clock_offset,
  a.tenant_ref, t.id as tenant_id, t.name as tenant_name, a.meter, a.heard, a.both_reported, a.both_observed, a.others, a.before_end,
  (a.used_after_at at time zone p.zone)::date as used_after_on, (a.peak_at at time zone p.zone)::date as peak_on,
  a.last, v.mismatch, v.value, v.basis
from place p
join of_site s on s.site_id = p.site_id
left join expected a on a.site_id = p.site_id
left join site_tenant st on st.msp_id = p.msp_id and st.site_id = p.site_id and st.reference = a.tenant_ref
left join tenant t on t.msp_id = st.msp_id and t.id = st.tenant_id
cross join lateral (select a.used_after_at is null and coalesce(a.differs, false) as mismatch) m
cross join lateral (select m.mismatch,
  case when a.used_after_at is not null and p.by_vendor then a.before_end when m.mismatch then a.greater
    when s.silent > 0 then a.estimated else a.reported end as value,
  case when a.used_after_at is not null and p.by_vendor then 'observed' when s.silent > 0 then 'estimated'
    when m.mismatch and a.greater > a.reported then 'observed' else 'reported' end as basis) v`;

/** Rules 8 to 11: tiers are filled in the printed order, each amount is rounded once. */
const LINES = `
with plan as materialized (
  select * from price_plan where programme_code = '${PROGRAMME}' and distributor_id is null
), price as materialized (
  select p.key as meter, p.value as price, p.value ->> 'model' as model from plan, jsonb_each(plan.prices) p
), tier as materialized (
  select p.meter, p.model, coalesce(lag((t.value ->> 'upTo')::numeric) over (partition by p.meter order by t.place), 0) as after,
    coalesce((t.value ->> 'upTo')::numeric, 'infinity') as up_to, t.value ->> 'unitPrice' as unit_price, null::int as size
  from price p cross join lateral jsonb_array_elements(p.price -> 'tiers') with ordinality as t(value, place)
  where p.model <> 'package'
  union all
  select meter, model, 0, 'infinity', price ->> 'packagePrice', (price ->> 'size')::int from price where model = 'package'
), rate as materialized (
  select distinct on (currency) base, currency, rate, day, source from exchange_rate
  where base = 'EUR' and day <= '${PERIOD}-01'::date + interval '1 month - 1 day' order by currency, day desc
), billed as (
  select u.*, case when u.first_month then 0::numeric else u.value end as counted
  from floor_usage u where u.meter is not null
), placed as (
  select b.*, sum(counted) over (partition by msp_id, meter) as total,
    sum(counted) over (partition by msp_id, meter order by site_name collate "C", tenant_name collate "C" nulls last,
      tenant_ref collate "C" nulls last, site_id rows unbounded preceding) - counted as after,
    row_number() over (partition by msp_id order by site_name collate "C", tenant_name collate "C" nulls last,
      tenant_ref collate "C" nulls last, meter collate "C", site_id) as line_no
  from billed b
), rated as (
  select p.*, s.steps, s.exact
  from placed p cross join lateral (
    select jsonb_agg(case when t.model = 'package' then jsonb_build_object('kind', 'package',
        'packages', ceil((p.after + p.counted) / t.size) - ceil(p.after / t.size), 'size', t.size, 'packagePrice', t.unit_price,
        'inOpenPackage', least(p.counted, ceil(p.after / t.size) * t.size - p.after))
      else jsonb_build_object('kind', 'units', 'units', n.units, 'unitPrice', t.unit_price) end order by t.after) as steps,
      sum(t.unit_price::numeric * case when t.model = 'package'
        then ceil((p.after + p.counted) / t.size) - ceil(p.after / t.size) else n.units end) as exact
    from tier t cross join lateral (select case t.model when 'graduated'
      then least(p.after + p.counted, t.up_to) - greatest(p.after, t.after) else p.counted end as units) n
    where t.meter = p.meter and p.counted > 0 and n.units > 0
      and (t.model <> 'volume' or (p.total > t.after and p.total <= t.up_to))) s
)
select r.msp_id, r.line_no, a.amount as amount_minor, jsonb_build_object('kind', 'usage', 'lineNo', r.line_no,
    'siteId', r.site_id, 'siteName', r.site_name, 'tenantId', r.tenant_id, 'tenantName', r.tenant_name,
    'tenantRef', r.tenant_ref, 'meter', r.meter, 'peak', r.value, 'peakOn', r.peak_on, 'basis', r.basis, 'licensed', 0,
    'quantity', r.value, 'firstMonthFree', r.first_month, 'steps', coalesce(r.steps, '[]'), 'amountMinor', a.amount::text) as content
from rated r
join participation_distributor d on d.msp_id = r.msp_id and d.programme_code = '${PROGRAMME}'
join distributor_terms c on c.id = d.distributor_id
left join rate x on x.currency = c.currency
cross join lateral (select case c.currency when 'JPY' then 0 else 2 end as places) e
cross join lateral (select (round(coalesce(r.exact, 0) * coalesce(x.rate, 1), e.places) * 10 ^ e.places)::bigint as amount) a`;

/** The heads, with the minimum, the findings as they are printed, and the numbers in the order of deadlines and names. */
const STATEMENTS = `
with plan as materialized (
  select * from price_plan where programme_code = '${PROGRAMME}' and distributor_id is null
), rate as materialized (
  select distinct on (currency) base, currency, rate, day, source from exchange_rate
  where base = 'EUR' and day <= '${PERIOD}-01'::date + interval '1 month - 1 day' order by currency, day desc
), zone_days as materialized (
  select * from unnest($1::text[], $2::date[], $3::timestamptz[]) as z(zone, statement_date, mailed_by)
), site_row as materialized (
  select distinct on (site_id) * from floor_usage order by site_id
), found as (
  select msp_id, site_id, site_name, null::text as tenant_ref, null::text as tenant_name, null::text as meter, f.place, f.kind,
    f.evidence, f.by_default, 'rule' as settled_by
  from site_row cross join lateral (values
    (1, 'clock_off', 'time_of_receipt', jsonb_build_object('offsetSeconds', clock_offset), abs(clock_offset) > 86400),
    (2, 'missing_report', 'estimated', jsonb_build_object('installations', installations, 'silent', silent), silent > 0)
  ) as f(place, kind, by_default, evidence, is_found) where f.is_found
  union all
  select msp_id, site_id, site_name, tenant_ref, tenant_name, meter, f.place, f.kind, f.evidence, f.by_default, 'default'
  from floor_usage cross join lateral (values
    (3, 'usage_after_revocation', 'up_to_revocation', jsonb_build_object('revokedAt',
      to_char(ended_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'usedOn', used_after_on, 'upToRevocation', before_end),
      used_after_on is not null),
    (4, 'report_mismatch', 'greater', jsonb_build_object('reported', both_reported, 'observed', both_observed,
      'others', others), mismatch),
    (5, 'two_installations', 'summed', jsonb_build_object('installations', heard, 'sum', value), heard > 1),
    (6, 'unassigned_tenant', 'billed', jsonb_build_object('tenantRef', tenant_ref, 'quantity', value), tenant_id is null),
    (7, 'usage_jump', 'accepted', jsonb_build_object('last', last, 'quantity', value),
      abs(value - last) > 10 and abs(value - last) * 100 > 50 * last),
    (8, 'first_month_large', 'accepted', jsonb_build_object('quantity', value), last is null and value > 1000)
  ) as f(place, kind, by_default, evidence, is_found) where meter is not null and f.is_found
), findings as (
  select msp_id, jsonb_agg(jsonb_build_object('kind', kind, 'evidence', evidence, 'siteName', site_name, 'tenantName', tenant_name,
    'tenantRef', tenant_ref, 'meter', meter, 'byDefault', by_default, 'resolution', jsonb_build_object('by', settled_by))
    order by place, site_name collate "C", coalesce(tenant_ref, '') collate "C", coalesce(meter, '') collate "C", site_id) as list
  from found group by 1
), added as (
  select msp_id, sum(amount_minor)::bigint as amount, count(*)::int as lines from floor_line group by 1
), before as (
  select msp_id, total_minor from statement where programme_code = '${PROGRAMME}' and period = '${PREVIOUS}'
), member as (
  select m.id as msp_id, m.name, m.registration_number, m.address, m.country, m.email, m.locale, m.registered_at,
    d.id as distributor_id, d.code, d.currency, jsonb_build_object('name', d.name, 'registrationNumber', d.registration_number,
      'address', d.address, 'country', d.country, 'email', d.email) as distributor, z.zone, y.statement_date, y.mailed_by
  from participation p join msp m on m.id = p.msp_id
  join participation_distributor pd on pd.msp_id = p.msp_id and pd.programme_code = p.programme_code
  join distributor d on d.id = pd.distributor_id
  join company_zone z on z.company_id = m.id join zone_days y on y.zone = z.zone
  where p.programme_code = '${PROGRAMME}'
), rated as (
  select n.*, coalesce(a.amount, 0) as amount, coalesce(a.lines, 0) as lines, x.minimum,
    greatest(coalesce(a.amount, 0), x.minimum) as total, b.total_minor as last_total,
    case when e.rate is null then 'null'::jsonb else jsonb_build_object('base', e.base, 'currency', e.currency,
      'rate', e.rate::text, 'day', e.day, 'source', e.source) end as exchange
  from member n
  left join added a on a.msp_id = n.msp_id
  left join before b on b.msp_id = n.msp_id
  left join rate e on e.currency = n.currency
  cross join plan
  cross join lateral (select case n.currency when 'JPY' then 0 else 2 end as places) c
  cross join lateral (select (round(plan.monthly_minimum_minor / 100.0 * coalesce(e.rate, 1), c.places)
    * 10 ^ c.places)::bigint as minimum) x
), numbered as (
  -- A total that moved by more than a quarter waits for a second person, and takes no number.
  select r.*, upper(format('%s-%s-%s-%s', '${PROGRAMME}', r.code, extract(year from r.statement_date),
    lpad((coalesce(l.last, 0) + row_number() over (partition by r.distributor_id, extract(year from r.statement_date)
      order by ('${PERIOD}-01'::date + interval '1 month') at time zone r.zone, r.mailed_by, r.name collate "C",
        r.registration_number collate "C", r.registered_at, r.msp_id))::text, 6, '0'))) as number
  from rated r
  left join statement_number l on l.programme_code = '${PROGRAMME}' and l.distributor_id = r.distributor_id
    and l.year = extract(year from r.statement_date)
  where coalesce(abs(r.total - r.last_total) * 100 <= 25 * r.last_total, true)
)
select r.msp_id, r.distributor_id, r.number, r.currency, r.email as recipient, r.total as total_minor,
  r.lines + (r.minimum > r.amount)::int as line_count,
  case when r.minimum > r.amount then jsonb_build_array(jsonb_build_object('kind', 'minimum', 'lineNo', r.lines + 1,
    'minimumMinor', r.minimum::text, 'amountMinor', (r.minimum - r.amount)::text)) else '[]' end as minimum_line,
  jsonb_build_object('number', r.number, 'revision', 1, 'templateVersion', ${TEMPLATE_VERSION}, 'locale', r.locale,
    'period', '${PERIOD}', 'zone', r.zone, 'statementDate', r.statement_date, 'currency', r.currency, 'vendor', g.vendor,
    'distributor', r.distributor, 'msp', jsonb_build_object('name', r.name, 'registrationNumber', r.registration_number,
      'address', r.address, 'country', r.country, 'email', r.email),
    'pricePlan', jsonb_build_object('name', plan.name, 'currency', plan.currency, 'fromPeriod', plan.from_period,
      'prices', plan.prices, 'monthlyMinimumMinor', plan.monthly_minimum_minor::text, 'firstMonth', plan.first_month),
    'exchange', r.exchange, 'findings', coalesce(f.list, '[]'), 'history', case when r.last_total is null then '[]'
      else jsonb_build_array(jsonb_build_object('period', '${PREVIOUS}', 'totalMinor', r.last_total::text)) end,
    'totalMinor', r.total::text) as content
from numbered r cross join plan
join programme g on g.code = '${PROGRAMME}'
left join findings f on f.msp_id = r.msp_id`;

/** Rates the month into `floor_usage`, `floor_line` and `floor_statement`. */
export async function rateMonth(
  client: pg.ClientBase,
  { zones, tables }: { zones: readonly ZoneDays[]; tables: Tables },
): Promise<void> {
  const create = CREATE_TABLE[tables];
  await client.query(`${create} floor_usage as ${USAGE}`);
  await client.query(`${create} floor_line as ${LINES}`);
  await client.query(`${create} floor_statement as ${STATEMENTS}`, [
    zones.map(({ zone }) => zone),
    zones.map(({ statementDate }) => statementDate),
    zones.map(({ mailedBy }) => mailedBy),
  ]);
  await client.query('create index on floor_line (msp_id)');
}
