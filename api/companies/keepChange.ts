/** What every change of a company begins and ends with: its row locked and not ended, then history and audit event. */
import type { Actor } from '../../domain/access/actor.js';
import { appendAudit } from '../../db/access/auditStore.js';
import type { Trx } from '../../db/connect.js';
import { recordChange } from '../../db/parties/companyChangeStore.js';
import { lockCompany } from '../../db/parties/changeCompany.js';
import { findCompany, type CompanyRecord } from '../../db/readModels/companyList.js';
import { fieldError, KontorError } from '../../domain/errors.js';

/** Throws NOT_FOUND where there is no such company for the sender. */
export async function requireCompany(trx: Trx, id: string): Promise<CompanyRecord> {
  const found = await findCompany(trx, id);
  if (found === undefined) throw new KontorError('NOT_FOUND', 'There is no such company.');
  return found;
}

/** The company, locked until the transaction ends; NOT_FOUND, and STATE_CONFLICT for one that has ended. */
export async function lockToChange(trx: Trx, id: string): Promise<CompanyRecord> {
  const found = await lockCompany(trx, id);
  if (found === undefined) throw new KontorError('NOT_FOUND', 'There is no such company.');
  if (found.state !== 'ended') return found;
  const where = found.mergedInto === null ? '' : `; it was merged into ${found.mergedInto}`;
  throw new KontorError('STATE_CONFLICT', `This company has ended and stays as it is${where}.`);
}

/** Of two who edit at once, the second has not seen what the first did: STATE_CONFLICT. */
export function requireVersion(company: CompanyRecord, version: number): void {
  if (company.version === version) return;
  throw fieldError(
    'STATE_CONFLICT',
    '/version',
    `Somebody has changed this company meanwhile: it is at version ${company.version}. Read it again.`,
  );
}

export interface Change {
  /** As it was before. */
  company: CompanyRecord;
  at: Date;
  actor: Actor;
  /** What was done, as the audit trail names it. */
  action: `company.${string}`;
  before: Record<string, unknown>;
  after: Record<string, unknown>;
  reason: string | null;
}

/** Keeps a change that was just made in the company's history, which it may read, and in the audit trail. */
export async function keepChange(trx: Trx, { company, action, ...change }: Change): Promise<void> {
  await recordChange(trx, { companyId: company.id, ...change });
  const mspId = company.views.includes('service_provider') ? company.id : null;
  appendAudit(trx, { action, subject: `company:${company.id}`, mspId, ...change });
}
