import { takeMemberships } from '../../db/access/mergeMemberships.js';
import type { Trx } from '../../db/connect.js';
import { isWithin, lockCompanies, lockCompany, putCompanyState } from '../../db/parties/changeCompany.js';
import {
  endMandates,
  takeContacts,
  takeMandates,
  takeSubsidiaries,
  takeTenants,
  takeViews,
  type Merge,
} from '../../db/parties/mergeCompany.js';
import type { CompanyRecord } from '../../db/readModels/companyList.js';
import { companyTies } from '../../db/readModels/companyTies.js';
import { takeQuotes } from '../../db/quotes/quoteStore.js';
import { businessLeft } from '../../domain/company.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { endAccess } from './endAccess.js';
import { requireNotPartnerTeam, type StateChange } from './changeState.js';
import { keepChange, lockToChange, requireCompany } from './keepChange.js';

export interface MergeInto extends StateChange {
  /** The company that stays. */
  into: string;
  /** Whether its people, mandates and addresses come along, or not. */
  people: 'move' | 'end';
}

/** Both, locked in the order of their ids. */
async function lockBoth(
  trx: Trx,
  { companyId, into }: MergeInto,
): Promise<{ known: CompanyRecord; target: CompanyRecord }> {
  const refused = (why: string) => fieldError('VALIDATION_FAILED', '/into', why);
  if (into === companyId) throw refused('A company is not merged into itself.');
  for (const id of [companyId, into].sort()) await lockCompany(trx, id);
  const known = await lockToChange(trx, companyId);
  const target = await lockCompany(trx, into);
  if (target === undefined) throw refused('There is no such company.');
  return { known, target };
}

async function requireMergeable(
  trx: Trx,
  { companyId, into, people, at }: MergeInto,
  { known, target }: { known: CompanyRecord; target: CompanyRecord },
): Promise<void> {
  requireNotPartnerTeam(known);
  if (known.state === 'suspended' && people === 'move') {
    throw fieldError('STATE_CONFLICT', '/people', 'It is suspended: resume it first, or let its people end with it.');
  }
  if (target.views.includes('vendor')) {
    throw fieldError('STATE_CONFLICT', '/into', 'Nobody becomes the partner team by a merge: name another company.');
  }
  if (target.state !== 'active') {
    throw fieldError('STATE_CONFLICT', '/into', `That company is ${target.state}: name an active one.`);
  }
  if (await isWithin(trx, into, companyId)) {
    throw fieldError('STATE_CONFLICT', '/into', 'That company is below this one: give it another parent first.');
  }
  const left = businessLeft(await companyTies(trx, companyId, at));
  if (left.length > 0) {
    throw new KontorError('STATE_CONFLICT', `A duplicate has no business of its own, and this has ${left.join(', ')}.`);
  }
}

/** Moves what is the duplicate's; returns what came, as the histories tell. */
async function take(trx: Trx, merge: Merge, people: MergeInto['people']) {
  await takeViews(trx, merge);
  const tenants = await takeTenants(trx, merge);
  const subsidiaries = await takeSubsidiaries(trx, merge);
  await takeQuotes(trx, merge);
  const ended = await endMandates(trx, { companyId: merge.merged, at: merge.at, by: merge.by });
  const mandates = people === 'move' ? await takeMandates(trx, merge, ended) : [];
  const memberships = people === 'move' ? await takeMemberships(trx, merge) : 0;
  // Nobody vouches that those of a duplicate are of the same organisation whose people end with it.
  const contacts = people === 'move' ? await takeContacts(trx, merge) : [];
  return { tenants, subsidiaries, mandates, memberships, contacts };
}

/**
 * Merges a duplicate into the company that stays: its views, tenants as a customer and subsidiaries, and with `move` its
 * people and mandates, and its confirmed addresses for what that company has none for, are that company's from now on; the duplicate ends and says where it has gone. Throws NOT_FOUND,
 * VALIDATION_FAILED at `/into`, and STATE_CONFLICT where one of the two is not in a state for it, or the duplicate takes
 * part in a programme or serves others.
 */
export async function mergeCompanies(trx: Trx, asked: MergeInto): Promise<CompanyRecord> {
  const { companyId, into, people, reason, at, actor } = asked;
  await lockCompanies(trx);
  const both = await lockBoth(trx, asked);
  await requireMergeable(trx, asked, both);
  const { known, target } = both;
  const came = await take(trx, { merged: companyId, into, at, by: actor }, people);
  await endAccess(trx, { companyId, reason, at, actor });
  await putCompanyState(trx, companyId, { state: 'ended', reason, at, mergedInto: into });
  const kept = { at, actor, reason };
  for (const id of came.subsidiaries) {
    const [company, before, after] = [await requireCompany(trx, id), { parentId: companyId }, { parentId: into }];
    await keepChange(trx, { ...kept, company, action: 'company.changed', before, after });
  }
  const { views } = await requireCompany(trx, into);
  await keepChange(trx, {
    ...{ ...kept, company: target, action: 'company.extended' },
    ...{ before: { views: target.views }, after: { views, merged: companyId, people, ...came } },
  });
  await keepChange(trx, {
    ...{ ...kept, company: known, action: 'company.merged' },
    ...{ before: { state: known.state }, after: { state: 'ended', mergedInto: into, people, ...came } },
  });
  return requireCompany(trx, companyId);
}
