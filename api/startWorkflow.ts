import { WorkflowExecutionAlreadyStartedError, type WorkflowStartOptions } from '@temporalio/client';
import type { SignalDefinition, Workflow } from '@temporalio/common';
import type { ApiDeps } from './deps.js';

/** A start is one write of the server; longer is a server in trouble, and the caller's transaction waits meanwhile. */
const START_TIMEOUT_MS = 5_000;

type Start<T extends Workflow> = Omit<WorkflowStartOptions<T>, 'taskQueue'>;

/**
 * Makes sure a workflow runs, or ran, under its business id: twice is once. Call it inside the transaction that keeps the
 * thing it is about, before the audit event: when Temporal is away (TEMPORAL_UNAVAILABLE) the row is rolled back with
 * it, so there is never one that nobody watches. The reverse, a workflow whose row was never committed, ends by itself.
 *
 * With `sleepMs` its first task is not handed out before: for the tens of thousands (a site, a tenant) that usually have
 * nothing to do but hear one signal, which halves what they cost. `wake` ends the sleep.
 */
export async function ensureStarted<T extends Workflow>(
  { temporal, taskQueue }: Pick<ApiDeps, 'temporal' | 'taskQueue'>,
  workflow: T,
  start: Start<T>,
  sleepMs = 0,
): Promise<void> {
  try {
    await temporal.withDeadline(Date.now() + START_TIMEOUT_MS, () =>
      temporal.workflow.start<T>(workflow, {
        ...start,
        ...(sleepMs > 0 ? { startDelay: sleepMs } : {}),
        taskQueue,
      } as WorkflowStartOptions<T>),
    );
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

/**
 * Tells a workflow that something changed, without waiting: what is true is in the database, and the workflow looks there
 * again by itself. Signal-with-start, because a plain signal leaves a sleeping workflow asleep, and because a workflow
 * that was lost with Temporal's data comes back this way. One that has ended stays ended.
 */
export function wake<T extends Workflow>(
  { temporal, taskQueue, log }: Pick<ApiDeps, 'temporal' | 'taskQueue' | 'log'>,
  workflow: T,
  start: Start<T>,
  signal: SignalDefinition,
): void {
  temporal.workflow
    .signalWithStart(workflow, { ...start, taskQueue, signal } as never)
    .catch((error: unknown) => {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return;
      log.warn({ err: error, workflowId: start.workflowId }, 'a workflow was not told of a change; it looks later');
    });
}
