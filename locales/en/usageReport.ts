import type { UsageReportMessages } from '../messages.js';

export const usageReport: UsageReportMessages = {
  documentName: 'Usage report',
  title: (period, subject) => `Usage report ${period}, ${subject}`,
  intro:
    'What the sites reported on the last day of the month: the highest number of each kind, of events all of them. Beside it what was seen in their daily check-ins, and the first day on which it came to that. What was reported counts; what was seen counts where it is clearly more, or where a report is missing. Estimates and decisions are on the statement alone.',
  facts: { msp: 'Managed service provider', programme: 'Programme' },
  sitesOf: { managed: 'Managed sites', standalone: 'Standalone sites' },
  kinds: { managed: 'managed', standalone: 'standalone, key typed by hand' },
  totals: 'All sites together',
  bySite: 'Site by site',
  nothing: 'Nothing came of this month.',
  nothingUsed: 'The reports say that nothing was used.',
  noReport: 'no report came',
  reportedOn: (day) => `reported on ${day}`,
  columns: {
    site: 'Site',
    tenant: 'Tenant',
    meter: 'Kind',
    reported: 'Reported',
    highest: 'Seen',
    highestOn: 'Day of it',
    counted: 'Counts',
    total: 'Total',
  },
  attachment: 'The same, comma-separated',
};
