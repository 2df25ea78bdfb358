import { isDeepStrictEqual } from 'node:util';
import type { Trx } from '../../db/connect.js';
import { lockCompanies, putCompanyFields, type CompanyFields } from '../../db/parties/changeCompany.js';
import type { CompanyRecord } from '../../db/readModels/companyList.js';
import { companyTies } from '../../db/readModels/companyTies.js';
import type { Actor } from '../../domain/access/actor.js';
import { businessLeft } from '../../domain/company.js';
import { fieldError } from '../../domain/errors.js';
import { keepChange, lockToChange, requireCompany, requireVersion } from './keepChange.js';
import { requireFreeSource, requireParent } from './structure.js';

type Given = { [F in keyof CompanyFields]?: CompanyFields[F] | undefined };

export interface Edit {
  companyId: string;
  /** As its editor read it. */
  version: number;
  /** What is left out stays. */
  given: Given;
  reason: string | null;
  at: Date;
  actor: Actor;
}

/** Of the fields that are given, those that change: what they were, and what they become. */
function difference(known: CompanyRecord, given: Given): { before: Given; after: Given } {
  const names = (Object.keys(given) as (keyof CompanyFields)[]).filter(
    (name) => given[name] !== undefined && !isDeepStrictEqual(known[name], given[name]),
  );
  const of = (from: Given): Given => Object.fromEntries(names.map((name) => [name, from[name]]));
  return { before: of(known), after: of(given) };
}

/** A country decides on territory: it stays while the company takes part in a programme, or serves others. */
async function requireMovable(trx: Trx, { companyId, at }: Edit): Promise<void> {
  const left = businessLeft(await companyTies(trx, companyId, at));
  if (left.length === 0) return;
  throw fieldError(
    'STATE_CONFLICT',
    '/country',
    `Its country decides on its territory, and it has ${left.join(', ')}.`,
  );
}

/**
 * Changes what is given, with history and audit event; what is so already is no change, whatever the version. Documents
 * that were issued keep what they printed. Throws NOT_FOUND, STATE_CONFLICT (ended, changed meanwhile, or at `/country`),
 * VALIDATION_FAILED at `/parentId`, NAME_TAKEN at `/source`.
 */
export async function editCompany(trx: Trx, edit: Edit): Promise<CompanyRecord> {
  const { companyId, version, given, reason, at, actor } = edit;
  if (given.parentId != null || given.source != null) await lockCompanies(trx);
  const known = await lockToChange(trx, companyId);
  const { before, after } = difference(known, given);
  if (Object.keys(after).length === 0) return known;
  requireVersion(known, version);
  if (after.country !== undefined) await requireMovable(trx, edit);
  if (after.parentId != null) await requireParent(trx, companyId, after.parentId);
  if (after.source != null) await requireFreeSource(trx, companyId, after.source);
  await putCompanyFields(trx, companyId, { ...known, ...(after as Partial<CompanyFields>) });
  await keepChange(trx, {
    ...{ company: known, at, actor, action: 'company.changed' },
    ...{ before: { ...before }, after: { ...after }, reason },
  });
  return requireCompany(trx, companyId);
}
