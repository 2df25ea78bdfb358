import type { WrittenTier } from '../../domain/pricing/index.js';
import { fullStop } from '../format.js';
import type { StatementMessages } from '../messages.js';

const tier = ({ from, to, price }: WrittenTier) =>
  to === null ? `from ${from}: ${price}` : `${from} to ${to}: ${price}`;

export const statement: StatementMessages = {
  documentName: 'Usage statement',
  title: (number, period) => `Usage statement ${number}, ${period}`,
  notInvoice: (distributor) => fullStop(`This statement is not an invoice. You are invoiced by ${distributor}`),
  parties: { msp: 'Statement for', distributor: 'Invoiced by', vendor: 'Issued by' },
  registrationNumber: (number) => `Reg. no. ${number}`,
  facts: {
    number: 'Statement no.',
    revision: 'Revision',
    date: 'Date',
    period: 'Period',
    zone: 'Time zone',
    currency: 'Currency',
    pricePlan: 'Price list',
  },
  days: (first, last) => `${first} to ${last}`,
  pricePlan: (name, validFrom) => `${name}, valid from ${validFrom}`,
  total: (period) => `Total for ${period}`,
  lines: { one: 'line', other: 'lines' },
  estimatedLines: { one: 'estimated line', other: 'estimated lines' },
  correctionLines: { one: 'correction', other: 'corrections' },
  noUsage: 'No usage was counted in this period.',
  chart: {
    title: (currency) => `Last months, in ${currency}`,
    alt: (bars) => `Bar chart of the monthly totals: ${bars}`,
  },
  arithmetic: {
    title: 'How the amount comes about',
    rule: 'Billable quantity = sum over all sites of the highest count (peak) per site, tenant and meter in the period.',
    instead: {
      sum: (meters) => `Instead of the highest count, for ${meters}, the sum of all days.`,
      last: (meters) => `Instead of the highest count, for ${meters}, the last one.`,
    },
    columns: { meter: 'Meter', formula: 'Sum of counts', quantity: 'Quantity', price: 'Price', amount: 'Amount' },
    sumOfCounts: (sum, count) => `${sum} (sum of ${count} counts)`,
    sumOfRounded: (count) => `sum of ${count} lines, each rounded`,
    licensed: (units) => `${units} (term licence)`,
    firstMonth: (units) => `${units} (first month, not billed)`,
  },
  prices: {
    per_unit: ({ unitPrice }) => `${unitPrice} per unit`,
    graduated: ({ tiers }) => `Each unit at its own tier’s price: ${tiers.map(tier).join('; ')}`,
    volume: ({ tiers }) => `All units at the price of the total’s tier: ${tiers.map(tier).join('; ')}`,
    package: ({ size, packagePrice }) => `${packagePrice} per package of ${size}, started packages count`,
  },
  usage: {
    title: 'Usage',
    columns: {
      no: 'No.',
      where: 'Site and tenant',
      meter: 'Meter',
      count: 'Count',
      quantity: 'Quantity',
      price: 'Price',
      amount: 'Amount',
    },
    unassigned: 'Unassigned tenant',
    licensed: (units) => `less ${units} licensed`,
    licensedDays: (days, count, licensed, metered) => `${days}: ${count} less ${licensed} licensed = ${metered}`,
    highestDays: 'day by day, the highest counts:',
    firstMonth: 'first month, not billed',
    packagesOf: (size) => `packages of ${size}`,
    inOpenPackage: (units) => `${units} in a package opened by an earlier line`,
  },
  terms: {
    title: 'Term licences',
    rule: 'Units × price of a unit and year × years; what is added to a licence: the same × days left / days of the term. Rounded once.',
    columns: { days: 'Days' },
    wholeSite: 'whole site',
    extension: (daysLeft, termDays) => `added to a licence for ${daysLeft} of its ${termDays} days`,
    price: (currency) => `price of a unit and year in ${currency}`,
    instalment: (no, of) => `instalment ${no} of ${of}`,
  },
  corrections: {
    title: 'Corrections of earlier periods',
    prices:
      'That month rated again as a whole, by its own rules, prices and exchange rate, less what was billed for it so far.',
    rated: (amount) => `comes to ${amount}`,
    billed: (amount) => `less billed so far ${amount}`,
    minimum: (amount) => `Monthly minimum of ${amount}`,
    columns: {
      no: 'No.',
      where: 'Site and tenant',
      meter: 'Meter',
      corrects: 'Corrects',
      was: 'Was',
      now: 'Now',
      amount: 'Amount',
    },
    reasons: {
      estimate_confirmed: 'estimate replaced by the report',
      late_usage: 'usage that came late',
      rated_again: 'rated again with the month',
      deferred: 'deferred, now decided',
    },
    byHand: {
      minimum: 'Monthly minimum',
      line: (no) => `line ${no}`,
      reason: (reason) => `Reason: ${reason}`,
      changes: {
        amount: 'amount changed by the partner team',
        quantity: 'quantity corrected by the partner team',
        waiver: 'waived by the partner team',
      },
    },
  },
  totals: {
    usage: 'Usage',
    terms: 'Term licences',
    corrections: 'Corrections of earlier periods',
    minimum: (minimum) => `Up to the monthly minimum of ${minimum}`,
    total: 'Total',
  },
  findings: {
    title: 'Discrepancies and how they were settled',
    none: 'Reconciliation found no discrepancies.',
    columns: { kind: 'Discrepancy', where: 'Where', found: 'Found', settled: 'Settled' },
    wholeStatement: 'Whole statement',
    byRule: (done) => `By rule: ${done}.`,
    byDefault: (done) => `No decision in the review; default applied: ${done}.`,
    byPerson: (decision) => `By the partner team: ${decision}.`,
    reason: (reason) => `Reason: ${reason}`,
  },
  exchange: {
    title: 'Exchange rate',
    ecb: 'European Central Bank, euro foreign exchange reference rates',
    text: (rate, day, source) => fullStop(`${rate}, published for ${day} by ${source}`),
    rounding: (currency) =>
      `Prices are in the currency of the price list. Each line is converted at this rate and rounded once to ${currency}.`,
  },
  notes: {
    title: 'Notes',
    estimated:
      'Estimated: the site did not report in time. The quantity is its highest check-in or its last confirmed count, and is corrected in a later period once the report arrives.',
    waived: 'Waived: the partner team decided not to bill this quantity.',
    deferred: 'Deferred: this quantity is billed in a later period.',
    rounding: 'Each line is rounded once, half up; the lines add up exactly to the total.',
    attachment: 'The lines are attached to this document as a CSV file.',
  },
  attachment: 'Lines of the statement, comma-separated',
  page: (page, pages) => `Page ${page} of ${pages}`,
};
