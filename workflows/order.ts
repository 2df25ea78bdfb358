/**
 * One order (rule 21), until a rule or a person approves it, it is refused, withdrawn, or expires. The API has kept the
 * order with its confirmed price; only ids and instants travel here. The decision is an Update: the caller gets the outcome,
 * one that is refused changes nothing, and the row's state in PostgreSQL is the guard against a second one. A licence comes
 * into being in the transaction that approves.
 */
import { allHandlersFinished, condition, defineUpdate, setCurrentDetails } from '@temporalio/workflow';
import type { MadeDecision } from '../domain/decision.js';
import type { OrderState } from '../domain/order.js';
import { awaitDecision } from './awaitedDecision.js';
import { local, mailing, quick } from './policies.js';

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
  const title = `**Order** \`${orderId}\` of MSP \`${mspId}\``;
  const decision = awaitDecision<OrderState, OrderOutcome>(decideOrder, {
    what: 'order',
    title,
    open: 'placed',
    record: (decisionId) =>
      local.settleOrder.executeWithOptions({ summary: 'record the decision' }, [
        { mspId, orderId, decisionId, at: new Date().toISOString() },
      ]),
  });

  setCurrentDetails(
    `${title}\n\nWaits for the partner team until ${decideUntil}: ` +
      `\`POST /v1/msps/${mspId}/orders/${orderId}/decision\`.`,
  );
  const taken = await local.takeOrder.executeWithOptions({ summary: 'approve by rule, or ask the partner team' }, [
    { mspId, orderId, at: new Date().toISOString() },
  ]);
  await decision.recorded();
  if (taken.state !== 'placed' && !decision.over())
    decision.settle(taken.state, 'Approved by a rule of the programme.');
  if (!decision.over()) {
    await mailing.drainOutbox.executeWithOptions({ summary: 'mail the partner team' }, [{}]);
    await decision.until(decideUntil, `a decision; expires at ${decideUntil}`);
  }
  if (!decision.over()) {
    const ended = await quick.expireOrder.executeWithOptions({ summary: 'expire it' }, [
      { mspId, orderId, at: decideUntil },
    ]);
    if (ended.state !== null) decision.settle(ended.state, `Not decided until ${decideUntil}.`);
  }
  await mailing.drainOutbox.executeWithOptions({ summary: 'mail the outcome' }, [{}]);
  await condition(allHandlersFinished);
  return { state: decision.state() };
}
