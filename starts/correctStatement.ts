import type { MadeDecision } from '../domain/decision.js';
import {
  correctStatement,
  correctStatementId,
  decideCorrection,
  type CorrectionOutcome,
  type CorrectStatementInput,
} from '../workflows/correctStatement.js';
import { MSP_ID, PROGRAMME, stage } from '../workflows/searchAttributes.js';
import { askDecision, type WorkflowAnswer } from './ask.js';
import { start, type Starter } from './starter.js';

export interface AskedCorrection {
  programme: string;
  mspId: string;
  correctionId: string;
  remindAt: Date;
  decideUntil: Date;
}

/** A second start joins the first. A run that was terminated may be replaced, a finished one is not. */
function ofCorrection({ programme, mspId, correctionId, remindAt, decideUntil }: AskedCorrection) {
  const input: CorrectStatementInput = {
    correctionId,
    remindAt: remindAt.toISOString(),
    decideUntil: decideUntil.toISOString(),
  };
  return {
    workflowType: correctStatement.name,
    workflowId: correctStatementId(correctionId),
    args: [input] as [CorrectStatementInput],
    workflowIdConflictPolicy: 'USE_EXISTING' as const,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY' as const,
    typedSearchAttributes: [
      { key: PROGRAMME, value: programme },
      { key: MSP_ID, value: mspId },
      stage('awaiting decision'),
    ],
    staticSummary: `Correction ${correctionId} of a statement of MSP ${mspId} in ${programme}`,
    staticDetails: `Decide with \`POST /v1/corrections/${correctionId}/decision\` until ${input.decideUntil}.`,
  };
}

/** Makes sure the correction's workflow runs, or ran; call it after the commit that keeps the correction. */
export async function startCorrection(starter: Starter, of: AskedCorrection): Promise<void> {
  await start(starter, ofCorrection(of));
}

/**
 * Passes a decision to the correction's workflow and waits for its outcome. With start: a correction whose workflow was lost
 * with Temporal's data can still be decided; its row refuses a second decision.
 */
export function askCorrectionDecision(
  starter: Starter,
  of: AskedCorrection,
  decision: MadeDecision,
  within: { requestId: string; timeoutMs: number },
): Promise<WorkflowAnswer<CorrectionOutcome>> {
  return askDecision(starter, ofCorrection(of), decideCorrection, decision, { what: 'correction', ...within });
}
