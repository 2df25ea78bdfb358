/**
 * Once a day, after the central bank has published: loads its reference rates (rule 24) and has the MSPs that are parked for
 * want of one tried again. A schedule starts it; without a feed it takes what ships with Kontor. A rate that is known stays as
 * it is, so a late or repeated run changes nothing.
 */
import { setCurrentDetails } from '@temporalio/workflow';
import { asking } from './policies.js';
import { scheduledAt } from './scheduledAt.js';

export interface WatchRatesInput {
  /** ISO instant to judge by; null: when the schedule was due. */
  now: string | null;
}

export interface WatchRatesResult {
  added: number;
  /** Published now with another value than the one that is known, which stays; the audit trail names them. */
  differing: number;
  /** MSPs that were tried again. */
  tried: number;
}

/** The bank publishes at about 16:00 its time, on working days. */
export const WATCH_RATES_SCHEDULE = {
  scheduleId: 'watch-rates',
  workflowId: 'watch-rates',
  calendar: { hour: 17, minute: 30, comment: 'daily at 17:30, Frankfurt time' },
  timezone: 'Europe/Berlin',
  args: [{ now: null }] as [WatchRatesInput],
} as const;

export async function watchRates(input: WatchRatesInput): Promise<WatchRatesResult> {
  const now = input.now ?? scheduledAt().toISOString();
  setCurrentDetails(
    `**Reference rates** as of ${now}\n\nWhere the feed does not answer it is asked again for twelve hours.`,
  );
  const loaded = await asking.loadRates.executeWithOptions({ summary: 'rates that were published' }, [{ now }]);
  const { added, differing, tried } = loaded;
  setCurrentDetails(
    `**Reference rates** as of ${now}: ${added} new, ${differing} differ from what is known (audit trail: ` +
      `\`exchangeRate.differs\`), ${tried} parked MSPs tried again.`,
  );
  return loaded;
}
