import type { Actor } from '../../domain/access/actor.js';
import { fieldError, KontorError } from '../../domain/errors.js';
import { appendAudit } from '../access/auditStore.js';
import type { Trx } from '../connect.js';
import { companyName } from '../parties/companyStore.js';
import { findProgramme } from '../programmes/programmeStore.js';
import { findHold, insertHold, liftHold, type HoldSubject, type LegalHold } from './holdStore.js';

interface Change {
  id: string;
  reason: string;
  at: Date;
  actor: Actor;
}

/**
 * Sets a legal hold, with its event in the audit trail; the same id again gives the hold that there is. VALIDATION_FAILED where
 * there is no such company or programme, STATE_CONFLICT where a hold over the same stands.
 */
export async function setHold(trx: Trx, subject: HoldSubject, { id, reason, at, actor }: Change): Promise<LegalHold> {
  const before = await findHold(trx, id);
  if (before !== undefined) return before;
  const { companyId, programme } = subject;
  if (programme !== null && (await findProgramme(trx, programme)) === undefined) {
    throw fieldError('VALIDATION_FAILED', '/programme', 'There is no such programme.');
  }
  if (companyId !== null && (await companyName(trx, companyId)) === '') {
    throw fieldError('VALIDATION_FAILED', '/companyId', 'There is no such company.');
  }
  const set = { id, companyId, programme, reason, setAt: at, setBy: actor };
  if (!(await insertHold(trx, set))) throw new KontorError('STATE_CONFLICT', 'A hold over the same stands already.');
  const event = { at, actor, action: 'legalHold.set', subject: `legalHold:${id}` };
  appendAudit(trx, { ...event, mspId: companyId, after: subject, reason });
  return { ...set, liftedAt: null, liftedBy: null, liftReason: null };
}

/** Lifts a hold, with its event in the audit trail; one that was lifted stays as it is. NOT_FOUND where there is none. */
export async function endHold(trx: Trx, { id, reason, at, actor }: Change): Promise<LegalHold> {
  if (await liftHold(trx, { id, at, by: actor, reason })) {
    appendAudit(trx, { at, actor, action: 'legalHold.lifted', subject: `legalHold:${id}`, reason });
  }
  const hold = await findHold(trx, id);
  if (hold === undefined) throw new KontorError('NOT_FOUND', 'There is no such hold.');
  return hold;
}
