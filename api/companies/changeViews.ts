import { isDeepStrictEqual } from 'node:util';
import type { Trx } from '../../db/connect.js';
import { putViews } from '../../db/parties/changeCompany.js';
import { viewsWithTerms } from '../../db/parties/companyStore.js';
import type { CompanyRecord } from '../../db/readModels/companyList.js';
import { companyTies } from '../../db/readModels/companyTies.js';
import type { Actor } from '../../domain/access/actor.js';
import { givenElsewhere, type View } from '../../domain/access/views.js';
import { leftInView } from '../../domain/company.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { keepChange, lockToChange, requireCompany, requireVersion } from './keepChange.js';

export interface ViewChange {
  companyId: string;
  /** As its editor read it. */
  version: number;
  /** All that it is to hold, in alphabetical order. */
  views: readonly View[];
  reason: string | null;
  at: Date;
  actor: Actor;
}

/** What comes has its terms, or needs none. */
async function requireTerms(trx: Trx, known: CompanyRecord, views: readonly View[]): Promise<void> {
  const terms = await viewsWithTerms(trx, known.id);
  for (const [index, view] of views.entries()) {
    const elsewhere = known.views.includes(view) || terms.includes(view) ? null : givenElsewhere(view);
    if (elsewhere !== null) throw fieldError('VALIDATION_FAILED', `/views/${index}`, elsewhere);
  }
}

/** Of what goes, nothing is left. */
async function requireEmpty(trx: Trx, known: CompanyRecord, { views, at }: ViewChange): Promise<void> {
  const ties = await companyTies(trx, known.id, at);
  for (const view of known.views.filter((held) => !views.includes(held))) {
    const left = leftInView(view, ties);
    if (left.length === 0) continue;
    throw fieldError('STATE_CONFLICT', '/views', `The view ${view} stays while the company has ${left.join(', ')}.`);
  }
}

/**
 * Gives a company the views that are named and no others, with history and audit event; tokens and sessions in a view
 * that goes end with it. Throws NOT_FOUND, STATE_CONFLICT (ended, changed meanwhile, the partner team's, or at `/views`
 * where a view is still needed), VALIDATION_FAILED for a view that is given elsewhere.
 */
export async function changeViews(trx: Trx, change: ViewChange): Promise<CompanyRecord> {
  const { companyId, version, views, reason, at, actor } = change;
  const known = await lockToChange(trx, companyId);
  if (isDeepStrictEqual(known.views, views)) return known;
  requireVersion(known, version);
  if (known.views.includes('vendor')) {
    throw new KontorError('STATE_CONFLICT', 'The partner team’s company has the view vendor and no other.');
  }
  await requireTerms(trx, known, views);
  await requireEmpty(trx, known, change);
  const ended = await putViews(trx, { companyId, views, at });
  await keepChange(trx, {
    ...{ company: known, at, actor, action: 'company.viewsSet' },
    ...{ before: { views: known.views }, after: { views, ended }, reason },
  });
  return requireCompany(trx, companyId);
}
