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
  credits: {
    title: 'Credits',
    text: 'Credits that were issued since the pack before this one. They are deducted in the totals.',
    counted: { one: 'credit', other: 'credits' },
    columns: { date: 'Date', corrects: 'Credit to', amount: 'Amount' },
  },
  parked: {
    title: 'Still open',
    text: 'These statements wait for a decision. They follow in a supplement.',
    columns: { msp: 'Managed service provider', reason: 'Reason' },
  },
  parkedBy: {
    codes: {
      EXCHANGE_RATE_MISSING: 'A rate of exchange is missing.',
      PRICE_MISSING: 'A price is missing in the price list.',
      PRICE_PLAN_MISSING: 'There is no price list for this month.',
      total_moved:
        'The total is far from the last statement, or a first one is over the set amount: a second person has to confirm it.',
    },
    byCase: (kind) => `Waits for a decision about: ${kind}`,
    other: (code) => `Kontor could not make this statement (${code}); the partner team looks into it.`,
    unknown: 'Waits for the partner team.',
  },
  attachment: 'Lines of all statements and credits, comma-separated',
};
