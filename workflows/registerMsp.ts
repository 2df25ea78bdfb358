/**
 * One application to join the programme, until the partner team decides, it is withdrawn or expires (rule 14). The API has kept the
 * application before anybody sees this workflow; only ids and instants travel here. Reminders and the end are absolute
 * instants, fixed when the application came in. The decision is an Update: the caller gets the outcome, one that is
 * refused changes nothing, and the row's state in PostgreSQL is the guard against a second one. Whoever passed the decision
 * here has its letter sent; what the clock ends has nobody to do so, and is mailed from here.
 */
import { allHandlersFinished, condition, defineUpdate, setCurrentDetails } from '@temporalio/workflow';
import type { MadeDecision } from '../domain/decision.js';
import type { ParticipationState } from '../domain/msp.js';
import { awaitDecision } from './awaitedDecision.js';
import { local, mailing, quick } from './policies.js';

export interface RegisterMspInput {
  programme: string;
  mspId: string;
  /** ISO instants, in order; one that the next has overtaken is left out. */
  remindAt: string[];
  /** ISO instant at which an undecided application expires. */
  decideUntil: string;
}

export interface RegistrationOutcome {
  mspId: string;
  state: ParticipationState;
  /** Billed from this period on, once approved. */
  joinedPeriod: string | null;
  /** ISO instant. */
  decidedAt: string;
}

export const decideRegistration = defineUpdate<RegistrationOutcome, [MadeDecision]>('decideRegistration');

export function registrationId(programme: string, mspId: string): string {
  return `msp-registration:${programme}:${mspId}`;
}

export async function registerMsp(input: RegisterMspInput): Promise<{ state: ParticipationState }> {
  const { programme, mspId, decideUntil } = input;
  const title = `**Registration** of MSP \`${mspId}\` in \`${programme}\``;
  const decision = awaitDecision<ParticipationState, RegistrationOutcome>(decideRegistration, {
    what: 'registration',
    title,
    open: 'applied',
    record: (decisionId) =>
      local.decideMsp.executeWithOptions({ summary: 'record the decision' }, [
        { programme, mspId, decisionId, at: new Date().toISOString() },
      ]),
  });

  setCurrentDetails(
    `${title}\n\nWaits for the partner team until ${decideUntil}: ` +
      `\`POST /v1/programmes/${programme}/registrations/${mspId}/decision\`. Reminders: ${input.remindAt.join(', ') || 'none'}.`,
  );
  for (const [index, remindAt] of input.remindAt.entries()) {
    await decision.until(remindAt, `a decision; reminder ${index + 1} at ${remindAt}`);
    if (decision.over()) break;
    if (Date.parse(input.remindAt[index + 1] ?? decideUntil) <= Date.now()) continue;
    const { waiting } = await quick.remindOfRegistration.executeWithOptions({ summary: `reminder ${index + 1}` }, [
      { programme, mspId, reminder: index + 1, at: remindAt },
    ]);
    if (!waiting) {
      await decision.recorded();
      // Not decided here either: nothing waits any more.
      if (!decision.over()) return { state: 'withdrawn' };
      break;
    }
    await mailing.drainOutbox.executeWithOptions({ summary: 'mail the reminder' }, [{}]);
  }
  if (!decision.over()) await decision.until(decideUntil, `a decision; expires at ${decideUntil}`);
  if (!decision.over()) {
    const ended = await quick.expireMsp.executeWithOptions({ summary: 'expire it' }, [
      { programme, mspId, at: decideUntil },
    ]);
    if (ended.state === null) return { state: 'withdrawn' };
    decision.settle(ended.state, `Not decided until ${decideUntil}.`);
    await mailing.drainOutbox.executeWithOptions({ summary: 'mail that it has expired' }, [{}]);
  }
  await condition(allHandlersFinished);
  return { state: decision.state() };
}
