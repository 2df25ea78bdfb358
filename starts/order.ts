import { WithStartWorkflowOperation, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { MadeDecision } from '../domain/decision.js';
import { KontorError } from '../domain/errors.js';
import { decideOrder, order, orderWorkflowId, type OrderInput, type OrderOutcome } from '../workflows/order.js';
import { MSP_ID, PROGRAMME, stage } from '../workflows/searchAttributes.js';
import { ask, type WorkflowAnswer } from './ask.js';
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
export async function askOrderDecision(
  starter: Starter,
  of: PlacedOrder,
  decision: MadeDecision,
  { requestId, timeoutMs }: { requestId: string; timeoutMs: number },
): Promise<WorkflowAnswer<OrderOutcome>> {
  const { workflowType, ...options } = ofOrder(of);
  const startWorkflowOperation = new WithStartWorkflowOperation(workflowType, {
    ...options,
    taskQueue: starter.taskQueue,
  });
  try {
    return await ask(starter, timeoutMs, () =>
      starter.temporal.workflow.executeUpdateWithStart(decideOrder, {
        args: [decision],
        updateId: requestId,
        startWorkflowOperation,
      }),
    );
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw new KontorError('ALREADY_DECIDED', 'This order is decided already.');
  }
}
