import type { Period } from '../../domain/period.js';
import { rows, type Trx } from '../connect.js';

/** What a site calls a tenant or unit in its messages, from a period, until a period (exclusive; null: open). */
export interface Assignment {
  reference: string;
  tenantId: string;
  tenantRef: string;
  fromPeriod: string;
  untilPeriod: string | null;
}

/** A reference and the unit it is to stand for, by the unit's own reference. */
export interface Wanted {
  reference: string;
  tenantRef: string;
}

interface SiteOfMsp {
  mspId: string;
  siteId: string;
}

/** All assignments of a site, past ones included, by reference and period. */
export async function listAssignments(trx: Trx, { mspId, siteId }: SiteOfMsp): Promise<Assignment[]> {
  return rows<Assignment>(
    trx,
    `select a.reference, a.tenant_id as "tenantId", t.ref as "tenantRef", a.from_period as "fromPeriod",
       a.until_period as "untilPeriod"
     from site_tenant a join tenant t on t.msp_id = a.msp_id and t.id = a.tenant_id
     where a.msp_id = :mspId and a.site_id = :siteId order by a.reference collate "C", a.from_period`,
    { mspId, siteId },
  );
}

/**
 * From the period `from` on the site's references stand for exactly what is wanted; earlier periods stay as they were.
 * Returns the tenant references that are none of the MSP or closed by then (roll back where there are any).
 */
export async function assignFrom(
  trx: Trx,
  { wanted, ...at }: SiteOfMsp & { from: Period; wanted: readonly Wanted[] },
): Promise<string[]> {
  const resolved = await rows<{ reference: string; tenant_ref: string; tenant_id: string | null }>(
    trx,
    `select w.reference, w."tenantRef" as tenant_ref, t.id as tenant_id
     from jsonb_to_recordset(:wanted::jsonb) as w(reference text, "tenantRef" text)
     left join tenant t on t.msp_id = :mspId and t.ref = w."tenantRef" and (t.closed_from is null or t.closed_from > :from)`,
    { mspId: at.mspId, from: at.from, wanted: JSON.stringify(wanted) },
  );
  const unknown = resolved.flatMap(({ tenant_id, tenant_ref }) => (tenant_id === null ? [tenant_ref] : []));
  if (unknown.length > 0) return unknown;
  const bindings = { ...at, wanted: JSON.stringify(resolved) };
  const asWanted = `jsonb_to_recordset(:wanted::jsonb) as w(reference text, tenant_id uuid)`;
  await rows(trx, `delete from site_tenant where msp_id = :mspId and site_id = :siteId and from_period >= :from`, {
    ...at,
  });
  await rows(
    trx,
    `update site_tenant a set until_period = case when exists (
         select from ${asWanted} where w.reference = a.reference and w.tenant_id = a.tenant_id) then null else :from end
     where msp_id = :mspId and site_id = :siteId and (until_period is null or until_period > :from)`,
    bindings,
  );
  await rows(
    trx,
    `insert into site_tenant (msp_id, site_id, reference, tenant_id, from_period)
     select :mspId, :siteId, w.reference, w.tenant_id, :from from ${asWanted}
     where not exists (select from site_tenant a where a.msp_id = :mspId and a.site_id = :siteId
       and a.reference = w.reference and a.until_period is null)`,
    bindings,
  );
  return [];
}

/** Whether the site serves the tenant, or a unit below it, in that period or later. */
export async function servesTenant(
  trx: Trx,
  { mspId, siteId }: SiteOfMsp,
  tenantId: string,
  period: Period,
): Promise<boolean> {
  const served = await rows(
    trx,
    `with recursive unit as (
       select id from tenant where msp_id = :mspId and id = :tenantId
       union all
       select t.id from tenant t join unit on t.parent_id = unit.id where t.msp_id = :mspId)
     select from site_tenant where msp_id = :mspId and site_id = :siteId and tenant_id in (select id from unit)
       and (until_period is null or until_period > :period) limit 1`,
    { mspId, siteId, tenantId, period },
  );
  return served.length === 1;
}
