import { rows, type Trx } from '../connect.js';

export type TenantState = 'onboarding' | 'active' | 'closed';

/** An MSP's customer, or a unit below one: a tree of any depth. `ref` is unique within the MSP. */
export interface Tenant {
  mspId: string;
  id: string;
  /** Of the unit it belongs to; null at the top. */
  parentRef: string | null;
  ref: string;
  name: string;
  state: TenantState;
  /** From that period on nothing is assigned to it. */
  closedFrom: string | null;
  createdAt: Date;
}

/** Keeps a new tenant or unit; `taken`: the reference exists; `refused`: no such MSP, or not approved; `orphan`: no such
 * parent, or it is closed. */
export async function insertTenant(trx: Trx, tenant: Tenant): Promise<'made' | 'taken' | 'refused' | 'orphan'> {
  const [row] = await rows<{ approved: boolean; placed: boolean; made: boolean }>(
    trx,
    `with approved as (select distinct msp_id as id from participation where msp_id = :mspId and state = 'approved'),
       parent as (select id from tenant where msp_id = :mspId and ref = :parentRef::text and closed_from is null),
       made as (insert into tenant (msp_id, id, parent_id, ref, name, state, created_at)
         select approved.id, :id, (select id from parent), :ref, :name, :state, :createdAt from approved
         where :parentRef::text is null or exists (select from parent)
         on conflict (msp_id, ref) do nothing returning id)
     select exists (select from approved) as approved, exists (select from made) as made,
       :parentRef::text is null or exists (select from parent) as placed`,
    { ...tenant },
  );
  if (row?.made === true) return 'made';
  if (row?.approved !== true) return 'refused';
  return row.placed ? 'taken' : 'orphan';
}

const SELECT = `select t.msp_id as "mspId", t.id, p.ref as "parentRef", t.ref, t.name, t.state, t.closed_from as "closedFrom",
  t.created_at as "createdAt" from tenant t left join tenant p on p.msp_id = t.msp_id and p.id = t.parent_id`;

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

/** How far a tenant's onboarding is: it becomes active with its sites. */
export interface Onboarding {
  state: TenantState;
  /** Sites that serve it or a unit below it and are not retired. */
  sites: number;
  /** Those of them that no installation has activated. */
  waitingFor: number;
  /** Whether this call made it active. */
  moved: boolean;
}

/** Makes a tenant active when it has sites and all of them are; undefined: no such tenant. */
export async function activateTenant(trx: Trx, mspId: string, tenantId: string): Promise<Onboarding | undefined> {
  const [row] = await rows<{ state: TenantState; sites: number; waiting_for: number; moved: boolean }>(
    trx,
    `with recursive unit as (
         select id from tenant where msp_id = :mspId and id = :tenantId
         union all
         select t.id from tenant t join unit on t.parent_id = unit.id where t.msp_id = :mspId),
       served as (
         select count(*)::int as sites, (count(*) filter (where s.state = 'created'))::int as waiting_for
         from site s where s.msp_id = :mspId and s.state <> 'retired' and exists (
           select from site_tenant st where st.msp_id = s.msp_id and st.site_id = s.id and st.until_period is null
             and st.tenant_id in (select id from unit))),
       moved as (update tenant set state = 'active' from served
         where msp_id = :mspId and id = :tenantId and state = 'onboarding' and sites > 0 and waiting_for = 0
         returning id)
     select case when exists (select from moved) then 'active' else t.state end as state, sites, waiting_for,
       exists (select from moved) as moved
     from tenant t cross join served where t.msp_id = :mspId and t.id = :tenantId`,
    { mspId, tenantId },
  );
  return row && { state: row.state, sites: row.sites, waitingFor: row.waiting_for, moved: row.moved };
}

/** Tenants still in onboarding that a site serves, and those above them: their workflows hear when the site changes. */
export async function onboardingTenantsOf(trx: Trx, mspId: string, siteId: string): Promise<string[]> {
  const found = await rows<{ id: string }>(
    trx,
    `with recursive unit as (
       select t.id, t.parent_id, t.state from site_tenant st join tenant t on t.msp_id = st.msp_id and t.id = st.tenant_id
       where st.msp_id = :mspId and st.site_id = :siteId and st.until_period is null
       union
       select t.id, t.parent_id, t.state from tenant t join unit on unit.parent_id = t.id where t.msp_id = :mspId)
     select distinct id from unit where state = 'onboarding' order by id`,
    { mspId, siteId },
  );
  return found.map(({ id }) => id);
}
