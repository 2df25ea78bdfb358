import type { MeterCode } from '../../domain/catalog/index.js';
import { addMonths, type Period } from '../../domain/period.js';
import type { RunKey } from '../../domain/run.js';
import { rows, type Trx } from '../connect.js';
import { selected, type Selection } from './participants.js';

/** How many periods back the last confirmed quantity of a silent site is looked for. */
const LAST_CONFIRMED_PERIODS = 6;

export interface KnownRow {
  siteId: string;
  tenantRef: string | null;
  meter: MeterCode;
  quantity: number;
}

/** With the month it was confirmed for. */
export interface Confirmed extends KnownRow {
  period: Period;
}

/** Site, tenant and meter. */
export function knownKey({ siteId, tenantRef, meter }: Omit<KnownRow, 'quantity'>): string {
  return JSON.stringify([siteId, tenantRef, meter]);
}

/** The same of one installation. */
export interface KnownOfInstallation extends KnownRow {
  installationId: string;
}

/**
 * The last known quantity per site, tenant and meter: what was billed as reported, observed or decided; of a site that is
 * silent again also what it reported late, or else what it was estimated by last, so that it is never silently zero. What
 * was corrected since counts as corrected; `confirmed` is what is about to be corrected, by `knownKey`.
 */
export async function lastConfirmed(
  trx: Trx,
  selection: Selection,
  confirmed: ReadonlyMap<string, Confirmed>,
): Promise<KnownRow[]> {
  const { sql, bindings } = selected(selection);
  const found = await rows<Confirmed>(
    trx,
    `with billed as (
       select l.site_id, l.tenant_ref, l.meter, l.peak as quantity, l.period,
         case when l.basis = 'estimated' then 3 else 1 end as rank
       from run_participant p
       join statement_line l on l.msp_id = p.msp_id and l.programme_code = p.programme_code and l.kind = 'usage'
         and l.period >= :earliest and l.period < :period
       where ${sql} and (l.basis in ('reported', 'observed', 'decided') or l.basis = 'estimated' and l.peak > 0)),
     corrected as (
       select l.site_id, l.tenant_ref, l.meter, l.peak as quantity, l.for_period as period, l.period as booked
       from run_participant p
       join statement_line l on l.msp_id = p.msp_id and l.programme_code = p.programme_code and l.kind = 'correction'
         and l.for_period >= :earliest and l.for_period < :period and l.period <= :period
       where ${sql} and (l.basis in ('reported', 'observed', 'decided') or l.basis = 'estimated' and l.peak > 0)),
     estimated as (
       select distinct p.msp_id, b.site_id from billed b join site s on s.id = b.site_id
       join run_participant p on p.msp_id = s.msp_id where ${sql} and b.rank = 3),
     late as (
       select distinct on (g.site_id, g.installation_id, g.period) g.site_id, g.period, g.tenant_refs, g.meters, g.peaks
       from estimated e join usage_report g on g.msp_id = e.msp_id and g.site_id = e.site_id
         and g.period >= :earliest and g.period < :period
       order by g.site_id, g.installation_id, g.period, g.revision desc),
     known as (
       select site_id, tenant_ref, meter, quantity, period, rank, '' as booked from billed
       union all
       select site_id, tenant_ref, meter, quantity, period, 0, booked from corrected
       union all
       select l.site_id, u.tenant_ref, u.meter, sum(u.peak)::int, l.period, 2, ''
       from late l cross join lateral unnest(l.tenant_refs, l.meters, l.peaks) as u(tenant_ref, meter, peak)
       group by l.site_id, u.tenant_ref, u.meter, l.period)
     select distinct on (site_id, tenant_ref, meter) site_id as "siteId", tenant_ref as "tenantRef", meter, quantity, period
     from known order by site_id, tenant_ref, meter, period desc, rank, booked desc`,
    { ...bindings, earliest: addMonths(selection.period, -LAST_CONFIRMED_PERIODS) },
  );
  const known = new Map(found.map((row) => [knownKey(row), row]));
  for (const [key, row] of confirmed) {
    const stored = known.get(key);
    if (stored === undefined || row.period >= stored.period) known.set(key, row);
  }
  return [...known.values()];
}

/**
 * What each installation of these sites last reported or was last seen to use, the greater of both, by the frozen facts
 * of earlier periods: a line of a statement does not say which installation used what.
 */
export async function lastConfirmedByInstallation(
  trx: Trx,
  { programme, period }: RunKey,
  sites: readonly { mspId: string; siteId: string }[],
): Promise<KnownOfInstallation[]> {
  if (sites.length === 0) return [];
  return rows<KnownOfInstallation>(
    trx,
    `select distinct on (r.site_id, i ->> 'installationId', u ->> 'tenantRef', u ->> 'meter') r.site_id as "siteId",
       i ->> 'installationId' as "installationId", u ->> 'tenantRef' as "tenantRef", u ->> 'meter' as meter,
       greatest((i ->> 'reported')::int, (i ->> 'observed')::int) as quantity
     from unnest(:msps::uuid[], :sites::uuid[]) as x(msp_id, site_id)
     join reconciled_site r on r.programme_code = :programme and r.msp_id = x.msp_id and r.site_id = x.site_id
       and r.period >= :earliest and r.period < :period
     cross join jsonb_array_elements(r.facts -> 'usage') u cross join jsonb_array_elements(u -> 'installations') i
     where coalesce(i ->> 'reported', i ->> 'observed') is not null
     order by r.site_id, i ->> 'installationId', u ->> 'tenantRef', u ->> 'meter', r.period desc`,
    {
      programme,
      period,
      earliest: addMonths(period, -LAST_CONFIRMED_PERIODS),
      msps: sites.map(({ mspId }) => mspId),
      sites: sites.map(({ siteId }) => siteId),
    },
  );
}
