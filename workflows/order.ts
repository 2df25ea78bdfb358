/**
 * One order (rule 21), until a rule or a person approves it, it is refused, withdrawn, or expires. The API has kept the
 * order with its confirmed price; only ids and instants travel here. The decision is an Update: the caller gets the outcome,
 * one that is refused changes nothing, and the row's state in PostgreSQL is the guard against a second one. A licence comes
 * into being in the transaction that approves.
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
import type { OrderState } from '../domain/order.js';
import { local, mailing, msUntil, quick } from './policies.js';
import { stage } from './searchAttributes.js';

export interface OrderInput {
  mspId: string;
  orderId: string;
  /** ISO instant at which an undecided order expires. */
  decideUntil: string;
}

export interface OrderOutcome {
  orderId: string;
  state: OrderState;
  /** ISO instant. */
  decidedAt: string;
}

export const decideOrder = defineUpdate<OrderOutcome, [MadeDecision]>('decideOrder');

export function orderWorkflowId(orderId: string): string {
  return `order:${orderId}`;
}

export async function order({ mspId, orderId, decideUntil }: OrderInput): Promise<{ state: OrderState }> {
  let state: OrderState = 'placed';
  let deciding = false;
  const settle = (next: OrderState, details: string): void => {
    state = next;
    upsertSearchAttributes([stage(next)]);
    setCurrentDetails(`**Order** \`${orderId}\` of MSP \`${mspId}\`: ${next}.\n\n${details}`);
  };
  setHandler(
    decideOrder,
    async ({ decisionId }) => {
      deciding = true;
      try {
        const decided = await local.settleOrder.executeWithOptions({ summary: 'record the decision' }, [
          { mspId, orderId, decisionId, at: new Date().toISOString() },
        ]);
        settle(decided.state, `Decided at ${decided.decidedAt}, decision ${decisionId}.`);
        return decided;
      } finally {
        deciding = false;
      }
    },
    {
      validator: (_made: MadeDecision) => {
        if (deciding || state !== 'placed') {
          throw ApplicationFailure.nonRetryable('This order is decided already.', 'ALREADY_DECIDED');
        }
      },
    },
  );
  const over = () => state !== 'placed';

  setCurrentDetails(
    `**Order** \`${orderId}\` of MSP \`${mspId}\`\n\nWaits for the partner team until ${decideUntil}: ` +
      `\`POST /v1/msps/${mspId}/orders/${orderId}/decision\`.`,
  );
  const taken = await local.takeOrder.executeWithOptions({ summary: 'approve by rule, or ask the partner team' }, [
    { mspId, orderId, at: new Date().toISOString() },
  ]);
  await condition(() => !deciding);
  if (taken.state !== 'placed' && !over()) settle(taken.state, 'Approved by a rule of the programme.');
  if (!over()) {
    await mailing.drainOutbox.executeWithOptions({ summary: 'mail the partner team' }, [{}]);
    const waitMs = msUntil(decideUntil, Date.now());
    if (waitMs > 0) await condition(over, waitMs, { summary: `a decision; expires at ${decideUntil}` });
    // A decision that is being recorded when the time runs out still counts.
    await condition(() => !deciding);
  }
  if (!over()) {
    const ended = await quick.expireOrder.executeWithOptions({ summary: 'expire it' }, [
      { mspId, orderId, at: decideUntil },
    ]);
    if (ended.state !== null) settle(ended.state, `Not decided until ${decideUntil}.`);
  }
  await mailing.drainOutbox.executeWithOptions({ summary: 'mail the outcome' }, [{}]);
  await condition(allHandlersFinished);
  return { state };
}
