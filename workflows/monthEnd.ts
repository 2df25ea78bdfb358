/**
 * What the month-end schedule starts. Temporal appends a timestamp to the ids of scheduled workflows, so this thin one
 * derives the period from the instant it was scheduled for and starts `billing-run:<period>`; a run that is there already
 * is success (rule 1).
 */
import { ParentClosePolicy, setCurrentDetails, startChild, WorkflowIdReusePolicy } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { closePeriod, closePeriodId } from './closePeriod.js';
import { scheduledAt } from './scheduledAt.js';
import { BILLING_PERIOD } from './searchAttributes.js';

const DAY_MS = 86_400_000;

/**
 * The period a run opened at `instant` closes. Day 1 at 04:00 in any zone is within a day of the same UTC month: a day
 * later it is that month everywhere, and the period is the month before.
 */
export function periodToClose(instant: Date): string {
  const inMonth = new Date(instant.getTime() + DAY_MS);
  const before = new Date(Date.UTC(inMonth.getUTCFullYear(), inMonth.getUTCMonth() - 1, 1));
  return before.toISOString().slice(0, 7);
}

export async function monthEnd(): Promise<{ period: string; started: boolean }> {
  const period = periodToClose(scheduledAt());
  setCurrentDetails(`Starts the close of **${period}**.`);
  try {
    await startChild(closePeriod, {
      workflowId: closePeriodId(period),
      args: [{ period, openedBy: 'schedule', collectUntil: null, reviewUntil: null }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
      typedSearchAttributes: [{ key: BILLING_PERIOD, value: period }],
      staticSummary: `Close of ${period}`,
    });
    return { period, started: true };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return { period, started: false };
    throw error;
  }
}
