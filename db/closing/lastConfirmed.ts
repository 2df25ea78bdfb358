import type { MeterCode } from '../../domain/catalog/index.js';
import { addMonths } from '../../domain/period.js';
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

export interface KnownOfInstallation extends KnownRow {
  installationId: string;
}

/** The last confirmed quantity per site, tenant and meter: reported, observed or decided, never itself an estimate. */
export function lastConfirmed(trx: Trx, selection: Selection): Promise<KnownRow[]> {
  const { sql, bindings } = selected(selection);
  return rows<KnownRow>(
    trx,
    `select distinct on (l.site_id, l.tenant_ref, l.meter) l.site_id as "siteId", l.tenant_ref as "tenantRef", l.meter,
       l.peak as quantity
     from run_participant p
     join statement_line l on l.msp_id = p.msp_id and l.programme_code = p.programme_code and l.kind = 'usage'
       and l.period >= :earliest and l.period < :period
     where ${sql} and l.basis in ('reported', 'observed', 'decided')
     order by l.site_id, l.tenant_ref, l.meter, l.period desc`,
    { ...bindings, earliest: addMonths(selection.period, -LAST_CONFIRMED_PERIODS) },
  );
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
