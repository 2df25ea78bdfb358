/**
 * One application to join the programme, until the partner team decides, it is withdrawn or expires (rule 14). The API has kept the
 * application before anybody sees this workflow; only ids and instants travel here. Reminders and the end are absolute
 * instants, fixed when the application came in. The decision is an Update: the caller gets the outcome, one that is
 * refused changes nothing, and the row's state in PostgreSQL is the guard against a second one.
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
import type { MadeDecision } from '../domain/decision.js';
import type { ParticipationState } from '../domain/msp.js';
import { local, mailing, msUntil, quick } from './policies.js';
import { stage } from './searchAttributes.js';

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
  let state: ParticipationState = 'applied';
  let deciding = false;
  const settle = (next: ParticipationState, details: string): void => {
    state = next;
    upsertSearchAttributes([stage(next)]);
    setCurrentDetails(`**Registration** of MSP \`${mspId}\` in \`${programme}\`: ${next}.\n\n${details}`);
  };
  setHandler(
    decideRegistration,
    async ({ decisionId }) => {
      deciding = true;
      try {
        const decided = await local.decideMsp.executeWithOptions({ summary: 'record the decision' }, [
          { programme, mspId, decisionId, at: new Date().toISOString() },
        ]);
        settle(decided.state, `Decided at ${decided.decidedAt}, decision ${decisionId}.`);
        return decided;
      } finally {
        deciding = false;
      }
    },
    {
      validator: (_made: MadeDecision) => {
        if (deciding || state !== 'applied') {
          throw ApplicationFailure.nonRetryable('This registration is decided already.', 'ALREADY_DECIDED');
        }
      },
    },
  );

  const over = () => state !== 'applied';
  const awaitDecision = async (until: string, summary: string): Promise<void> => {
    const waitMs = msUntil(until, Date.now());
    if (waitMs > 0) await condition(over, waitMs, { summary });
    // A decision that is being recorded when the time runs out still counts.
    await condition(() => !deciding);
  };

  setCurrentDetails(
    `**Registration** of MSP \`${mspId}\` in \`${programme}\`\n\nWaits for the partner team until ${decideUntil}: ` +
      `\`POST /v1/programmes/${programme}/registrations/${mspId}/decision\`. Reminders: ${input.remindAt.join(', ') || 'none'}.`,
  );
  for (const [index, remindAt] of input.remindAt.entries()) {
    await awaitDecision(remindAt, `a decision; reminder ${index + 1} at ${remindAt}`);
    if (over()) break;
    if (Date.parse(input.remindAt[index + 1] ?? decideUntil) <= Date.now()) continue;
    const { waiting } = await quick.remindOfRegistration.executeWithOptions({ summary: `reminder ${index + 1}` }, [
      { programme, mspId, reminder: index + 1, at: remindAt },
    ]);
    if (!waiting) {
      await condition(() => !deciding);
      // Not decided here either: nothing waits any more.
      if (!over()) return { state: 'withdrawn' };
      break;
    }
    await mailing.drainOutbox.executeWithOptions({ summary: 'mail the reminder' }, [{}]);
  }
  if (!over()) await awaitDecision(decideUntil, `a decision; expires at ${decideUntil}`);
  if (!over()) {
    const ended = await quick.expireMsp.executeWithOptions({ summary: 'expire it' }, [
      { programme, mspId, at: decideUntil },
    ]);
    if (ended.state === null) return { state: 'withdrawn' };
    settle(ended.state, `Not decided until ${decideUntil}.`);
  }
  await mailing.drainOutbox.executeWithOptions({ summary: 'mail the outcome' }, [{}]);
  await condition(allHandlersFinished);
  return { state };
}
