import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/common';
import type { Starter, WorkflowStart } from './starter.js';

/** What telling a workflow of a change takes. */
export interface Teller extends Starter {
  log: { warn(details: object, message: string): void };
}

/**
 * Tells a workflow that something changed, without waiting: what is true is in the database, and the workflow looks there
 * again by itself. Signal-with-start, because a plain signal leaves a sleeping workflow asleep, and because a workflow
 * that was lost with Temporal's data comes back this way. One that has ended stays ended.
 */
export function wake(
  { temporal, taskQueue, log }: Teller,
  { workflowType, ...options }: WorkflowStart,
  signal: SignalDefinition,
): void {
  temporal.workflow.signalWithStart(workflowType, { ...options, taskQueue, signal }).catch((error: unknown) => {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return;
    log.warn({ err: error, workflowId: options.workflowId }, 'a workflow was not told of a change; it looks later');
  });
}
