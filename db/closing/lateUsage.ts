import { readFacts } from '../../domain/frozenFacts.js';
import type { LateUsage } from '../../domain/month/inputs.js';
import type { Period } from '../../domain/period.js';
import { rows, type Trx } from '../connect.js';
import { storedPrice } from '../prices/storedPrices.js';
import { exchangeFromJson } from '../statements/statementCodec.js';

/** Of which MSPs and periods of a programme; `before` is not among them. */
export interface LateSelection {
  programme: string;
  mspIds: readonly string[];
  earliest: Period;
  before: Period;
}

/**
 * Rules 4 and 7: of the MSPs' statements from `earliest` on, every usage line that was estimated or deferred or whose
 * site reported after the facts were frozen, and everything such a late report adds; as earlier corrections left it.
 */
export async function loadLateUsage(
  trx: Trx,
  { programme, mspIds, earliest, before }: LateSelection,
): Promise<LateUsage[]> {
  const found = await rows<
    Omit<LateUsage, 'price' | 'facts' | 'exchange'> & { price: unknown; facts: unknown; exchange: unknown }
  >(
    trx,
    `with issued as materialized (
       select s.id, s.msp_id, s.period, s.number, s.content
       from statement s where s.programme_code = :programme and s.msp_id = any(:mspIds) and s.period >= :earliest and s.period < :before
     ), came_late as materialized (
       select distinct r.msp_id, r.site_id, r.period
       from usage_report n
       join reconciled_site r on r.programme_code = :programme and r.period = n.period and r.msp_id = n.msp_id
         and r.site_id = n.site_id
       where n.msp_id = any(:mspIds) and n.period >= :earliest and n.period < :before
         and n.received_at > r.reconciled_at
     ), latest as materialized (
       -- Every installation's latest report, of sites from which at least one came late.
       select distinct on (g.site_id, g.installation_id, g.period) g.*
       from came_late k
       join issued s on s.msp_id = k.msp_id and s.period = k.period
       join usage_report g on g.msp_id = k.msp_id and g.site_id = k.site_id and g.period = k.period
       order by g.site_id, g.installation_id, g.period, g.revision desc
     ), late as (
       select g.msp_id, g.site_id, g.period, u.tenant_ref, u.meter, jsonb_object_agg(g.installation_id, u.peak) as peaks
       from latest g cross join lateral unnest(g.tenant_refs, g.meters, g.peaks) as u(tenant_ref, meter, peak)
       group by 1, 2, 3, 4, 5
     ), late_site as (
       select msp_id, site_id, period, jsonb_agg(installation_id order by installation_id) as installations
       from latest group by 1, 2, 3
     ), line as (
       select s.msp_id, s.period, l.site_id, l.tenant_ref, l.meter, l.basis, l.quantity, l.content
       from issued s join statement_line l on l.msp_id = s.msp_id and l.statement_id = s.id and l.kind = 'usage'
       where l.basis = 'deferred' or (l.msp_id, l.site_id, l.period) in (select msp_id, site_id, period from came_late)
     ), candidate as (
       select coalesce(l.msp_id, t.msp_id) as msp_id, coalesce(l.period, t.period) as period,
         coalesce(l.site_id, t.site_id) as site_id, coalesce(l.tenant_ref, t.tenant_ref) as tenant_ref,
         coalesce(l.meter, t.meter) as meter, l.basis, l.quantity, l.content, t.peaks
       from line l full join late t on t.msp_id = l.msp_id and t.period = l.period and t.site_id = l.site_id
         and t.meter = l.meter and coalesce(t.tenant_ref, E'\\x01') = coalesce(l.tenant_ref, E'\\x01')
     )
     select c.msp_id as "mspId", c.period, s.number, c.site_id as "siteId",
       coalesce(c.content ->> 'siteName', site.name) as "siteName",
       coalesce((c.content ->> 'tenantId')::uuid, tenant.id) as "tenantId",
       coalesce(c.content ->> 'tenantName', tenant.name) as "tenantName", c.tenant_ref as "tenantRef", c.meter, c.basis,
       coalesce(c.quantity, 0) + (
         select coalesce(sum(done.quantity), 0)::int from statement_line done
         where done.msp_id = c.msp_id and done.programme_code = :programme and done.kind = 'correction'
           and done.for_period = c.period
           and done.site_id = c.site_id and done.meter = c.meter and done.tenant_ref is not distinct from c.tenant_ref
       ) as billed,
       coalesce((c.content ->> 'firstMonthFree')::boolean, false) as "firstMonthFree",
       exists (select from discrepancy d where d.programme_code = :programme and d.period = c.period and d.msp_id = c.msp_id and d.site_id = c.site_id
         and d.meter = c.meter and d.tenant_ref is not distinct from c.tenant_ref and d.resolved_by = 'person'
         and d.decision in ('accept_reported', 'accept_observed', 'set_quantity', 'waive')) as "decidedByPerson",
       case when ls.site_id is not null then
         jsonb_build_object('installationIds', ls.installations, 'peaks', coalesce(c.peaks, '{}')) end as late, r.facts,
       (select coalesce(sum(l.quantity), 0)::int from statement_line l
         where l.msp_id = c.msp_id and l.statement_id = s.id and l.kind = 'usage' and l.meter = c.meter
           and not (l.content ->> 'firstMonthFree')::boolean)
       + (select coalesce(sum(done.quantity), 0)::int from statement_line done
         where done.msp_id = c.msp_id and done.programme_code = :programme and done.for_period = c.period
           and done.kind = 'correction'
           and done.meter = c.meter) as "billedTotal",
       s.content -> 'pricePlan' -> 'prices' -> c.meter as price,
       s.content -> 'pricePlan' ->> 'currency' as "priceCurrency", s.content ->> 'currency' as currency,
       nullif(s.content -> 'exchange', 'null') as exchange
     from candidate c
     join issued s on s.msp_id = c.msp_id and s.period = c.period
     join site on site.msp_id = c.msp_id and site.id = c.site_id
     join reconciled_site r on r.programme_code = :programme and r.msp_id = c.msp_id and r.site_id = c.site_id
       and r.period = c.period
     left join late_site ls on ls.msp_id = c.msp_id and ls.site_id = c.site_id and ls.period = c.period
     left join site_tenant a on a.msp_id = c.msp_id and a.site_id = c.site_id and a.reference = c.tenant_ref
       and a.from_period <= c.period and (a.until_period is null or a.until_period > c.period)
     left join tenant on tenant.msp_id = a.msp_id and tenant.id = a.tenant_id
     where ls.site_id is not null or c.basis = 'deferred'
     order by c.period, c.site_id, c.tenant_ref, c.meter`,
    { programme, mspIds: [...mspIds], earliest, before },
  );
  return found.map((usage) => ({
    ...usage,
    facts: readFacts(usage.facts),
    exchange: exchangeFromJson(usage.exchange, usage.number),
    price: usage.price === null ? null : storedPrice(usage.price, `statement ${usage.number}, ${usage.meter}`),
  }));
}
