/**
 * Once a day: removes what is kept no longer (rule 15), class by class. A schedule starts it; the instant it judges by is the
 * scheduled one. What has gone is not found again, so a late or repeated run changes nothing.
 */
import { setCurrentDetails } from '@temporalio/workflow';
import { batch } from './policies.js';
import { scheduledAt } from './scheduledAt.js';

export interface ApplyRetentionInput {
  /** ISO instant to judge by; null: when the schedule was due. */
  now: string | null;
}

export interface ApplyRetentionResult {
  /** How much went, by class; those of which nothing went are left out. */
  removed: Record<string, number>;
  /** How much a legal hold kept. */
  held: number;
}

/** Each day at 03:15 UTC, when the contact watch is done and no month's run opens in Europe. */
export const RETENTION_SCHEDULE = {
  scheduleId: 'retention',
  workflowId: 'retention',
  calendar: { hour: 3, minute: 15, comment: 'daily at 03:15 UTC' },
  args: [{ now: null }] as [ApplyRetentionInput],
} as const;

export async function applyRetention(input: ApplyRetentionInput): Promise<ApplyRetentionResult> {
  const now = input.now ?? scheduledAt().toISOString();
  setCurrentDetails(`**Retention** as of ${now}\n\nRemoves what is kept no longer; waits for nobody.`);
  const result = await batch.applyRetention.executeWithOptions({ summary: `what is kept no longer on ${now}` }, [
    { now },
  ]);
  const counts = Object.entries(result.removed).map(([name, removed]) => `${removed} ${name}`);
  setCurrentDetails(
    `**Retention** as of ${now}: ${counts.length === 0 ? 'nothing was due' : `removed ${counts.join(', ')}`}; ` +
      `${result.held} held by legal holds.`,
  );
  return result;
}
