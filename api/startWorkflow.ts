import { WorkflowExecutionAlreadyStartedError, type WorkflowOptions } from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/common';
import type { ApiDeps } from './deps.js';

/** What a workflow's file gives for starting it: its type, its business id, its input and what an operator sees. */
export type WorkflowStart = { workflowType: string; args: unknown[] } & Omit<WorkflowOptions, 'taskQueue'>;

/** A start is one write of the server; longer is a server in trouble, and the caller's transaction waits meanwhile. */
const START_TIMEOUT_MS = 5_000;

/**
 * Makes sure a workflow runs, or ran, under its business id: twice is once. Call it inside the transaction that keeps the
 * thing it is about, before the audit event: when Temporal is away (TEMPORAL_UNAVAILABLE) the row is rolled back with
 * it, so there is never one that nobody watches. The reverse, a workflow whose row was never committed, ends by itself.
 *
 * With `sleepMs` its first task is not handed out before: for the tens of thousands (a site, a tenant) that usually have
 * nothing to do but hear one signal, which halves what they cost. `wake` ends the sleep.
 */
export async function ensureStarted(
  { temporal, taskQueue }: Pick<ApiDeps, 'temporal' | 'taskQueue'>,
  { workflowType, ...options }: WorkflowStart,
  sleepMs = 0,
): Promise<void> {
  const startDelay = sleepMs > 0 ? { startDelay: sleepMs } : {};
  try {
    await temporal.withDeadline(Date.now() + START_TIMEOUT_MS, () =>
      temporal.workflow.start(workflowType, { ...options, ...startDelay, taskQueue }),
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
export function wake(
  { temporal, taskQueue, log }: Pick<ApiDeps, 'temporal' | 'taskQueue' | 'log'>,
  { workflowType, ...options }: WorkflowStart,
  signal: SignalDefinition,
): void {
  temporal.workflow.signalWithStart(workflowType, { ...options, taskQueue, signal }).catch((error: unknown) => {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return;
    log.warn({ err: error, workflowId: options.workflowId }, 'a workflow was not told of a change; it looks later');
  });
}
