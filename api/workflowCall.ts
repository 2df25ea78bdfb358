import { isGrpcDeadlineError, WorkflowUpdateRPCTimeoutOrCancelledError, type Client } from '@temporalio/client';
import type { Limits } from './http/limits.js';

/** A workflow's answer, or that no worker gave one in time. */
export type WorkflowAnswer<T> = { answered: true; result: T } | { answered: false };

/** The answer to a decision that nobody took in time; declare 202 with the schema `pending`. */
export const PENDING = { status: 202, body: { status: 'accepted' }, pending: true } as const;

/**
 * Runs an update, an update-with-start, or a wait for a short workflow's result, with a deadline. No worker in time is an answer of its own; a Temporal server
 * that does not answer at all throws and becomes TEMPORAL_UNAVAILABLE. Failures of the update keep their error code.
 */
export async function askWorkflow<T>(
  { temporal, limits }: { temporal: Client; limits: Limits },
  update: () => Promise<T>,
): Promise<WorkflowAnswer<T>> {
  const { connection } = temporal;
  try {
    return { answered: true, result: await connection.withDeadline(Date.now() + limits.updateTimeoutMs, update) };
  } catch (error) {
    if (!(error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) && !isGrpcDeadlineError(error)) throw error;
    await connection.withDeadline(Date.now() + 2_000, () => connection.workflowService.getSystemInfo({}));
    return { answered: false };
  }
}
