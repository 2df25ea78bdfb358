/**
 * One correction by hand of an issued statement (rule 18), until a second person confirms or refuses it, it is withdrawn, or
 * expires. The API has kept what is asked for; only ids and instants travel here. The decision is an Update: the caller gets the
 * outcome, one that is refused changes nothing, and the row's state in PostgreSQL is the guard against a second one. A credit or
 * a revision is frozen in the transaction that confirms, then rendered and mailed; a line is booked by the MSP's next statement.
 */
import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  defineUpdate,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { CorrectionState } from '../domain/correction.js';
import type { MadeDecision } from '../domain/decision.js';
import { local, mailing, msUntil, quick, rendering } from './policies.js';
import { stage } from './searchAttributes.js';

export interface CorrectStatementInput {
  correctionId: string;
  /** ISO instants: of the reminder, and at which an undecided correction expires. */
  remindAt: string;
  decideUntil: string;
}

export interface CorrectionOutcome {
  correctionId: string;
  state: CorrectionState;
  /** ISO instant. */
  decidedAt: string;
}

export const decideCorrection = defineUpdate<CorrectionOutcome, [MadeDecision]>('decideCorrection');

export function correctStatementId(correctionId: string): string {
  return `correction:${correctionId}`;
}

export async function correctStatement(input: CorrectStatementInput): Promise<{ state: CorrectionState }> {
  const { correctionId, remindAt, decideUntil } = input;
  let state: CorrectionState = 'asked';
  let deciding = false;
  const settle = (next: CorrectionState, details: string): void => {
    state = next;
    upsertSearchAttributes([stage(next)]);
    setCurrentDetails(`**Correction** \`${correctionId}\`: ${next}.\n\n${details}`);
  };
  setHandler(
    decideCorrection,
    async ({ decisionId }) => {
      deciding = true;
      try {
        const decided = await local.settleCorrection.executeWithOptions({ summary: 'record the decision' }, [
          { correctionId, decisionId, at: new Date().toISOString() },
        ]);
        settle(decided.state, `Decided at ${decided.decidedAt}, decision ${decisionId}.`);
        return decided;
      } finally {
        deciding = false;
      }
    },
    {
      validator: (_made: MadeDecision) => {
        if (deciding || state !== 'asked') {
          throw ApplicationFailure.nonRetryable('This correction is decided already.', 'ALREADY_DECIDED');
        }
      },
    },
  );
  const over = () => state !== 'asked';
  const awaitDecision = async (until: string, summary: string): Promise<void> => {
    const waitMs = msUntil(until, Date.now());
    if (waitMs > 0) await condition(over, waitMs, { summary });
    // A decision that is being recorded when the time runs out still counts.
    await condition(() => !deciding);
  };
  const announce = async (reminder: boolean, at: string): Promise<void> => {
    const said = await quick.announceCorrection.executeWithOptions(
      { summary: reminder ? 'remind the partner team' : 'ask the partner team' },
      [{ correctionId, reminder, at }],
    );
    await condition(() => !deciding);
    // Decided where this execution did not see it: by one that was lost with Temporal's data.
    if (said.state !== 'asked' && !over()) settle(said.state, 'Decided before this execution began.');
    if (!over()) await mailing.drainOutbox.executeWithOptions({ summary: 'mail it' }, [{}]);
  };

  setCurrentDetails(
    `**Correction** \`${correctionId}\`\n\nWaits until ${decideUntil} for a second person of the partner team, who neither ` +
      `asked for it, opened the run nor decided a case of it: \`GET /v1/corrections/${correctionId}\`, then ` +
      `\`POST /v1/corrections/${correctionId}/decision\`. Reminder at ${remindAt}; undecided it expires and nothing changes.`,
  );
  await announce(false, new Date().toISOString());
  if (!over()) await awaitDecision(remindAt, `a second person; reminder at ${remindAt}`);
  if (!over() && msUntil(decideUntil, Date.now()) > 0) await announce(true, remindAt);
  if (!over()) await awaitDecision(decideUntil, `a second person; expires at ${decideUntil}`);
  if (!over()) {
    const ended = await quick.expireCorrection.executeWithOptions({ summary: 'expire it' }, [
      { correctionId, at: decideUntil },
    ]);
    settle(ended.state, `Not decided until ${decideUntil}.`);
  }
  if ((state as CorrectionState) === 'confirmed') {
    await rendering.renderCorrection.executeWithOptions({ summary: 'PDF of the credit or revision, if any' }, [
      { correctionId, now: new Date().toISOString() },
    ]);
  }
  await mailing.drainOutbox.executeWithOptions({ summary: 'mail the outcome' }, [{}]);
  await condition(allHandlersFinished);
  return { state };
}
