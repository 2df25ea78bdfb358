import { z } from 'zod';
import type { ManualCorrectionLine, Statement, StatementLine } from '../../domain/statement.js';
import { minorToDecimalString } from '../../domain/money.js';
import { priceStep } from '../../domain/pricing/index.js';
import { amount, day, instant, party, periodText, uuid } from './common.js';
import { price } from './pricePlans.js';

export const statementSummary = z
  .strictObject({
    id: uuid,
    number: z.string(),
    mspId: uuid,
    mspName: z.string(),
    distributorId: uuid,
    programme: z.string(),
    period: periodText,
    revision: z.int(),
    statementDate: day,
    total: amount,
    lineCount: z.int(),
    issuedAt: instant,
    document: z
      .strictObject({ sha256: z.string(), pages: z.int() })
      .nullable()
      .meta({ description: 'Null until the PDF is rendered' }),
  })
  .meta({ id: 'StatementSummary' });

const metered = {
  lineNo: z.int(),
  siteId: uuid,
  siteName: z.string(),
  tenantId: uuid.nullable(),
  tenantName: z.string().nullable(),
  tenantRef: z.string().nullable(),
  meter: z.string(),
  steps: z.array(priceStep).meta({ description: 'The printed arithmetic, in the currency of the price plan' }),
  amount,
};

const exchange = z
  .strictObject({ base: z.string(), currency: z.string(), rate: z.string(), day, source: z.string() })
  .nullable();

const ofLicence = {
  lineNo: z.int(),
  licenceId: uuid,
  siteId: uuid,
  siteName: z.string(),
  tenantId: uuid.nullable(),
  tenantName: z.string().nullable(),
  meter: z.string(),
  count: z.int(),
  startsOn: day,
  endsOn: day.meta({ description: 'The first day it does not cover, as agreed' }),
  unitPrice: z.string().meta({ description: 'Of one unit and year, in `priceCurrency`' }),
  priceCurrency: z.string(),
  years: z.int(),
  instalment: z.strictObject({ no: z.int(), of: z.int() }).meta({ description: 'The whole at once: 1 of 1' }),
  exchange,
  amount,
};

const licensedDays = z
  .array(z.strictObject({ first: day, last: day, count: z.int(), licensed: z.int() }))
  .optional()
  .meta({ description: 'Where licences begin or end within the month: the highest `count - licensed` is billed' });

const corrected = {
  forPeriod: periodText,
  correctsNumber: z.string(),
  rated: amount.meta({ description: 'What the line of that month comes to now, in the currency of its statement' }),
  billed: amount.meta({ description: 'What was billed for it so far' }),
  exchange: exchange.meta({ description: 'From that currency into this statement’s; null: they are the same' }),
};

/** A correction by hand; null where it is not about a site, a tenant or a quantity. */
export const manualCorrectionLine = z
  .strictObject({
    kind: z.literal('manual_correction'),
    lineNo: z.int(),
    ...corrected,
    correctionId: uuid,
    change: z.enum(['amount', 'quantity', 'waiver']),
    correctsLine: z.int().nullable().meta({ description: 'Null: the statement as a whole' }),
    correctsKind: z.string().nullable(),
    siteId: uuid.nullable(),
    siteName: z.string().nullable(),
    tenantId: uuid.nullable(),
    tenantName: z.string().nullable(),
    tenantRef: z.string().nullable(),
    meter: z.string().nullable(),
    oldQuantity: z.int().nullable(),
    newQuantity: z.int().nullable(),
    steps: z.array(priceStep),
    priceCurrency: z.string().nullable(),
    rate: exchange,
    reason: z.string(),
    amount,
  })
  .meta({ id: 'ManualCorrectionLine' });

const withheld = amount
  .exactOptional()
  .meta({ description: 'Not taken off, since people took it off by hand before; left out: nothing' });

const line = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('usage'),
      ...metered,
      peak: z.int(),
      peakOn: day.nullable(),
      basis: z.string(),
      licensed: z.int(),
      quantity: z.int(),
      firstMonthFree: z.boolean(),
      licensedDays,
    }),
    z.strictObject({
      kind: z.literal('correction'),
      ...metered,
      ...corrected,
      withheld,
      reason: z.string(),
      oldQuantity: z.int(),
      newQuantity: z.int(),
      peak: z.int(),
      basis: z.string(),
      licensed: z.int(),
      licensedDays,
      firstMonthFree: z.boolean(),
      priceCurrency: z.string().meta({ description: 'Of the price list of then, in which the steps are' }),
      rate: exchange.meta({ description: 'By which its prices became the currency of the corrected statement' }),
    }),
    z.strictObject({ kind: z.literal('minimum'), lineNo: z.int(), minimum: amount, amount }),
    z.strictObject({
      kind: z.literal('minimum_correction'),
      lineNo: z.int(),
      ...corrected,
      withheld,
      minimum: amount.meta({ description: 'Of that month' }),
      amount,
    }),
    manualCorrectionLine,
    z.strictObject({ kind: z.literal('term'), ...ofLicence }),
    z.strictObject({
      kind: z.literal('extension'),
      ...ofLicence,
      extends: uuid,
      daysLeft: z.int(),
      termDays: z.int(),
    }),
  ])
  .meta({ id: 'StatementLine' });

export const evidence = z.record(z.string(), z.union([z.number(), z.string(), z.null()]));

const resolution = z.union([
  z.strictObject({ by: z.enum(['rule', 'default']) }),
  z.strictObject({
    by: z.literal('person'),
    decision: z.string(),
    quantity: z.int().nullable(),
    reason: z.string().nullable(),
  }),
]);

const finding = z.strictObject({
  kind: z.string(),
  siteName: z.string().nullable(),
  tenantName: z.string().nullable(),
  tenantRef: z.string().nullable(),
  meter: z.string().nullable(),
  evidence,
  byDefault: z.string().nullable().meta({ description: 'What is done where nobody decides; null: a person must' }),
  resolution,
});

/** What was frozen at issue, in the form of the API. */
export const statementContent = z.strictObject({
  number: z.string(),
  revision: z.int(),
  templateVersion: z.int(),
  locale: z.string(),
  period: periodText,
  zone: z.string(),
  statementDate: day,
  currency: z.string(),
  vendor: party,
  distributor: party,
  msp: party,
  pricePlan: z.strictObject({
    name: z.string(),
    currency: z.string(),
    fromPeriod: periodText,
    prices: z.record(z.string(), price),
    monthlyMinimum: amount.nullable(),
    firstMonth: z.enum(['billed', 'unbilled']),
  }),
  exchange,
  lines: z.array(line),
  findings: z.array(finding),
  history: z.array(z.strictObject({ period: periodText, total: amount })),
  total: amount,
});

export const statement = z
  .strictObject({ id: uuid, mspId: uuid, distributorId: uuid, ...statementContent.shape })
  .meta({ id: 'Statement' });

/** Integer minor units as the API writes amounts. */
export function toAmount(minor: bigint, currency: string): { amount: string; currency: string } {
  return { amount: minorToDecimalString(minor, currency), currency };
}

/** A line by hand in the form of the API; `currency` is that of the document that books it. */
export function toManualLine(
  { amountMinor, ratedMinor, billedMinor, currency: of, ...rest }: ManualCorrectionLine,
  currency: string,
): z.input<typeof manualCorrectionLine> {
  return {
    ...rest,
    rated: toAmount(ratedMinor, of),
    billed: toAmount(billedMinor, of),
    amount: toAmount(amountMinor, currency),
  };
}

function toLine(entry: StatementLine, currency: string): z.input<typeof line> {
  if (entry.kind === 'minimum') {
    const { amountMinor, minimumMinor, ...rest } = entry;
    return { ...rest, minimum: toAmount(minimumMinor, currency), amount: toAmount(amountMinor, currency) };
  }
  if (entry.kind === 'manual_correction') return toManualLine(entry, currency);
  if (entry.kind === 'correction' || entry.kind === 'minimum_correction') {
    const { amountMinor, ratedMinor, billedMinor, withheldMinor, currency: of, ...rest } = entry;
    const corrected = {
      rated: toAmount(ratedMinor, of),
      billed: toAmount(billedMinor, of),
      ...(withheldMinor === undefined ? {} : { withheld: toAmount(withheldMinor, of) }),
    };
    const line = { ...corrected, amount: toAmount(amountMinor, currency) };
    if (rest.kind === 'correction') return { ...rest, ...line };
    const { minimumMinor, ...minimumRest } = rest;
    return { ...minimumRest, ...line, minimum: toAmount(minimumMinor, of) };
  }
  const { amountMinor, ...rest } = entry;
  return { ...rest, amount: toAmount(amountMinor, currency) };
}

/** A frozen statement in the form of the API. */
export function toStatementContent(frozen: Statement): z.input<typeof statementContent> {
  const { totalMinor, lines, history, pricePlan, ...head } = frozen;
  const { currency } = frozen;
  const { monthlyMinimumMinor: minimum, ...list } = pricePlan;
  return {
    ...head,
    pricePlan: { ...list, monthlyMinimum: minimum === null ? null : toAmount(minimum, list.currency) },
    lines: lines.map((entry) => toLine(entry, currency)),
    history: history.map((month) => ({ period: month.period, total: toAmount(month.totalMinor, currency) })),
    total: toAmount(totalMinor, currency),
  };
}
