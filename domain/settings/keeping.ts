import { whole } from './kinds.js';
import { setting, settingsGroup } from './settingsGroup.js';

/** Rule 15. Check-ins outlive the longest reach of a late report (rule 7), and the month it is booked in. */
export const keeping = settingsGroup(15, {
  documentYears: setting(whole('years', 8, 100), 8, 'Issued documents are kept'),
  checkInMonths: setting(whole('months', 13, 240), 24, 'Check-ins are kept'),
});
