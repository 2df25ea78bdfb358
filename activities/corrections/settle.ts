import type { Actor } from '../../domain/access/actor.js';
import { appendAudit } from '../../db/access/auditStore.js';
import { requireFourEyes } from '../../db/access/requireFourEyes.js';
import type { Trx } from '../../db/connect.js';
import { endCorrection, lockCorrection } from '../../db/corrections/correctionStore.js';
import { involvedInMonth } from '../../db/corrections/involvedInMonth.js';
import { issueCredit } from '../../db/corrections/creditStore.js';
import { holdIssue, plannedCorrection } from '../../db/corrections/planned.js';
import { insertRevision, partiesPrinted } from '../../db/corrections/revisionStore.js';
import { enqueueMails } from '../../db/outbox/outboxStore.js';
import { loadStatements } from '../../db/statements/statementStore.js';
import {
  CORRECTION_ENDS,
  requireAsked,
  requireSamePlan,
  type Correction,
  type CorrectionEnd,
} from '../../domain/correction.js';
import { draftCredit } from '../../domain/credit.js';
import { KontorError } from '../../domain/errors.js';
import { correctionDecidedMail, correctionExpiredMail, creditMails, revisionMails } from './mails.js';

export interface SettleCorrectionInput {
  correctionId: string;
  end: CorrectionEnd;
  /** Mandatory with `refuse`. */
  reason: string | null;
  actor: Actor;
  /** ISO instant of the decision: chosen by the workflow, the same for every attempt. */
  at: string;
}

/** Rule 18: not whoever asked, opened the run, or decided a case of that MSP in it. */
async function requireSecond(trx: Trx, correction: Correction, actor: Actor): Promise<void> {
  const first = [correction.askedBy, ...(await involvedInMonth(trx, correction))];
  await requireFourEyes(trx, first, actor, 'confirms a correction');
}

/** What a confirmation brings about, in the transaction that confirms; a line is booked by the next statement. */
async function takeEffect(trx: Trx, correction: Correction, at: Date): Promise<string | null> {
  const { statementId, plan, booking } = correction;
  if (booking === 'credit' && plan.line !== null) {
    const [issued] = await loadStatements(trx, [statementId]);
    if (issued === undefined) throw new KontorError('NOT_FOUND', 'There is no such statement.');
    const parties = await partiesPrinted(trx, statementId);
    const made = await issueCredit(
      trx,
      correction,
      draftCredit({ ...issued.statement, ...parties }, plan.line, at),
      at,
    );
    await enqueueMails(trx, creditMails(made, at), at);
    return made.credit.number;
  }
  if (plan.parties !== null) {
    const revised = await insertRevision(trx, correction, plan.parties, at);
    await enqueueMails(trx, revisionMails(correction, revised, at), at);
    return `${revised.number}, revision ${revised.revision}`;
  }
  return null;
}

/**
 * Ends a correction: its state, what a confirmation brings about, letters and audit event are one transaction. Throws NOT_FOUND,
 * ALREADY_DECIDED, FOUR_EYES_REQUIRED (rule 18), FORBIDDEN where another person withdraws it, STATE_CONFLICT where it comes to
 * something else by now, CORRECTION_EXCEEDS_BILLED. Idempotent by decision: an attempt that finds its own (same instant, same
 * actor) answers with it.
 */
export async function settle(trx: Trx, { correctionId, end, reason, actor, at: instant }: SettleCorrectionInput) {
  const at = new Date(instant);
  const correction = await lockCorrection(trx, correctionId);
  if (correction === undefined) throw new KontorError('NOT_FOUND', 'There is no such correction.');
  const state = CORRECTION_ENDS[end];
  const isRepeat = correction.state === state && correction.decidedAt?.getTime() === at.getTime();
  if (isRepeat && correction.decidedBy?.id === actor.id) return correction;
  requireAsked(correction.state);
  if (end === 'withdraw' && correction.askedBy.id !== actor.id) {
    throw new KontorError('FORBIDDEN', 'Whoever asked for a correction withdraws it; others refuse it.');
  }
  if (end === 'confirm') {
    await requireSecond(trx, correction, actor);
    await holdIssue(trx, correction);
    const { statementId, wish, plan, reason: why } = correction;
    requireSamePlan(plan, (await plannedCorrection(trx, statementId, wish, { correctionId, reason: why })).plan);
  }
  const settled: Correction = { ...correction, state, decidedAt: at, decidedBy: actor, decisionReason: reason };
  await endCorrection(trx, correction, settled);
  const document = end === 'confirm' ? await takeEffect(trx, settled, at) : null;
  await enqueueMails(trx, await correctionDecidedMail(trx, settled, { document, at }), at);
  if (end === 'expire') await enqueueMails(trx, await correctionExpiredMail(trx, settled), at);
  appendAudit(trx, {
    at,
    actor,
    action: `correction.${state}`,
    subject: `correction:${correctionId}`,
    mspId: correction.mspId,
    before: { state: correction.state },
    after: { state, document },
    reason,
  });
  return settled;
}
