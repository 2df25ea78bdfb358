import { rows, type Trx } from '../connect.js';

export type TenantState = 'onboarding' | 'active' | 'closed';

/** An MSP's customer, or a unit below one: a tree of any depth. `ref` is unique within the MSP. */
export interface Tenant {
  mspId: string;
  id: string;
  /** Of the unit it belongs to; null at the top. */
  parentRef: string | null;
  /** The customer's own company, where it has one. */
  customerId: string | null;
  ref: string;
  name: string;
  state: TenantState;
  /** From that period on nothing is assigned to it. */
  closedFrom: string | null;
  createdAt: Date;
}

/** `taken`: the reference exists, or stands before in the list; `refused`: no such MSP, or not approved; `parentUnknown`: no
 * such parent, neither open nor before it in the list. */
export type TenantOutcome = 'made' | 'taken' | 'refused' | 'parentUnknown';

/**
 * Keeps new tenants and units of an MSP, in one statement; what became of each, in their order. Roll back where one was not
 * made.
 */
export async function insertTenants(trx: Trx, mspId: string, tenants: readonly Tenant[]): Promise<TenantOutcome[]> {
  const outcomes = await rows<{ isApproved: boolean; isPlaced: boolean; isMade: boolean }>(
    trx,
    `with approved as (select distinct msp_id as id from participation where msp_id = :mspId and state = 'approved'),
       wanted as (
         select * from rows from (jsonb_to_recordset(:tenants::jsonb) as (id uuid, "parentRef" text, ref text, name text,
           state text, "createdAt" timestamptz)) with ordinality as w(id, "parentRef", ref, name, state, "createdAt", position)),
       placed as (
         select w.*, case when w."parentRef" is not null then coalesce(
           (select p.id from tenant p where p.msp_id = :mspId and p.ref = w."parentRef" and p.closed_from is null),
           (select b.id from wanted b where b.ref = w."parentRef" and b.position < w.position
             and not exists (select from tenant t where t.msp_id = :mspId and t.ref = b.ref) order by b.position limit 1)
           ) end as parent_id
         from wanted w),
       made as (
         insert into tenant (msp_id, id, parent_id, ref, name, state, created_at)
         select approved.id, p.id, p.parent_id, p.ref, p.name, p.state, p."createdAt" from placed p, approved
         where (p."parentRef" is null) = (p.parent_id is null) order by p.position
         on conflict (msp_id, ref) do nothing returning id)
     select exists (select from approved) as "isApproved", exists (select from made m where m.id = p.id) as "isMade",
       (p."parentRef" is null) = (p.parent_id is null) as "isPlaced"
     from placed p order by p.position`,
    { mspId, tenants: JSON.stringify(tenants) },
  );
  return outcomes.map(({ isApproved, isPlaced, isMade }) => {
    if (isMade) return 'made';
    if (!isApproved) return 'refused';
    return isPlaced ? 'taken' : 'parentUnknown';
  });
}

const FIELDS = `t.msp_id as "mspId", t.id, p.ref as "parentRef", t.customer_id as "customerId", t.ref, t.name, t.state,
  t.closed_from as "closedFrom", t.created_at as "createdAt"`;
const JOINED = 'tenant t left join tenant p on p.msp_id = t.msp_id and p.id = t.parent_id';
const SELECT = `select ${FIELDS} from ${JOINED}`;

/** Tenants of an MSP and their units by reference, after the reference `after`. */
export async function listTenants(trx: Trx, mspId: string, after: string, limit: number): Promise<Tenant[]> {
  return rows<Tenant>(
    trx,
    `${SELECT} where t.msp_id = :mspId and t.ref collate "C" > :after order by t.ref collate "C" limit :limit`,
    { mspId, after, limit },
  );
}

/** Undefined: the MSP has none of that id. */
export async function findTenant(trx: Trx, mspId: string, tenantId: string): Promise<Tenant | undefined> {
  const [tenant] = await rows<Tenant>(trx, `${SELECT} where t.msp_id = :mspId and t.id = :tenantId`, {
    mspId,
    tenantId,
  });
  return tenant;
}

/**
 * Closes a tenant and every unit below it from a period on: what sites assigned to them ends there. One that was closed
 * from an earlier period stays so.
 */
export async function closeTenant(trx: Trx, close: { mspId: string; tenantId: string; from: string }): Promise<void> {
  const closed = await rows<{ id: string }>(
    trx,
    `with recursive unit as (
       select id from tenant where msp_id = :mspId and id = :tenantId
       union all
       select t.id from tenant t join unit on t.parent_id = unit.id where t.msp_id = :mspId)
     update tenant set state = 'closed', closed_from = least(closed_from, :from)
     where msp_id = :mspId and id in (select id from unit) returning id`,
    close,
  );
  const bindings = { mspId: close.mspId, from: close.from, ids: closed.map(({ id }) => id) };
  await rows(
    trx,
    `delete from site_tenant where msp_id = :mspId and tenant_id = any(:ids::uuid[]) and from_period >= :from`,
    bindings,
  );
  await rows(
    trx,
    `update site_tenant set until_period = :from where msp_id = :mspId and tenant_id = any(:ids::uuid[])
       and (until_period is null or until_period > :from)`,
    bindings,
  );
}

/** Of these ids, those that are no tenants of the company: as an MSP, as a customer, or of a customer it acts for. */
export async function unknownTenants(trx: Trx, companyId: string, ids: readonly string[]): Promise<string[]> {
  const unknown = await rows<{ id: string }>(
    trx,
    `select n.id from unnest(:ids::uuid[]) as n (id)
     where not exists (select from tenant t where t.msp_id = :companyId and t.id = n.id)
       and not exists (select from company_view v where v.company_id = :companyId
         and n.id = any(kontor_tenants_of_view(v.company_id, v.view)))`,
    { companyId, ids: [...ids] },
  );
  return unknown.map(({ id }) => id);
}

/** Every tenant and unit that is a customer's, of whatever MSP. */
export async function tenantsOfCustomer(trx: Trx, customerId: string): Promise<string[]> {
  const found = await rows<{ id: string }>(
    trx,
    `select unnest(kontor_tenants_of_view(:customerId, 'customer')) as id`,
    {
      customerId,
    },
  );
  return found.map(({ id }) => id);
}

/**
 * Says whose company a tenant is; null: nobody's. What belongs to the tenant, units below it too, is seen by that company.
 * False where it is another's by now than the tenant says.
 */
export async function putCustomer(trx: Trx, before: Tenant, customerId: string | null): Promise<boolean> {
  const put = await rows(
    trx,
    `update tenant set customer_id = :customerId
     where msp_id = :mspId and id = :id and customer_id is not distinct from :before::uuid returning id`,
    { mspId: before.mspId, id: before.id, before: before.customerId, customerId },
  );
  return put.length > 0;
}

/** A tenant and the MSP it is of. */
export interface TenantOfMsp extends Tenant {
  mspName: string;
}

/** Tenants and units that the reader sees, over all MSPs, by MSP and reference; those after the cursor. */
export async function listOwnTenants(
  trx: Trx,
  page: { limit: number; after?: [mspName: string, mspId: string, ref: string] | undefined },
): Promise<TenantOfMsp[]> {
  const [afterName, afterMsp, afterRef] = page.after ?? [null, null, null];
  return rows<TenantOfMsp>(
    trx,
    `select ${FIELDS}, c.name as "mspName" from ${JOINED} join company c on c.id = t.msp_id
     where :afterMsp::uuid is null or (c.name collate "C", t.msp_id, t.ref collate "C")
       > (:afterName::text collate "C", :afterMsp::uuid, :afterRef::text collate "C")
     order by c.name collate "C", t.msp_id, t.ref collate "C" limit :limit`,
    { afterName, afterMsp, afterRef, limit: page.limit },
  );
}
