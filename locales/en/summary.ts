import type { SummaryMessages } from '../messages.js';

export const summary: SummaryMessages = {
  documentName: 'Billing summary',
  supplement: (n) => `Supplement ${n}`,
  title: (period, distributor) => `Billing summary ${period}, ${distributor}`,
  intro: (distributor, vendor) =>
    `${vendor} has issued the statements below. ${distributor} invoices them to the managed service providers.`,
  statements: { one: 'statement', other: 'statements' },
  facts: { distributor: 'For', vendor: 'Issued by', period: 'Period', date: 'Date', statements: 'Statements' },
  totals: { title: 'Totals', columns: { currency: 'Currency', statements: 'Statements', total: 'Total' } },
  columns: { number: 'Number', msp: 'Managed service provider', lines: 'Lines', marks: 'Of which', total: 'Total' },
  list: 'Statements',
  none: 'No statements were issued in this pack.',
  parked: {
    title: 'Still open',
    text: 'These statements wait for a decision. They follow in a supplement.',
    columns: { msp: 'Managed service provider', reason: 'Reason' },
  },
  attachment: 'Lines of all statements, comma-separated',
};
