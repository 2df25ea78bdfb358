import { appendAudit } from '../db/access/auditStore.js';
import { authorsOf, lockCase, settleByPerson, type CaseForDecision } from '../db/closing/caseStore.js';
import { ALL, type Database } from '../db/connect.js';
import { fieldError, KontorError } from '../domain/errors.js';
import { DECISIONS, decisionsOf, REASON_MANDATORY, type Decision } from '../domain/reconcile/index.js';
import type { RunInput } from '../domain/run.js';
import { parseQuantity } from '../domain/usage.js';

export interface DecideCaseInput extends RunInput {
  mspId: string;
  caseId: string;
  decision: string;
  quantity: number | null;
  reason: string | null;
  author: string;
  now: string;
}

function parseDecision(found: CaseForDecision, input: DecideCaseInput): Decision {
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

function isSameDecision(found: CaseForDecision, decision: Decision, input: DecideCaseInput): boolean {
  return (
    found.resolvedBy === 'person' &&
    found.decision === decision &&
    found.quantity === input.quantity &&
    found.reason === input.reason &&
    found.author === input.author
  );
}

/** In the review a decision may still be changed; a parked MSP's open case can be decided at any time. */
function checkStillOpen(found: CaseForDecision, mspId: string): void {
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

/** Idempotent by decision: the same one by the same person finds itself recorded and writes nothing. */
export const decideCase =
  ({ db }: { db: Database }) =>
  (input: DecideCaseInput): Promise<{ caseId: string; state: string }> =>
    db.transaction(ALL, async (trx) => {
      const { programme, period, mspId, caseId, author } = input;
      const found = await lockCase(trx, { programme, period, mspId, caseId });
      if (found === undefined)
        throw new KontorError('NOT_FOUND', `There is no case ${caseId} in ${period} of "${programme}".`);
      const decision = parseDecision(found, input);
      if (isSameDecision(found, decision, input)) return { caseId, state: 'settled' };
      checkStillOpen(found, mspId);
      if (found.kind === 'total_moved') {
        const firstPersons = [found.openedBy, ...(await authorsOf(trx, { programme, period, mspId }))];
        if (firstPersons.includes(author)) {
          throw new KontorError(
            'FOUR_EYES_REQUIRED',
            'Who opened the run or decided a case of this MSP cannot confirm its total; ask a second person.',
          );
        }
      }
      const at = new Date(input.now);
      const quantity = decision === 'set_quantity' ? input.quantity : null;
      await settleByPerson(trx, caseId, { decision, quantity, reason: input.reason, author, at });
      await appendAudit(trx, {
        at,
        actor: author,
        action: 'case.decided',
        subject: `case:${caseId}`,
        mspId,
        before: { state: found.state, decision: found.decision, quantity: found.quantity },
        after: { decision, quantity },
        reason: input.reason,
      });
      return { caseId, state: 'settled' };
    });
