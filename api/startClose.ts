import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { WorkflowIdReusePolicy } from '@temporalio/client';
import { closePeriod, closePeriodId, type ClosePeriodInput } from '../workflows/closePeriod.js';
import { BILLING_PERIOD } from '../workflows/searchAttributes.js';
import type { ApiDeps } from './deps.js';

/**
 * Starts the close of a period; false when it is going on or went well before: the id is the period, so there is one
 * (rule 1). One that failed may be started again and goes on from what the database holds.
 */
export async function startClose(
  { temporal, taskQueue }: Pick<ApiDeps, 'temporal' | 'taskQueue'>,
  input: ClosePeriodInput,
): Promise<boolean> {
  try {
    await temporal.workflow.start(closePeriod, {
      taskQueue,
      workflowId: closePeriodId(input.period),
      args: [input],
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
      typedSearchAttributes: [{ key: BILLING_PERIOD, value: input.period }],
      staticSummary: `Close of ${input.period}`,
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}
