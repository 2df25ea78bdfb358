import type { Actor } from '../../domain/access/actor.js';
import { insertOnlyDecision } from '../../db/access/decisionStore.js';
import { ALL, type Database } from '../../db/connect.js';
import { requireAsked, type Correction } from '../../domain/correction.js';
import type { DecisionContent } from '../../domain/decision.js';
import { fieldError } from '../../domain/errors.js';
import { askCorrectionDecision } from '../../starts/correctStatement.js';
import type { Starter } from '../../starts/starter.js';

export interface DecidingCorrection {
  /** Of the request: the same for a repeat. */
  requestId: string;
  actor: Actor;
  at: Date;
  timeoutMs: number;
}

/**
 * Keeps what ends a correction and passes it to its workflow: the outcome, or that no worker took it in time. Throws
 * REASON_REQUIRED, ALREADY_DECIDED, and as `settle`.
 */
export async function decideCorrection(
  deps: Starter & { db: Database },
  { id: correctionId, state, programme, mspId, remindAt, decideUntil }: Correction,
  content: DecisionContent<'correction'>,
  { requestId, actor, at, timeoutMs }: DecidingCorrection,
) {
  if (content.end === 'refuse' && (content.reason ?? '').trim() === '') {
    throw fieldError('REASON_REQUIRED', '/reason', 'A refusal needs a reason, for whoever asked.');
  }
  const made = {
    id: requestId,
    kind: 'correction',
    subject: `correction:${correctionId}`,
    content,
    actor,
    at,
  } as const;
  await deps.db.transaction(ALL, (trx) =>
    insertOnlyDecision(trx, made, () => {
      requireAsked(state);
    }),
  );
  return askCorrectionDecision(
    deps,
    { programme, mspId, correctionId, remindAt, decideUntil },
    { decisionId: requestId },
    { requestId, timeoutMs },
  );
}
