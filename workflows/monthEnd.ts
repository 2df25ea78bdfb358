/**
 * What a programme's month-end schedule starts. Temporal appends a timestamp to the ids of scheduled workflows, so this
 * thin one has the run `billing-run:<programme>:<period>` started for the month before the instant it was scheduled for; a
 * run that is there already is success (rule 1).
 */
import { setCurrentDetails } from '@temporalio/workflow';
import { quick } from './policies.js';
import { scheduledAt } from './scheduledAt.js';

export interface MonthEndInput {
  programme: string;
  /** IANA time zone in which the schedule has its day. */
  zone: string;
}

export async function monthEnd({ programme, zone }: MonthEndInput): Promise<{ period: string; started: boolean }> {
  const openedAt = scheduledAt().toISOString();
  setCurrentDetails(`Starts the close of the month before ${openedAt} in ${zone}, programme \`${programme}\`.`);
  const { period, started } = await quick.startClose.executeWithOptions(
    { summary: 'start the close of the month before' },
    [{ programme, zone, openedAt }],
  );
  setCurrentDetails(
    `The close of **${period}**, programme \`${programme}\`, ${started ? 'was started' : 'is there already'}.`,
  );
  return { period, started };
}
