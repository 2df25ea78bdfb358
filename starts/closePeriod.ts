import { WorkflowNotFoundError } from '@temporalio/common';
import {
  closePeriod,
  closePeriodId,
  endCollection,
  endReview,
  type ClosePeriodInput,
  type CloseResult,
} from '../workflows/closePeriod.js';
import { BILLING_PERIOD } from '../workflows/searchAttributes.js';
import { start, type Starter } from './starter.js';

export { closePeriodId };

/** The waits of a run that the partner team may end before their deadline. */
const ENDS = { collection: endCollection, review: endReview } as const;

/**
 * Starts the close of a period; false when it is going on or went well before: the id is the period, so there is one
 * (rule 1). One that failed may be started again and goes on from what the database holds.
 */
export function startClose(starter: Starter, input: ClosePeriodInput): Promise<boolean> {
  return start(starter, {
    workflowType: closePeriod.name,
    workflowId: closePeriodId(input.period),
    args: [input],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
    typedSearchAttributes: [{ key: BILLING_PERIOD, value: input.period }],
    staticSummary: `Close of ${input.period}`,
  });
}

/** Ends a wait of the run for all its shards, idempotent; false where no run of that period is going on. */
export async function endWaitOfClose(
  { temporal }: Pick<Starter, 'temporal'>,
  period: string,
  wait: keyof typeof ENDS,
): Promise<boolean> {
  try {
    await temporal.workflow.getHandle(closePeriodId(period)).signal(ENDS[wait]);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** What the close of the period came to, once it is over, however long that takes; throws when it failed. */
export function closeResult({ temporal }: Pick<Starter, 'temporal'>, period: string): Promise<CloseResult> {
  return temporal.workflow.getHandle<typeof closePeriod>(closePeriodId(period)).result();
}
