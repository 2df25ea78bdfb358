import { remindersBefore } from './kinds.js';
import { setting, settingsGroup } from './settingsGroup.js';

/** Rule 22: reminders of a term's end. */
export const termLicences = settingsGroup(22, {
  remindBeforeEndDays: setting(
    remindersBefore,
    [60, 30, 7],
    'When the MSP is reminded that a term licence ends; once it has, the MSP and the partner team are told',
  ),
});
