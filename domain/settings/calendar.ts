import { dayOfMonth, timeOfDay } from './kinds.js';
import { setting, settingsGroup } from './settingsGroup.js';

/** Rule 1: the days of a run. The run opens in the programme's zone; everything after it is in the MSP's. */
export const calendar = settingsGroup(
  1,
  {
    openDay: setting(dayOfMonth, 1, 'The run opens on this day'),
    openTime: setting(timeOfDay, '04:00', 'Time of that day at which it opens'),
    collectUntilDay: setting(dayOfMonth, 3, 'Usage is collected until the end of this day'),
    reviewUntilDay: setting(dayOfMonth, 5, 'Discrepancies are reviewed until the end of this day'),
    issueDay: setting(dayOfMonth, 6, 'Date of the statements'),
    mailedByDay: setting(dayOfMonth, 10, 'Everything is mailed by the end of this day'),
  },
  [
    ['openDay', '<=', 'collectUntilDay'],
    ['collectUntilDay', '<=', 'reviewUntilDay'],
    ['reviewUntilDay', '<', 'issueDay'],
    ['issueDay', '<=', 'mailedByDay'],
  ],
);

export type CalendarSettings = ReturnType<typeof calendar.resolve>;
