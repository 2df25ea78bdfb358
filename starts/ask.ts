import { isGrpcDeadlineError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import type { Starter } from './starter.js';

/** A workflow's answer, or that no worker gave one in time. */
export type WorkflowAnswer<T> = { answered: true; result: T } | { answered: false };

/** How long a server that still answers takes to say so. */
const PROBE_TIMEOUT_MS = 2_000;

/**
 * Runs an update, an update-with-start, or a wait for a short workflow's result, for at most `timeoutMs` milliseconds. No
 * worker in time is an answer of its own; a Temporal server that does not answer at all throws and becomes
 * TEMPORAL_UNAVAILABLE. Failures of the update keep their error code.
 */
export async function ask<T>(
  { temporal: { connection } }: Pick<Starter, 'temporal'>,
  timeoutMs: number,
  update: () => Promise<T>,
): Promise<WorkflowAnswer<T>> {
  try {
    return { answered: true, result: await connection.withDeadline(Date.now() + timeoutMs, update) };
  } catch (error) {
    if (!(error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) && !isGrpcDeadlineError(error)) throw error;
    await connection.withDeadline(Date.now() + PROBE_TIMEOUT_MS, () => connection.workflowService.getSystemInfo({}));
    return { answered: false };
  }
}
