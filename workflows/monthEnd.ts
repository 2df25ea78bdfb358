/**
 * What a programme's month-end schedule starts. Temporal appends a timestamp to the ids of scheduled workflows, so this
 * thin one derives the period from the instant it was scheduled for and starts `billing-run:<programme>:<period>`; a run
 * that is there already is success (rule 1).
 */
import { setCurrentDetails } from '@temporalio/workflow';
import { quick } from './policies.js';
import { scheduledAt } from './scheduledAt.js';

export interface MonthEndInput {
  programme: string;
}

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

export async function monthEnd({ programme }: MonthEndInput): Promise<{ period: string; started: boolean }> {
  const period = periodToClose(scheduledAt());
  setCurrentDetails(`Starts the close of **${period}**, programme \`${programme}\`.`);
  const { started } = await quick.startClose.executeWithOptions({ summary: `start the close of ${period}` }, [
    { programme, period },
  ]);
  return { period, started };
}
