import { WorkflowExecutionAlreadyStartedError, type WorkflowStartOptions } from '@temporalio/client';
import { WorkflowNotFoundError, type SignalDefinition, type Workflow } from '@temporalio/common';
import type { ApiDeps } from './deps.js';

/** A start is one write of the server; longer is a server in trouble, and the caller's transaction waits meanwhile. */
const START_TIMEOUT_MS = 5_000;

/**
 * Makes sure a workflow runs, or ran, under its business id: twice is once. Call it inside the transaction that keeps the
 * thing it is about, before the audit event: when Temporal is away (TEMPORAL_UNAVAILABLE) the row is rolled back with
 * it, so there is never one that nobody watches. The reverse, a workflow whose row was never committed, ends by itself.
 */
export async function ensureStarted<T extends Workflow>(
  { temporal, taskQueue }: Pick<ApiDeps, 'temporal' | 'taskQueue'>,
  workflow: T,
  options: Omit<WorkflowStartOptions<T>, 'taskQueue'>,
): Promise<void> {
  try {
    await temporal.withDeadline(Date.now() + START_TIMEOUT_MS, () =>
      temporal.workflow.start<T>(workflow, { ...options, taskQueue } as WorkflowStartOptions<T>),
    );
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

/**
 * Tells a workflow that something changed, without waiting: what is true is in the database, and the workflow looks
 * there again by itself. One that has ended needs no telling.
 */
export function tellWorkflow(
  { temporal, log }: Pick<ApiDeps, 'temporal' | 'log'>,
  workflowId: string,
  signal: SignalDefinition,
): void {
  temporal.workflow
    .getHandle(workflowId)
    .signal(signal)
    .catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return;
      log.warn({ err: error, workflowId }, 'a workflow was not told of a change; it looks by itself later');
    });
}
