import { z } from 'zod';
import { METER_CODES } from '../../domain/catalog/index.js';
import { parsePeriod } from '../../domain/period.js';
import { priceStep } from '../../domain/pricing/index.js';
import { pricesByMeter, type ExchangeRate } from '../../domain/pricing/pricePlan.js';
import { ALL_KINDS, DECISIONS, readEvidence, type Resolution } from '../../domain/reconcile/index.js';
import { CORRECTED_KINDS, type Statement, type StatementFinding, type StatementLine } from '../../domain/statement.js';
import { BASES } from '../../domain/usage.js';
import { party } from '../parties/storedParty.js';
import { readStored } from '../../domain/readStored.js';

/** A statement as frozen in `statement.content`: everything but the lines, amounts as strings of minor units. */
export type StatementHead = Omit<Statement, 'lines'>;

/** JSON of a frozen value: `bigint` becomes its decimal string. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => (typeof member === 'bigint' ? member.toString() : member));
}

const text = z.string().nullable();
export const minor = z
  .string()
  .regex(/^-?\d+$/)
  .transform((digits) => BigInt(digits));
export const period = z
  .string()
  .regex(/^20\d\d-(0[1-9]|1[0-2])$/)
  .transform((value) => parsePeriod(value));
export const day = z.iso.date();
const meter = z.enum(METER_CODES);

const exchange: z.ZodType<ExchangeRate> = z.object({
  base: z.string(),
  currency: z.string(),
  rate: z.string(),
  day,
  source: z.string(),
});

const resolution: z.ZodType<Resolution> = z.discriminatedUnion('by', [
  z.object({ by: z.enum(['rule', 'default']) }),
  z.object({ by: z.literal('person'), decision: z.enum(DECISIONS), quantity: z.int().nullable(), reason: text }),
]);

const finding: z.ZodType<StatementFinding> = z
  .object({
    kind: z.enum(ALL_KINDS),
    evidence: z.unknown(),
    siteName: text,
    tenantName: text,
    tenantRef: text,
    meter: meter.nullable(),
    byDefault: text,
    resolution,
  })
  .transform(({ kind, evidence, ...found }) => ({ ...readEvidence(kind, evidence), ...found }));

const head: z.ZodType<StatementHead> = z.object({
  number: z.string(),
  revision: z.int(),
  templateVersion: z.int(),
  locale: z.string(),
  period,
  zone: z.string(),
  statementDate: day,
  currency: z.string(),
  vendor: party,
  distributor: party,
  msp: party,
  pricePlan: z.object({
    name: z.string(),
    currency: z.string(),
    fromPeriod: period,
    prices: pricesByMeter,
    monthlyMinimumMinor: minor.nullable(),
    firstMonth: z.enum(['billed', 'unbilled']),
  }),
  exchange: exchange.nullable(),
  findings: z.array(finding),
  history: z.array(z.object({ period, totalMinor: minor })),
  totalMinor: minor,
});

const ofLine = { lineNo: z.int(), amountMinor: minor };
const metered = {
  ...ofLine,
  siteId: z.string(),
  siteName: z.string(),
  tenantId: text,
  tenantName: text,
  tenantRef: text,
  meter,
  steps: z.array(priceStep),
};

const ofLicence = {
  ...ofLine,
  licenceId: z.string(),
  siteId: z.string(),
  siteName: z.string(),
  tenantId: text,
  tenantName: text,
  meter,
  count: z.int(),
  startsOn: day,
  endsOn: day,
  unitPrice: z.string(),
  priceCurrency: z.string(),
  years: z.int(),
  instalment: z.object({ no: z.int(), of: z.int() }),
  exchange: exchange.nullable(),
};

const licensedDays = z.array(z.object({ first: day, last: day, count: z.int(), licensed: z.int() })).exactOptional();

const corrected = {
  forPeriod: period,
  correctsNumber: z.string(),
  currency: z.string(),
  ratedMinor: minor,
  billedMinor: minor,
  exchange: exchange.nullable(),
};

/** Of corrections by the rules. */
const withheld = { withheldMinor: minor.exactOptional() };

/** A correction by hand before a statement has booked it. */
export const dueManualCorrection = z.object({
  kind: z.literal('manual_correction'),
  ...corrected,
  correctionId: z.string(),
  change: z.enum(['amount', 'quantity', 'waiver']),
  correctsLine: z.int().nullable(),
  correctsKind: z.enum(CORRECTED_KINDS).nullable(),
  siteId: text,
  siteName: text,
  tenantId: text,
  tenantName: text,
  tenantRef: text,
  meter: meter.nullable(),
  oldQuantity: z.int().nullable(),
  newQuantity: z.int().nullable(),
  steps: z.array(priceStep),
  priceCurrency: text,
  rate: exchange.nullable(),
  reason: z.string(),
});
export const manualLine = dueManualCorrection.extend(ofLine);

const line: z.ZodType<StatementLine> = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('usage'),
    ...metered,
    peak: z.int(),
    peakOn: day.nullable(),
    basis: z.enum(BASES),
    licensed: z.int(),
    quantity: z.int(),
    firstMonthFree: z.boolean(),
    licensedDays,
  }),
  z.object({
    kind: z.literal('correction'),
    ...metered,
    ...corrected,
    ...withheld,
    reason: z.enum(['estimate_confirmed', 'late_usage', 'deferred', 'rated_again']),
    oldQuantity: z.int(),
    newQuantity: z.int(),
    peak: z.int(),
    basis: z.enum(BASES),
    licensed: z.int(),
    licensedDays,
    firstMonthFree: z.boolean(),
    priceCurrency: z.string(),
    rate: exchange.nullable(),
  }),
  z.object({ kind: z.literal('minimum'), ...ofLine, minimumMinor: minor }),
  z.object({ kind: z.literal('minimum_correction'), ...ofLine, ...corrected, ...withheld, minimumMinor: minor }),
  manualLine,
  z.object({ kind: z.literal('term'), ...ofLicence }),
  z.object({
    kind: z.literal('extension'),
    ...ofLicence,
    extends: z.string(),
    daysLeft: z.int(),
    termDays: z.int(),
  }),
]);

/** Reads `statement.content` back. `id` names the row in the error, STORED_DATA_UNREADABLE. */
export function headFromJson(stored: unknown, id: string): StatementHead {
  return readStored(head, stored, `The content of statement ${id}`);
}

/** Reads `statement_line.content` back, likewise. */
export function lineFromJson(stored: unknown, id: string): StatementLine {
  return readStored(line, stored, `A line of statement ${id}`);
}
