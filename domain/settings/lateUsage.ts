import { whole } from './kinds.js';
import { setting, settingsGroup } from './settingsGroup.js';

/** Rule 7. Within what is kept at least by rule 15. */
export const lateUsage = settingsGroup(7, {
  reachDays: setting(
    whole('days', 0, 730),
    90,
    'Usage that comes up to so many days after its month is booked as a correction; later: a case',
  ),
});

/** How many months before the one that is closed are looked at for late usage: a little more than the reach. */
export const periodsBack = (reachDays: number): number => Math.ceil(reachDays / 28) + 2;
