import type { MadeDecision } from '../domain/decision.js';
import {
  decideRegistration,
  registerMsp,
  registrationId,
  type RegisterMspInput,
  type RegistrationOutcome,
} from '../workflows/registerMsp.js';
import { DISTRIBUTOR_ID, MSP_ID, PROGRAMME, stage } from '../workflows/searchAttributes.js';
import { askDecision, type WorkflowAnswer } from './ask.js';
import { start, type Starter } from './starter.js';

export interface Registration {
  programme: string;
  mspId: string;
  distributorId: string;
  /** Instants, in order. */
  remindAt: readonly Date[];
  decideUntil: Date;
}

/** A second start joins the first. A run that was terminated may be replaced, a finished one is not. */
function registration({ programme, mspId, distributorId, remindAt, decideUntil }: Registration) {
  const input: RegisterMspInput = {
    programme,
    mspId,
    remindAt: remindAt.map((instant) => instant.toISOString()),
    decideUntil: decideUntil.toISOString(),
  };
  return {
    workflowType: registerMsp.name,
    workflowId: registrationId(programme, mspId),
    args: [input] as [RegisterMspInput],
    workflowIdConflictPolicy: 'USE_EXISTING' as const,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY' as const,
    typedSearchAttributes: [
      { key: PROGRAMME, value: programme },
      { key: MSP_ID, value: mspId },
      { key: DISTRIBUTOR_ID, value: distributorId },
      stage('awaiting decision'),
    ],
    staticSummary: `Registration of MSP ${mspId} in ${programme}`,
    staticDetails: `Decide with \`POST /v1/programmes/${programme}/registrations/${mspId}/decision\` until ${input.decideUntil}.`,
  };
}

/**
 * Makes sure a new application's workflow runs; call it after the commit that keeps the application. Who was rejected
 * or let an application expire may apply again, so a finished workflow of that id is followed by another.
 */
export async function startRegistration(starter: Starter, of: Registration): Promise<void> {
  await start(starter, { ...registration(of), workflowIdReusePolicy: 'ALLOW_DUPLICATE' });
}

/**
 * Passes the partner team's decision to the application's workflow and waits for its outcome. With start: an application
 * whose workflow was lost with Temporal's data can still be decided. Throws ALREADY_DECIDED where the workflow is over.
 */
export function askRegistrationDecision(
  starter: Starter,
  of: Registration,
  decision: MadeDecision,
  within: { requestId: string; timeoutMs: number },
): Promise<WorkflowAnswer<RegistrationOutcome>> {
  return askDecision(starter, registration(of), decideRegistration, decision, { what: 'registration', ...within });
}
