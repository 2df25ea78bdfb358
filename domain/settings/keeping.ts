import { whole } from './kinds.js';
import { setting, settingsGroup } from './settingsGroup.js';

/** Rule 15. Check-ins outlive the longest reach of a late report (rule 7), and the month it is booked in. */
export const keeping = settingsGroup(15, {
  documentYears: setting(
    whole('years', 8, 100),
    8,
    'How long issued documents are kept. The value is checked and stored; nothing is deleted by it yet',
  ),
  checkInMonths: setting(
    whole('months', 13, 240),
    24,
    'How long check-ins are kept. The value is checked and stored; nothing is deleted by it yet',
  ),
});
