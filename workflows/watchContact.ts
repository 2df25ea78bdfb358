/**
 * Once a day: rule 6 over all sites (warn, block, disable, and lift where a site was heard again), then the MSPs whose last
 * month is over (rule 20), the subscriptions that
 * are over, the term licences that end (rule 22), and whoever waits for a territory that has
 * opened. A schedule starts it; the instant it judges by is the scheduled one, so a late or repeated run gives the same
 * result.
 */
import { setCurrentDetails } from '@temporalio/workflow';
import { batch, mailing, quick } from './policies.js';
import { scheduledAt } from './scheduledAt.js';

export interface WatchContactInput {
  /** ISO instant to judge by; null: when the schedule was due. */
  now: string | null;
}

export interface WatchContactResult {
  warned: number;
  blocked: number;
  disabled: number;
  lifted: number;
  /** MSPs that have left a programme. */
  left: number;
  /** Subscriptions whose keys ended with them. */
  ended: number;
  /** Letters about term licences that end, or have. */
  reminded: number;
  /** People on a waiting list who were told. */
  told: number;
}

/** Each day at 02:30 UTC: before the run of day 1 opens anywhere, so that the month closes on today's states. */
export const WATCH_CONTACT_SCHEDULE = {
  scheduleId: 'watch-contact',
  workflowId: 'watch-contact',
  calendar: { hour: 2, minute: 30, comment: 'daily at 02:30 UTC' },
  args: [{ now: null }] as [WatchContactInput],
} as const;

export async function watchContact(input: WatchContactInput): Promise<WatchContactResult> {
  const now = input.now ?? scheduledAt().toISOString();
  setCurrentDetails(
    `**Contact watch** as of ${now}\n\nWarns, blocks and disables silent sites, and tells of term licences that end; waits for nobody.`,
  );
  const judged = await batch.watchContact.executeWithOptions({ summary: `all sites as of ${now}` }, [{ now }]);
  const { left } = await quick.endParticipations.executeWithOptions({ summary: 'MSPs whose last month is over' }, [
    { now },
  ]);
  const { ended } = await quick.endSubscriptions.executeWithOptions({ summary: 'subscriptions that are over' }, [
    { now },
  ]);
  const { reminded } = await batch.remindOfLicences.executeWithOptions({ summary: 'term licences that end' }, [
    { now },
  ]);
  const { told } = await quick.tellWaiting.executeWithOptions({ summary: 'territories that have opened' }, [{ now }]);
  if (judged.warned + judged.blocked + judged.disabled + reminded + told > 0) {
    await mailing.drainOutbox.executeWithOptions({ summary: 'mail the letters' }, [{}]);
  }
  return { ...judged, left, ended, reminded, told };
}
