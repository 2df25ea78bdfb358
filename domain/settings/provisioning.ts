import { remindersAfter } from './kinds.js';
import { setting, settingsGroup } from './settingsGroup.js';

/** When the MSP is reminded of a site that no installation has activated; no rule but rule 23 speaks of it. */
export const provisioning = settingsGroup(23, {
  remindAfterDays: setting(remindersAfter, [7, 21], 'The MSP is reminded of a site that is not activated'),
});
