import { WithStartWorkflowOperation, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { KontorError } from '../domain/errors.js';
import {
  decideRegistration,
  registerMsp,
  registrationId,
  type DecideRegistration,
  type RegisterMspInput,
  type RegistrationOutcome,
} from '../workflows/registerMsp.js';
import { DISTRIBUTOR_ID, MSP_ID, stage } from '../workflows/searchAttributes.js';
import { ask, type WorkflowAnswer } from './ask.js';
import { start, type Starter } from './starter.js';

export interface Registration {
  mspId: string;
  distributorId: string;
  /** Instants, in order. */
  remindAt: readonly Date[];
  decideUntil: Date;
}

/** A second start joins the first. A run that was terminated may be replaced, a finished one is not. */
function registration({ mspId, distributorId, remindAt, decideUntil }: Registration) {
  const input: RegisterMspInput = {
    mspId,
    remindAt: remindAt.map((instant) => instant.toISOString()),
    decideUntil: decideUntil.toISOString(),
  };
  return {
    workflowType: registerMsp.name,
    workflowId: registrationId(mspId),
    args: [input] as [RegisterMspInput],
    workflowIdConflictPolicy: 'USE_EXISTING' as const,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY' as const,
    typedSearchAttributes: [
      { key: MSP_ID, value: mspId },
      { key: DISTRIBUTOR_ID, value: distributorId },
      stage('awaiting decision'),
    ],
    staticSummary: `Registration of MSP ${mspId}`,
    staticDetails: `Decide at \`/v1/registrations/${mspId}\` until ${input.decideUntil}.`,
  };
}

/** Makes sure the application's workflow runs, or ran; call it inside the transaction that keeps the application. */
export async function startRegistration(starter: Starter, of: Registration): Promise<void> {
  await start(starter, registration(of));
}

/**
 * Passes the partner team's decision to the application's workflow and waits for its outcome. With start: an application
 * whose workflow was lost with Temporal's data can still be decided. Throws ALREADY_DECIDED where the workflow is over.
 */
export async function askRegistrationDecision(
  starter: Starter,
  of: Registration,
  decision: DecideRegistration,
  { requestId, timeoutMs }: { requestId: string; timeoutMs: number },
): Promise<WorkflowAnswer<RegistrationOutcome>> {
  const { workflowType, ...options } = registration(of);
  const startWorkflowOperation = new WithStartWorkflowOperation(workflowType, {
    ...options,
    taskQueue: starter.taskQueue,
  });
  try {
    return await ask(starter, timeoutMs, () =>
      starter.temporal.workflow.executeUpdateWithStart(decideRegistration, {
        args: [decision],
        updateId: requestId,
        startWorkflowOperation,
      }),
    );
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw new KontorError('ALREADY_DECIDED', 'This registration is decided already.');
  }
}
