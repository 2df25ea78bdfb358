/**
 * Workflows are started, signalled and asked from this folder alone: a file per workflow says under which id, with which
 * policies, search attributes, summary and timeout. Children that only their parent starts (a run's shards) stay with it.
 */
import { WorkflowExecutionAlreadyStartedError, type Client, type WorkflowOptions } from '@temporalio/client';

/** What starting a workflow takes: a connected client, and the task queue of the workers. */
export interface Starter {
  temporal: Client;
  taskQueue: string;
}

/** One workflow to start: its type, its business id, its input and what an operator sees. */
export type WorkflowStart = { workflowType: string; args: unknown[] } & Omit<WorkflowOptions, 'taskQueue'>;

/** A start is one write of the server; longer is a server in trouble. */
const START_TIMEOUT_MS = 5_000;

/**
 * Starts a workflow, unless its policies say that the one of that id runs or ran already: then false.
 *
 * Called when what it is about is committed, by something that tries again where Temporal is away (TEMPORAL_UNAVAILABLE):
 * an activity, or the API's relay (api/workflowStarts.ts). No transaction is open meanwhile.
 */
export async function start(
  { temporal, taskQueue }: Starter,
  { workflowType, ...options }: WorkflowStart,
): Promise<boolean> {
  try {
    await temporal.withDeadline(Date.now() + START_TIMEOUT_MS, () =>
      temporal.workflow.start(workflowType, { ...options, taskQueue }),
    );
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}
