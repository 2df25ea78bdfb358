import { endMandates } from '../../db/parties/mergeCompany.js';
import type { Trx } from '../../db/connect.js';
import { lockCompanies, putCompanyState } from '../../db/parties/changeCompany.js';
import type { CompanyRecord } from '../../db/readModels/companyList.js';
import { companyTies } from '../../db/readModels/companyTies.js';
import type { Actor } from '../../domain/access/actor.js';
import { leftToEnd } from '../../domain/company.js';
import { KontorError } from '../../domain/errors.js';
import { endAccess } from './endAccess.js';
import { keepChange, lockToChange, requireCompany } from './keepChange.js';

export interface StateChange {
  companyId: string;
  reason: string;
  at: Date;
  actor: Actor;
}

/** Without the partner team nobody could undo it: STATE_CONFLICT. */
export function requireNotPartnerTeam({ views }: CompanyRecord): void {
  if (!views.includes('vendor')) return;
  throw new KontorError('STATE_CONFLICT', 'The partner team’s company is never suspended, ended or merged.');
}

/**
 * Suspends a company, or resumes it, with history and audit event: while it is suspended nobody acts for it, by whatever
 * token or session, nor by mandate. Its participations and keys go on. Throws NOT_FOUND, and STATE_CONFLICT where it is not
 * in the state before, or the partner team's.
 */
export async function suspendOrResume(
  trx: Trx,
  { companyId, reason, at, actor }: StateChange,
  to: 'suspended' | 'active',
): Promise<CompanyRecord> {
  const known = await lockToChange(trx, companyId);
  requireNotPartnerTeam(known);
  if (known.state === to) throw new KontorError('STATE_CONFLICT', `This company is ${to} already.`);
  await putCompanyState(trx, companyId, { state: to, reason, at });
  await keepChange(trx, {
    ...{ company: known, at, actor, action: to === 'active' ? 'company.resumed' : 'company.suspended' },
    ...{ before: { state: known.state }, after: { state: to }, reason },
  });
  return requireCompany(trx, companyId);
}

/**
 * Ends a company for good, with its memberships, service accounts, invitations, identity providers and mandates; a sign-up
 * that nobody confirmed expires. Throws NOT_FOUND, and
 * STATE_CONFLICT where it has ended, is the partner team's, or has something left, which is named.
 */
export async function endCompany(trx: Trx, { companyId, reason, at, actor }: StateChange): Promise<CompanyRecord> {
  await lockCompanies(trx);
  const known = await lockToChange(trx, companyId);
  requireNotPartnerTeam(known);
  const left = leftToEnd(await companyTies(trx, companyId, at));
  if (left.length > 0) {
    throw new KontorError(
      'STATE_CONFLICT',
      `This company cannot end while it has ${left.join(', ')}: end those first.`,
    );
  }
  await putCompanyState(trx, companyId, { state: 'ended', reason, at });
  await endAccess(trx, { companyId, reason, at, actor });
  const mandates = await endMandates(trx, { companyId, at, by: actor });
  await keepChange(trx, {
    ...{ company: known, at, actor, action: 'company.ended' },
    ...{ before: { state: known.state }, after: { state: 'ended', mandates }, reason },
  });
  return requireCompany(trx, companyId);
}
