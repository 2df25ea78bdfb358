import { days, remindersAfter } from './kinds.js';
import { setting, settingsGroup } from './settingsGroup.js';

/** Rule 14: how long a registration waits for the partner team. */
export const registration = settingsGroup(
  14,
  {
    remindAfterDays: setting(remindersAfter, [3, 7], 'The partner team is reminded of an undecided registration'),
    expireAfterDays: setting(days, 30, 'An undecided registration expires'),
  },
  [['remindAfterDays', '<', 'expireAfterDays']],
);

export type RegistrationSettings = ReturnType<typeof registration.resolve>;
