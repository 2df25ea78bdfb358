import { rows, type Trx } from '../connect.js';

export type TenantState = 'onboarding' | 'active' | 'closed';

/** An MSP's customer. `ref` is the name its sites report it under, unique within the MSP. */
export interface Tenant {
  mspId: string;
  id: string;
  ref: string;
  name: string;
  state: TenantState;
  createdAt: Date;
}

interface TenantRow {
  msp_id: string;
  id: string;
  ref: string;
  name: string;
  state: TenantState;
  created_at: Date;
}

const COLUMNS = 'msp_id, id, ref, name, state, created_at';

function toTenant(row: TenantRow): Tenant {
  return {
    mspId: row.msp_id,
    id: row.id,
    ref: row.ref,
    name: row.name,
    state: row.state,
    createdAt: row.created_at,
  };
}

/** Keeps a new tenant of an approved MSP; `taken`: the reference exists; `refused`: no such MSP, or not approved. */
export async function insertTenant(trx: Trx, tenant: Tenant): Promise<'made' | 'taken' | 'refused'> {
  const [row] = await rows<{ approved: boolean; made: boolean }>(
    trx,
    `with approved as (select distinct msp_id as id from participation where msp_id = :mspId and state = 'approved'),
       made as (insert into tenant (${COLUMNS}) select id, :id, :ref, :name, :state, :createdAt from approved
         on conflict (msp_id, ref) do nothing returning id)
     select exists (select from approved) as approved, exists (select from made) as made`,
    { ...tenant },
  );
  if (row?.made === true) return 'made';
  return row?.approved === true ? 'taken' : 'refused';
}

/** Tenants of an MSP by reference, after the reference `after`. */
export async function listTenants(trx: Trx, mspId: string, after: string, limit: number): Promise<Tenant[]> {
  const found = await rows<TenantRow>(
    trx,
    `select ${COLUMNS} from tenant where msp_id = :mspId and ref collate "C" > :after order by ref collate "C" limit :limit`,
    { mspId, after, limit },
  );
  return found.map(toTenant);
}

/** How far a tenant's onboarding is: it becomes active with its sites. */
export interface Onboarding {
  state: TenantState;
  /** Sites that serve it and are not retired. */
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
    `with served as (
         select count(*)::int as sites, (count(*) filter (where s.state = 'created'))::int as waiting_for
         from site_tenant st join site s on s.msp_id = st.msp_id and s.id = st.site_id
         where st.msp_id = :mspId and st.tenant_id = :tenantId and s.state <> 'retired'),
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

/** Tenants still in onboarding that a site serves: their workflows hear when the site changes. */
export async function onboardingTenantsOf(trx: Trx, mspId: string, siteId: string): Promise<string[]> {
  const found = await rows<{ id: string }>(
    trx,
    `select t.id from site_tenant st join tenant t on t.msp_id = st.msp_id and t.id = st.tenant_id
     where st.msp_id = :mspId and st.site_id = :siteId and t.state = 'onboarding' order by t.id`,
    { mspId, siteId },
  );
  return found.map(({ id }) => id);
}
