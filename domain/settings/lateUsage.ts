import { whole } from './kinds.js';
import { setting, settingsGroup } from './settingsGroup.js';

/** Rule 7. Within what is kept at least by rule 15. */
export const lateUsage = settingsGroup(7, {
  reachDays: setting(whole('days', 0, 366), 90, 'A late report is booked as a correction so far back; older: a case'),
});

const DAYS_A_PERIOD = 30;

/** How many periods a reach in days touches. */
export function periodsInReach({ reachDays }: { reachDays: number }): number {
  return Math.ceil(reachDays / DAYS_A_PERIOD);
}
