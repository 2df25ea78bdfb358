import { whole } from './kinds.js';
import { setting, settingsGroup } from './settingsGroup.js';

/**
 * Rule 15: how long each class of domain/retention.ts is kept. What belongs to no single programme is kept as long as the
 * programme says that keeps it longest.
 */
export const keeping = settingsGroup(15, {
  documentYears: setting(
    whole('years', 8, 100),
    8,
    'How long issued documents are kept, the facts they were reckoned from and the audit trail, from the end of their calendar year',
  ),
  checkInMonths: setting(
    whole('months', 13, 240),
    24,
    'How long check-ins are kept, from the end of their month; longer where a correction may still need them',
  ),
  usageReportMonths: setting(
    whole('months', 13, 240),
    24,
    'How long usage reports and refused messages are kept, from the end of their month; longer where a correction may still need them',
  ),
  mailMonths: setting(
    whole('months', 13, 240),
    24,
    'How long mails that have ended are kept, from the end of their month',
  ),
  applicationMonths: setting(
    whole('months', 3, 120),
    12,
    'How long the data of applicants is kept who were rejected, withdrew or expired, and of who was told that a territory has opened',
  ),
  accessDays: setting(
    whole('days', 30, 3660),
    365,
    'How long sessions, one-time links and tokens are kept after they have ended',
  ),
});

export type KeepingSettings = ReturnType<typeof keeping.resolve>;
