import { KontorError } from '../../domain/errors.js';
import { siteStatesBefore, type ContactState, type SiteState } from '../../domain/site.js';
import { rows, type Trx } from '../connect.js';

/** One installation that reports usage. Its name is unique within its MSP. */
export interface Site {
  mspId: string;
  id: string;
  /** Code of the programme it is billed in. */
  programme: string;
  name: string;
  product: string;
  state: SiteState;
  /** Rule 6. */
  contact: ContactState;
  createdAt: Date;
  activatedAt: Date | null;
  lastContactAt: Date | null;
}

export interface NewSite {
  mspId: string;
  siteId: string;
  programme: string;
  /** The first month it may report. */
  fromPeriod: string;
  name: string;
  product: string;
  tenantRefs: readonly string[];
  keyId: string;
  /** SHA-256 of the key's 256 bits. */
  keyHash: Buffer;
  at: Date;
}

const UNIQUE_VIOLATION = '23505';

/** Runs a write that may break `unique (msp_id, name)`; NAME_TAKEN then, and the transaction is over. */
async function withUniqueName<T>(name: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION) {
      throw new KontorError('NAME_TAKEN', 'Another site of this MSP has that name.', [
        { field: '/name', code: 'NAME_TAKEN', message: `"${name}" is in use.` },
      ]);
    }
    throw error;
  }
}

/**
 * Keeps a new site with its tenants and its first metered key, in one statement. Throws NAME_TAKEN; `unknownRefs` names
 * references that are no tenant of the MSP (roll back then), `made` is false where the MSP is unknown or not approved.
 */
export async function insertSite(trx: Trx, site: NewSite): Promise<{ made: boolean; unknownRefs: string[] }> {
  const [row] = await withUniqueName(site.name, () =>
    rows<{ made: boolean; unknown_refs: string[] }>(
      trx,
      `with approved as (select msp_id from participation
           where msp_id = :mspId and programme_code = :programme and state = 'approved'),
         made as (insert into site (msp_id, id, programme_code, from_period, name, product, state, created_at)
           select msp_id, :siteId, :programme, :fromPeriod, :name, :product, 'created', :at from approved returning id),
         keyed as (insert into metered_key (msp_id, id, site_id, key_hash, state, issued_at)
           select :mspId, :keyId, id, :keyHash, 'issued', :at from made),
         wanted as (select w.ref, t.id from unnest(:tenantRefs::text[]) as w (ref)
           left join tenant t on t.msp_id = :mspId and t.ref = w.ref),
         assigned as (insert into site_tenant (msp_id, site_id, tenant_id)
           select :mspId, made.id, wanted.id from made, wanted where wanted.id is not null)
       select exists (select from made) as made, array(select ref from wanted where id is null) as unknown_refs`,
      { ...site, tenantRefs: [...site.tenantRefs] },
    ),
  );
  return { made: row?.made ?? false, unknownRefs: row?.unknown_refs ?? [] };
}

/** Gives a site another name; false: no such site. Throws NAME_TAKEN. */
export async function renameSite(trx: Trx, mspId: string, siteId: string, name: string): Promise<boolean> {
  const renamed = await withUniqueName(name, () =>
    rows<{ id: string }>(trx, 'update site set name = :name where msp_id = :mspId and id = :siteId returning id', {
      mspId,
      siteId,
      name,
    }),
  );
  return renamed.length === 1;
}

/** The references of the tenants a site serves become exactly `tenantRefs`. `unknownRefs`: no tenant of the MSP. */
export async function assignTenants(
  trx: Trx,
  site: { mspId: string; siteId: string; tenantRefs: readonly string[] },
): Promise<{ changedTenantIds: string[]; unknownRefs: string[] }> {
  const [row] = await rows<{ changed: string[]; unknown_refs: string[] }>(
    trx,
    `with wanted as (select w.ref, t.id from unnest(:tenantRefs::text[]) as w (ref)
         left join tenant t on t.msp_id = :mspId and t.ref = w.ref),
       removed as (delete from site_tenant where msp_id = :mspId and site_id = :siteId
         and tenant_id not in (select id from wanted where id is not null) returning tenant_id),
       added as (insert into site_tenant (msp_id, site_id, tenant_id)
         select :mspId, :siteId, id from wanted where id is not null on conflict do nothing returning tenant_id)
     select array(select tenant_id from removed union all select tenant_id from added) as changed,
       array(select ref from wanted where id is null) as unknown_refs`,
    { ...site, tenantRefs: [...site.tenantRefs] },
  );
  return { changedTenantIds: row?.changed ?? [], unknownRefs: row?.unknown_refs ?? [] };
}

/** Retires a site that has no key left; false where it stays as it is. */
export async function retireSiteWithoutKey(trx: Trx, mspId: string, siteId: string): Promise<boolean> {
  const retired = await rows<{ id: string }>(
    trx,
    `update site s set state = 'retired' where msp_id = :mspId and id = :siteId and state = any(:from)
       and not exists (select from metered_key k where k.msp_id = s.msp_id and k.site_id = s.id
         and k.state <> 'destroyed')
     returning id`,
    { mspId, siteId, from: siteStatesBefore('retired') },
  );
  return retired.length === 1;
}

/** Undefined: the MSP has no such site. */
export async function findSiteState(trx: Trx, mspId: string, siteId: string): Promise<SiteState | undefined> {
  const [row] = await rows<{ state: SiteState }>(trx, 'select state from site where msp_id = :mspId and id = :siteId', {
    mspId,
    siteId,
  });
  return row?.state;
}

interface SiteRow {
  msp_id: string;
  id: string;
  programme_code: string;
  name: string;
  product: string;
  state: SiteState;
  contact: ContactState;
  created_at: Date;
  activated_at: Date | null;
  last_contact_at: Date | null;
}

/** The site, locked against concurrent changes of its keys until the transaction ends; undefined: none of the MSP. */
export async function lockSite(trx: Trx, mspId: string, siteId: string): Promise<Site | undefined> {
  const [row] = await rows<SiteRow>(
    trx,
    `select msp_id, id, programme_code, name, product, state, contact, created_at, activated_at, last_contact_at
     from site where msp_id = :mspId and id = :siteId for update`,
    { mspId, siteId },
  );
  return (
    row && {
      mspId: row.msp_id,
      id: row.id,
      programme: row.programme_code,
      name: row.name,
      product: row.product,
      state: row.state,
      contact: row.contact,
      createdAt: row.created_at,
      activatedAt: row.activated_at,
      lastContactAt: row.last_contact_at,
    }
  );
}
