import { isDeepStrictEqual } from 'node:util';
import { appendAudit } from '../../db/access/auditStore.js';
import type { Trx } from '../../db/connect.js';
import { lockCompanies, putCompanyFields, putViews, type CompanyFields } from '../../db/parties/changeCompany.js';
import { insertCompany } from '../../db/parties/companyStore.js';
import { findCompany, type CompanyRecord } from '../../db/readModels/companyList.js';
import type { Actor } from '../../domain/access/actor.js';
import type { View } from '../../domain/access/views.js';
import { fieldError } from '../../domain/errors.js';
import { requireCompany } from './keepChange.js';
import { requireFreeSource, requireParent } from './structure.js';

export interface NewCompany extends CompanyFields {
  id: string;
  country: string;
  /** IANA time zone, from the beginning. */
  zone: string;
  /** At least one, in alphabetical order. */
  views: readonly [View, ...View[]];
}

/** The company kept under that id before, when it is the same one; undefined: the id is free. */
async function knownCompany(trx: Trx, asked: NewCompany): Promise<CompanyRecord | undefined> {
  const known = await findCompany(trx, asked.id);
  if (known === undefined) return undefined;
  const names = Object.keys(asked) as (keyof NewCompany)[];
  if (names.every((name) => isDeepStrictEqual(known[name], asked[name]))) return known;
  throw fieldError(
    'ID_REUSED_WITH_OTHER_CONTENT',
    '/id',
    'That id belongs to another company, or to this one as it was changed since: choose another, or change that one.',
  );
}

/**
 * Keeps a new company with its audit event; under the same id with the same content it is the same company. Throws
 * ID_REUSED_WITH_OTHER_CONTENT at `/id`, VALIDATION_FAILED at `/parentId`, NAME_TAKEN at `/source`.
 */
export async function addCompany(
  trx: Trx,
  asked: NewCompany,
  { at, actor }: { at: Date; actor: Actor },
): Promise<CompanyRecord> {
  const { id, views, parentId, source } = asked;
  await lockCompanies(trx);
  const known = await knownCompany(trx, asked);
  if (known !== undefined) return known;
  if (parentId !== null) await requireParent(trx, id, parentId);
  if (source !== null) await requireFreeSource(trx, id, source);
  if (!(await insertCompany(trx, asked, views[0], at))) {
    throw fieldError('ID_REUSED_WITH_OTHER_CONTENT', '/id', 'That id was given to another company just now.');
  }
  await putCompanyFields(trx, id, asked);
  await putViews(trx, { companyId: id, views, at });
  appendAudit(trx, { at, actor, action: 'company.added', subject: `company:${id}`, after: asked });
  return requireCompany(trx, id);
}
