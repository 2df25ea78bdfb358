import {
  isGrpcDeadlineError,
  isGrpcServiceError,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type WorkflowStartOptions,
} from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import type { MadeDecision } from '../domain/decision.js';
import { KontorError } from '../domain/errors.js';
import type { Starter } from './starter.js';

/** A workflow's answer, or that no worker gave one in time. */
export type WorkflowAnswer<T> = { answered: true; result: T } | { answered: false };

/** How long a server that still answers takes to say so. */
const PROBE_TIMEOUT_MS = 2_000;
/** NOT_FOUND of gRPC. */
const GONE: readonly number[] = [5];

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

/** The workflow that a decision is for, as it is started where it is not there. */
type Decided = Omit<WorkflowStartOptions, 'taskQueue'> & {
  workflowType: string;
  workflowIdConflictPolicy: 'USE_EXISTING';
};

/**
 * Passes a decision to its workflow and waits for the outcome. With start: what is decided by a workflow that was lost with
 * Temporal's data can still be decided; its row refuses a second decision. Throws ALREADY_DECIDED where the workflow is over.
 */
export async function askDecision<T>(
  starter: Starter,
  { workflowType, ...options }: Decided,
  update: UpdateDefinition<T, [MadeDecision]>,
  decision: MadeDecision,
  { what, requestId, timeoutMs }: { what: string; requestId: string; timeoutMs: number },
): Promise<WorkflowAnswer<T>> {
  const startWorkflowOperation = new WithStartWorkflowOperation(workflowType, {
    ...options,
    taskQueue: starter.taskQueue,
  });
  try {
    return await ask(starter, timeoutMs, () =>
      starter.temporal.workflow.executeUpdateWithStart(update, {
        args: [decision],
        updateId: requestId,
        startWorkflowOperation,
      }),
    );
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return ask(starter, timeoutMs, () => earlierOutcome(starter, options.workflowId, { what, requestId }));
  }
}

/** What the same request brought about before its answer was lost; ALREADY_DECIDED where another one has decided. */
async function earlierOutcome<T>(
  { temporal }: Starter,
  workflowId: string,
  { what, requestId }: { what: string; requestId: string },
): Promise<T> {
  try {
    return await temporal.workflow.getHandle(workflowId).getUpdateHandle<T>(requestId).result();
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new KontorError('ALREADY_DECIDED', `This ${what} is decided already.`);
  }
}

/** No such update, or no such workflow any more. */
function isNotFound(error: unknown): boolean {
  const cause = error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : error;
  return error instanceof WorkflowNotFoundError || (isGrpcServiceError(cause) && GONE.includes(cause.code));
}
