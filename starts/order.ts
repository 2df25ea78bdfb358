import type { MadeDecision } from '../domain/decision.js';
import { decideOrder, order, orderWorkflowId, type OrderInput, type OrderOutcome } from '../workflows/order.js';
import { MSP_ID, PROGRAMME, stage } from '../workflows/searchAttributes.js';
import { askDecision, type WorkflowAnswer } from './ask.js';
import { start, type Starter } from './starter.js';

export interface PlacedOrder {
  programme: string;
  mspId: string;
  orderId: string;
  decideUntil: Date;
}

/** A second start joins the first. A run that was terminated may be replaced, a finished one is not. */
function ofOrder({ programme, mspId, orderId, decideUntil }: PlacedOrder) {
  const input: OrderInput = { mspId, orderId, decideUntil: decideUntil.toISOString() };
  return {
    workflowType: order.name,
    workflowId: orderWorkflowId(orderId),
    args: [input] as [OrderInput],
    workflowIdConflictPolicy: 'USE_EXISTING' as const,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY' as const,
    typedSearchAttributes: [
      { key: PROGRAMME, value: programme },
      { key: MSP_ID, value: mspId },
      stage('awaiting decision'),
    ],
    staticSummary: `Order ${orderId} of MSP ${mspId} in ${programme}`,
    staticDetails: `Decide with \`POST /v1/msps/${mspId}/orders/${orderId}/decision\` until ${input.decideUntil}.`,
  };
}

/** Makes sure the order's workflow runs, or ran; call it after the commit that keeps the order. */
export async function startOrder(starter: Starter, of: PlacedOrder): Promise<void> {
  await start(starter, ofOrder(of));
}

/**
 * Passes a decision to the order's workflow and waits for its outcome. With start: an order whose workflow was lost with
 * Temporal's data can still be decided; its row refuses a second decision.
 */
export function askOrderDecision(
  starter: Starter,
  of: PlacedOrder,
  decision: MadeDecision,
  within: { requestId: string; timeoutMs: number },
): Promise<WorkflowAnswer<OrderOutcome>> {
  return askDecision(starter, ofOrder(of), decideOrder, decision, { what: 'order', ...within });
}
