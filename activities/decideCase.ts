import type { Actor } from '../domain/access/actor.js';
import { appendAudit } from '../db/access/auditStore.js';
import { requireDecision } from '../db/access/decisionStore.js';
import { requireFourEyes } from '../db/access/requireFourEyes.js';
import { authorsOf, lockCase, settleByPerson, type CaseForDecision } from '../db/closing/caseStore.js';
import { ALL, type Database } from '../db/connect.js';
import type { DecisionContent } from '../domain/decision.js';
import { fieldError, KontorError } from '../domain/errors.js';
import { DECISIONS, decisionsOf, isOfIssued, REASON_MANDATORY, type Decision } from '../domain/reconcile/index.js';
import type { RunInput } from '../domain/run.js';
import { parseQuantity } from '../domain/usage.js';

export interface DecideCaseInput extends RunInput {
  mspId: string;
  caseId: string;
  decisionId: string;
  now: string;
}

type CaseDecision = DecisionContent<'case'>;

function parseDecision(found: CaseForDecision, input: CaseDecision): Decision {
  const decisions = decisionsOf(found.kind, found.handling);
  const decision = DECISIONS.find((candidate) => candidate === input.decision);
  if (decision === undefined || !decisions.includes(decision)) {
    const allowed = decisions.join(', ') || 'none, its rule settles it';
    throw fieldError(
      'DECISION_NOT_ALLOWED',
      '/decision',
      `A case of kind ${found.kind} can be decided by: ${allowed}.`,
    );
  }
  if (REASON_MANDATORY.includes(decision) && (input.reason ?? '').trim() === '') {
    throw fieldError('REASON_REQUIRED', '/reason', `To ${decision.replace('_', ' ')}, say why.`);
  }
  if (decision === 'set_quantity') parseQuantity(input.quantity, '/quantity');
  return decision;
}

function isSameDecision(found: CaseForDecision, decision: Decision, input: CaseDecision, by: Actor): boolean {
  return (
    found.resolvedBy === 'person' &&
    found.decision === decision &&
    found.quantity === input.quantity &&
    found.reason === input.reason &&
    found.author?.id === by.id
  );
}

/** Of two decisions at once the second is refused: its author has not seen the first. */
function checkSeen(found: CaseForDecision, { seenResolvedAt }: CaseDecision): void {
  if (found.resolvedBy !== 'person' || found.resolvedAt?.toISOString() === seenResolvedAt) return;
  const by = found.author?.name ?? 'somebody';
  throw new KontorError('ALREADY_DECIDED', `Meanwhile ${by} decided this case: look at it again.`);
}

/** In the review a decision may still be changed; a parked MSP's open case can be decided at any time, as can one about an issued statement. */
function checkStillOpen(found: CaseForDecision, mspId: string): void {
  if (isOfIssued(found.kind) && found.state === 'open') return;
  if (found.participantState === 'issued') {
    throw new KontorError('ALREADY_DECIDED', 'The statement is issued; an issued month is changed by a correction.');
  }
  const inReview = found.participantState === 'open' && found.shardStage !== 'issue' && found.shardStage !== 'done';
  if (!inReview && found.state === 'settled') {
    throw new KontorError(
      'REVIEW_ENDED',
      `The review has ended and this case stays settled. GET /v1/cases?mspId=${mspId}&state=open lists those that can be decided.`,
    );
  }
}

/**
 * Records the stored decision of a person on a case. Throws NOT_FOUND, DECISION_NOT_ALLOWED, REASON_REQUIRED,
 * ALREADY_DECIDED, REVIEW_ENDED and FOUR_EYES_REQUIRED. Idempotent by decision: the same one by the same person finds
 * itself recorded and writes nothing.
 */
export const decideCase =
  ({ db }: { db: Database }) =>
  (input: DecideCaseInput): Promise<{ caseId: string; state: string }> =>
    db.transaction(ALL, async (trx) => {
      const { programme, period, mspId, caseId, decisionId } = input;
      const subject = `case:${caseId}`;
      const { content, actor: author } = await requireDecision(trx, decisionId, { kind: 'case', subject });
      const found = await lockCase(trx, { programme, period, mspId, caseId });
      if (found === undefined)
        throw new KontorError('NOT_FOUND', `There is no case ${caseId} in ${period} of "${programme}".`);
      const decision = parseDecision(found, content);
      if (isSameDecision(found, decision, content, author)) return { caseId, state: 'settled' };
      checkStillOpen(found, mspId);
      checkSeen(found, content);
      if (found.kind === 'total_moved') {
        const first = [found.openedBy, ...(await authorsOf(trx, found))];
        await requireFourEyes(trx, first, author, 'confirms a total');
      }
      const at = new Date(input.now);
      const quantity = decision === 'set_quantity' ? content.quantity : null;
      await settleByPerson(trx, caseId, { decision, quantity, reason: content.reason, author, at });
      appendAudit(trx, {
        at,
        actor: author,
        action: 'case.decided',
        subject,
        mspId,
        before: { state: found.state, decision: found.decision, quantity: found.quantity },
        after: { decisionId, decision, quantity },
        reason: content.reason,
      });
      return { caseId, state: 'settled' };
    });
