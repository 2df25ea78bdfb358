import type { DiscrepancyKind } from '../../domain/reconcile/index.js';
import { rows, type Trx } from '../connect.js';
import type { MonthRules } from './monthRules.js';
import { selected, type Selection } from './participants.js';
import { REACH } from './reach.js';

/**
 * What came for issued months since the run before this one opened: reports, and of check-ins the highest count, per
 * installation, tenant and meter, each with the instant up to which late usage reaches that month (rule 7). Check-ins are
 * read site by site (`offset 0`): right after a month's arrivals the planner's statistics are too old to choose it.
 */
const arrivals = (selection: string) => `
  part as materialized (
    select p.msp_id, p.programme_code from run_participant p where ${selection}
  ), since as materialized (
    select coalesce(max(b.opened_at), '-infinity') as at from billing_run b
    where b.programme_code = :programme and b.period < :period and b.state <> 'skipped'
  ), month as materialized (
    select p.msp_id, p.period, p.month_end, s.content -> 'pricePlan' -> 'prices' as prices, p.zone, ${REACH} as reach
    from part join run_participant p on p.programme_code = part.programme_code and p.msp_id = part.msp_id
      and p.period < :period
    join statement s on s.programme_code = p.programme_code and s.msp_id = p.msp_id and s.period = p.period
      and s.revision = 1
  ), late_site as materialized (
    select l.msp_id, l.site_id, l.period, m.month_end, m.zone, since.at
    from part cross join since
    join late_check_in l on l.msp_id = part.msp_id and l.period < :period and l.last_received_at > since.at
    join site s on s.msp_id = l.msp_id and s.id = l.site_id and s.programme_code = part.programme_code
    join month m on m.msp_id = l.msp_id and m.period = l.period
  ), arrival as materialized (
    select g.msp_id, g.site_id, g.installation_id, g.period, g.received_at, u.tenant_ref, u.meter, u.count
    from part cross join since
    join site s on s.msp_id = part.msp_id and s.programme_code = part.programme_code
    join usage_report g on g.msp_id = s.msp_id and g.site_id = s.id and g.period < :period and g.received_at > since.at
    left join lateral unnest(g.tenant_refs, g.meters, g.peaks) as u(tenant_ref, meter, count) on true
    union all
    select c.msp_id, c.site_id, c.installation_id, l.period, c.received_at, u.tenant_ref, u.meter, u.count
    from late_site l cross join lateral (
      select * from check_in c where c.msp_id = l.msp_id and c.site_id = l.site_id and c.received_at > l.at
        and c.counted_at < l.month_end and to_char(c.counted_at at time zone l.zone, 'YYYY-MM') = l.period
        and c.observed_at >= l.month_end - interval '40 days' and c.observed_at < l.month_end + interval '8 days'
      offset 0) c
    cross join lateral unnest(c.tenant_refs, c.meters, c.quantities) as u(tenant_ref, meter, count)
  ), found as (
    select a.msp_id, a.site_id, a.installation_id, a.period, a.tenant_ref, a.meter, max(a.count) as count,
      max(a.received_at) as received_at, m.zone, m.reach, bool_or(a.received_at >= m.reach) as beyond,
      a.meter is not null and not jsonb_exists(m.prices, a.meter) as unpriced
    from arrival a join month m on m.msp_id = a.msp_id and m.period = a.period
    group by a.msp_id, a.site_id, a.installation_id, a.period, a.tenant_ref, a.meter, m.zone, m.reach, m.prices
  )`;

/**
 * Beyond the reach one case per site and month; without a price one per tenant and meter of it, beyond the reach too: whoever lets
 * that in lets in what has a price.
 */
const LATE = `
  select 'late_beyond_reach' as kind, f.msp_id, f.site_id, null::text as tenant_ref, null::text as meter, f.period,
    jsonb_build_object('forPeriod', f.period, 'receivedOn', to_char(max(f.received_at) at time zone f.zone, 'YYYY-MM-DD'),
      'quantity', coalesce(sum(f.count), 0)) as evidence, max(f.received_at) as received_at
  from found f where f.beyond group by f.msp_id, f.site_id, f.period, f.zone
  union all
  select 'late_unpriced', f.msp_id, f.site_id, f.tenant_ref, f.meter, f.period,
    jsonb_build_object('forPeriod', f.period, 'quantity', sum(f.count)), max(f.received_at)
  from found f where f.unpriced and f.count > 0
  group by f.msp_id, f.site_id, f.tenant_ref, f.meter, f.period`;

const LATE_KINDS: readonly DiscrepancyKind[] = ['late_beyond_reach', 'late_unpriced'];

interface Judging extends MonthRules {
  now: Date;
}

/**
 * Opens the cases of usage that came for a closed month and cannot be booked as a correction: later than rule 7 reaches,
 * or of a meter that month had no price for. Idempotent by its natural key: site, tenant, meter and the month it came for;
 * nothing that an earlier run found is found again.
 */
export async function openLateCases(trx: Trx, selection: Selection, { settings, kinds, now }: Judging): Promise<void> {
  const { sql, bindings } = selected(selection);
  const judging = LATE_KINDS.filter((kind) => kinds.includes(kind));
  if (judging.length === 0) return;
  await rows(
    trx,
    `with ${arrivals(sql)}, late as (${LATE})
     insert into discrepancy (programme_code, period, msp_id, kind, handling, site_id, tenant_ref, tenant_id, meter,
       evidence, evidence_key, state, resolved_by, found_at, resolved_at)
     select :programme, :period, l.msp_id, l.kind, k.handling, l.site_id, l.tenant_ref, st.tenant_id, l.meter, l.evidence,
       l.period, case k.handling when 'automatic' then 'settled' else 'open' end,
       case k.handling when 'automatic' then 'rule' end, :now, case k.handling when 'automatic' then :now::timestamptz end
     from late l
     join unnest(:kinds::text[], :handlings::text[]) as k(kind, handling) on k.kind = l.kind
     left join site_tenant st on st.msp_id = l.msp_id and st.site_id = l.site_id and st.reference = l.tenant_ref
       and st.from_period <= l.period and (st.until_period is null or st.until_period > l.period)
     where not exists (select from discrepancy d where d.programme_code = :programme and d.msp_id = l.msp_id
       and d.kind = l.kind and d.site_id = l.site_id and d.evidence_key = l.period and d.found_at >= l.received_at
       and d.tenant_ref is not distinct from l.tenant_ref and d.meter is not distinct from l.meter)
     on conflict do nothing returning id`,
    {
      ...{ ...bindings, now },
      kinds: judging,
      handlings: judging.map((kind) => settings.discrepancies.kinds[kind].handling),
    },
  );
}
