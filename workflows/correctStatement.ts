/**
 * One correction by hand of an issued statement (rule 18), until a second person confirms or refuses it, it is withdrawn, or
 * expires. The API has kept what is asked for; only ids and instants travel here. The decision is an Update: the caller gets the
 * outcome, one that is refused changes nothing, and the row's state in PostgreSQL is the guard against a second one. A credit or
 * a revision is frozen in the transaction that confirms, then rendered and mailed; a line is booked by the MSP's next statement.
 */
import { allHandlersFinished, condition, defineUpdate, setCurrentDetails } from '@temporalio/workflow';
import type { CorrectionState } from '../domain/correction.js';
import type { MadeDecision } from '../domain/decision.js';
import { awaitDecision } from './awaitedDecision.js';
import { local, mailing, msUntil, quick, rendering } from './policies.js';

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
  const title = `**Correction** \`${correctionId}\``;
  const decision = awaitDecision<CorrectionState, CorrectionOutcome>(decideCorrection, {
    what: 'correction',
    title,
    open: 'asked',
    record: (decisionId) =>
      local.settleCorrection.executeWithOptions({ summary: 'record the decision' }, [
        { correctionId, decisionId, at: new Date().toISOString() },
      ]),
  });
  const announce = async (reminder: boolean, at: string): Promise<void> => {
    const said = await quick.announceCorrection.executeWithOptions(
      { summary: reminder ? 'remind the partner team' : 'ask the partner team' },
      [{ correctionId, reminder, at }],
    );
    await decision.recorded();
    // Decided where this execution did not see it: by one that was lost with Temporal's data.
    if (said.state !== 'asked' && !decision.over()) decision.settle(said.state, 'Decided before this execution began.');
    if (!decision.over()) await mailing.drainOutbox.executeWithOptions({ summary: 'mail it' }, [{}]);
  };

  setCurrentDetails(
    `${title}\n\nWaits until ${decideUntil} for a second person of the partner team, who neither ` +
      `asked for it, opened the run nor decided a case of it: \`GET /v1/corrections/${correctionId}\`, then ` +
      `\`POST /v1/corrections/${correctionId}/decision\`. Reminder at ${remindAt}; undecided it expires and nothing changes.`,
  );
  await announce(false, new Date().toISOString());
  if (!decision.over()) await decision.until(remindAt, `a second person; reminder at ${remindAt}`);
  if (!decision.over() && msUntil(decideUntil, Date.now()) > 0) await announce(true, remindAt);
  if (!decision.over()) await decision.until(decideUntil, `a second person; expires at ${decideUntil}`);
  if (!decision.over()) {
    const ended = await quick.expireCorrection.executeWithOptions({ summary: 'expire it' }, [
      { correctionId, at: decideUntil },
    ]);
    decision.settle(ended.state, `Not decided until ${decideUntil}.`);
  }
  if (decision.state() === 'confirmed') {
    await rendering.renderCorrection.executeWithOptions({ summary: 'PDF of the credit or revision, if any' }, [
      { correctionId, now: new Date().toISOString() },
    ]);
  }
  await mailing.drainOutbox.executeWithOptions({ summary: 'mail the outcome' }, [{}]);
  await condition(allHandlersFinished);
  return { state: decision.state() };
}
