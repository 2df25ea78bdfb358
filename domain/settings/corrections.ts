import { days } from './kinds.js';
import { setting, settingsGroup } from './settingsGroup.js';

/** Rule 18: how long a correction by hand of an issued statement waits for a second person. */
export const corrections = settingsGroup(
  18,
  {
    remindAfterDays: setting(days, 3, 'The partner team is reminded of a correction that nobody has confirmed'),
    expireAfterDays: setting(days, 14, 'A correction that nobody decided expires'),
  },
  [['remindAfterDays', '<', 'expireAfterDays']],
);

export type CorrectionSettings = ReturnType<typeof corrections.resolve>;
