import { days, remindersAfter, wholeDays } from './kinds.js';
import { setting, settingsGroup } from './settingsGroup.js';

/** Rule 14: how long the address of a sign-up or of a waiting list may be confirmed, and a registration waits for its decision. */
export const registration = settingsGroup(
  14,
  {
    remindAfterDays: setting(remindersAfter, [3, 7], 'The partner team is reminded of an undecided registration'),
    confirmWithinDays: setting(wholeDays, 7, 'The address of a sign-up, or of a waiting list, can be confirmed'),
    expireAfterDays: setting(days, 30, 'An undecided registration expires'),
  },
  [['remindAfterDays', '<', 'expireAfterDays']],
);

export type RegistrationSettings = ReturnType<typeof registration.resolve>;
