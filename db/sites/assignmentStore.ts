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

/** The same of a site, from a period on. */
export interface WantedOfSite extends Wanted {
  siteId: string;
  from: Period;
}

const AS_WANTED = `jsonb_to_recordset(:wanted::jsonb) as w("siteId" uuid, "from" text, reference text, "tenantRef" text)
     left join tenant t on t.msp_id = :mspId and t.ref = w."tenantRef" and (t.closed_from is null or t.closed_from > w."from")`;

/**
 * References of an MSP's sites stand for what is wanted, each from its period on, beside those that stand already.
 * Returns what names no tenant of the MSP, or one that is closed by then (roll back where there is any).
 */
export async function addAssignments(
  trx: Trx,
  mspId: string,
  wanted: readonly WantedOfSite[],
): Promise<Pick<WantedOfSite, 'siteId' | 'tenantRef'>[]> {
  const made = await rows<{ siteId: string; tenantRef: string; isKnown: boolean }>(
    trx,
    `with wanted as (select w."siteId", w."from", w.reference, w."tenantRef", t.id from ${AS_WANTED}), made as (
       insert into site_tenant (msp_id, site_id, reference, tenant_id, from_period)
       select :mspId, w."siteId", w.reference, w.id, w."from" from wanted w
       where w.id is not null and not exists (select from site_tenant a where a.msp_id = :mspId and a.site_id = w."siteId"
         and a.reference = w.reference and a.until_period is null))
     select "siteId", "tenantRef", id is not null as "isKnown" from wanted`,
    { mspId, wanted: JSON.stringify(wanted) },
  );
  return made.filter(({ isKnown }) => !isKnown);
}

/**
 * From the period `from` on the site's references stand for exactly what is wanted. Returns the tenant references that are
 * none of the MSP, or closed by then (roll back where there are any).
 */
export async function assignFrom(
  trx: Trx,
  { wanted, ...at }: SiteOfMsp & { from: Period; wanted: readonly Wanted[] },
): Promise<string[]> {
  const { mspId, siteId, from } = at;
  const ofSite = wanted.map((one) => ({ ...one, siteId, from }));
  await rows(trx, `delete from site_tenant where msp_id = :mspId and site_id = :siteId and from_period >= :from`, {
    ...at,
  });
  await rows(
    trx,
    `update site_tenant a set until_period = case when exists (
         select from ${AS_WANTED} where w.reference = a.reference and t.id = a.tenant_id) then null else :from end
     where msp_id = :mspId and site_id = :siteId and (until_period is null or until_period > :from)`,
    { ...at, wanted: JSON.stringify(ofSite) },
  );
  return (await addAssignments(trx, mspId, ofSite)).map(({ tenantRef }) => tenantRef);
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
    `select from site_tenant where msp_id = :mspId and site_id = :siteId
       and tenant_id = any(kontor_tenants_below(array[:tenantId::uuid])) and (until_period is null or until_period > :period) limit 1`,
    { mspId, siteId, tenantId, period },
  );
  return served.length === 1;
}

/** Whether it serves any that is neither the tenant nor a unit below it, in that period or later. */
export async function servesOthers(
  trx: Trx,
  { mspId, siteId }: SiteOfMsp,
  tenantId: string,
  period: Period,
): Promise<boolean> {
  const served = await rows(
    trx,
    `select from site_tenant where msp_id = :mspId and site_id = :siteId
       and tenant_id <> all(kontor_tenants_below(array[:tenantId::uuid])) and (until_period is null or until_period > :period) limit 1`,
    { mspId, siteId, tenantId, period },
  );
  return served.length === 1;
}
