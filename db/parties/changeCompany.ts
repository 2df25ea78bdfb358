import type { View } from '../../domain/access/views.js';
import type { CompanyState } from '../../domain/company.js';
import type { Locale } from '../../locales/index.js';
import { rows, type Trx } from '../connect.js';
import { findCompany, type CompanyRecord } from '../readModels/companyList.js';

/**
 * One at a time until the transaction ends, of what concerns several companies: parents, sources, an end, a merge. Taken
 * before any company is locked.
 */
export async function lockCompanies(trx: Trx): Promise<void> {
  await rows(trx, `select pg_advisory_xact_lock(hashtext('kontor_companies'))`);
}

/** The company, locked until the transaction ends; undefined: there is none. */
export async function lockCompany(trx: Trx, id: string): Promise<CompanyRecord | undefined> {
  await rows(trx, 'select id from company where id = :id for update', { id });
  return findCompany(trx, id);
}

/** What is set of a company as such. */
export interface CompanyFields {
  name: string;
  registrationNumber: string | null;
  address: string[];
  country: string | null;
  locale: Locale;
  parentId: string | null;
  source: string | null;
}

/** Sets all of them. */
export async function putCompanyFields(trx: Trx, id: string, fields: CompanyFields): Promise<void> {
  const { name, registrationNumber, address, country, locale, parentId, source } = fields;
  await rows(
    trx,
    `update company set name = :name, registration_number = :registrationNumber, address = :address::text[],
       country = :country, locale = :locale, parent_id = :parentId, source = :source where id = :id returning id`,
    { id, name, registrationNumber, address, country, locale, parentId, source },
  );
}

/** Sets the state with its reason; `mergedInto` of a duplicate that ends. */
export async function putCompanyState(
  trx: Trx,
  id: string,
  to: { state: CompanyState; reason: string; at: Date; mergedInto?: string },
): Promise<void> {
  const { state, reason, at, mergedInto = null } = to;
  await rows(
    trx,
    `update company set state = :state, state_reason = :reason, state_at = :at, merged_into = :mergedInto
     where id = :id returning id`,
    { id, state, reason, at, mergedInto },
  );
}

/** Gives a company these views and no others. Returns how many tokens and sessions acted in a view that is gone: they end. */
export async function putViews(
  trx: Trx,
  { companyId, views, at }: { companyId: string; views: readonly View[]; at: Date },
): Promise<{ tokens: number; sessions: number }> {
  const bindings = { companyId, views: [...views], at };
  await rows(trx, 'delete from company_view where company_id = :companyId and view <> all(:views::text[])', bindings);
  await rows(
    trx,
    `insert into company_view (company_id, view) select :companyId, unnest(:views::text[]) on conflict do nothing`,
    bindings,
  );
  const tokens = await rows(
    trx,
    `update api_token t set revoked_at = :at from membership m
     where m.id = t.membership_id and m.company_id = :companyId and t.view <> all(:views::text[]) and t.revoked_at is null
     returning t.id`,
    bindings,
  );
  const sessions = await rows(
    trx,
    `update session s set ended_at = :at from membership m
     where m.id = s.membership_id and m.company_id = :companyId and s.view <> all(:views::text[]) and s.ended_at is null
     returning s.id`,
    bindings,
  );
  return { tokens: tokens.length, sessions: sessions.length };
}

/** Whether a company is `of` or is below it, at whatever depth. */
export async function isWithin(trx: Trx, companyId: string, of: string): Promise<boolean> {
  const [row] = await rows<{ within: boolean }>(
    trx,
    `with recursive above as (
       select id, parent_id from company where id = :companyId
       union select c.id, c.parent_id from company c join above on c.id = above.parent_id)
     select exists (select from above where id = :of) as within`,
    { companyId, of },
  );
  return row?.within === true;
}

/** Whether a company that has not ended, other than `id`, is known from that source. */
export async function isSourceTaken(trx: Trx, source: string, id: string): Promise<boolean> {
  const taken = await rows(
    trx,
    `select id from company where source = :source and state <> 'ended' and id <> :id limit 1`,
    { source, id },
  );
  return taken.length > 0;
}
