import type { MeterCode } from './catalog/index.js';
import type { Instalment } from './licences/termPrice.js';
import type { Day, Period } from './period.js';
import type { PriceStep } from './pricing/index.js';
import type { ExchangeRate, PricesByMeter } from './pricing/pricePlan.js';
import type { KindWithEvidence, Resolution } from './reconcile/index.js';
import type { Basis, LicensedDays } from './usage.js';

/** Raised whenever the same frozen rows would give other bytes; part of the document's checksum. */
export const TEMPLATE_VERSION = 7;

/** A company as printed, frozen at issue. */
export interface Party {
  name: string;
  registrationNumber: string;
  /** Street, postcode and town; one string a printed line. */
  address: string[];
  /** ISO 3166-1 alpha-2. */
  country: string;
  email: string;
}

interface LineBase {
  lineNo: number;
  /** Integer minor units of the statement's currency; the sum of all lines is the total, to the last unit (rule 11). */
  amountMinor: bigint;
}

interface MeteredLine extends LineBase {
  siteId: string;
  siteName: string;
  /** Null: unassigned. */
  tenantId: string | null;
  tenantName: string | null;
  tenantRef: string | null;
  meter: MeterCode;
  /** Printed arithmetic in the price list's currency; with the exchange rate it gives the amount before rounding. */
  steps: PriceStep[];
}

/** Usage of this period: one line per site, tenant and meter. */
export interface UsageLine extends MeteredLine {
  kind: 'usage';
  /** Peak that counts, before the term licence is deducted. */
  peak: number;
  peakOn: Day | null;
  basis: Basis;
  /** Units covered by term licences; `quantity = max(0, peak - licensed)`. */
  licensed: number;
  /**
   * Only where licences begin or end within the month: `quantity` is the highest `count - licensed` of these spans of days,
   * and `licensed` what is left of the peak.
   */
  licensedDays?: LicensedDays[];
  /** Billable quantity. */
  quantity: number;
  /** Rule 8: shown, not billed. */
  firstMonthFree: boolean;
}

/** What a line of an earlier statement comes to now, and what was billed for it: the difference is booked here (rule 7). */
interface Corrected {
  /** The period it belongs to. */
  forPeriod: Period;
  /** Number of the statement it corrects. */
  correctsNumber: string;
  /** Of the corrected statement. */
  currency: string;
  /** As that month is rated now, and as it was billed so far, earlier corrections included: minor units of `currency`. */
  ratedMinor: bigint;
  billedMinor: bigint;
  /** Rule 20: from `currency` into this statement's, by this period's rate; null where they are the same. */
  exchange: ExchangeRate | null;
}

/** What a correction by the rules does not take off, since people took it off by hand before: minor units, above zero. */
interface Withheld {
  withheldMinor?: bigint;
}

/** A correction of a line of an earlier period: that month rated again as a whole, less what was billed (rules 4 and 7). */
export interface CorrectionLine extends MeteredLine, Corrected, Withheld {
  kind: 'correction';
  reason: 'estimate_confirmed' | 'late_usage' | 'deferred' | 'rated_again';
  /** Billable quantities, before and after; `steps` price the quantity after. */
  oldQuantity: number;
  newQuantity: number;
  /** How the quantity after comes about, as in a line of usage. */
  peak: number;
  basis: Basis;
  licensed: number;
  licensedDays?: LicensedDays[];
  firstMonthFree: boolean;
  /** Of the corrected statement's price list, and the rate by which its prices became that statement's currency (rule 10). */
  priceCurrency: string;
  rate: ExchangeRate | null;
}

/** What is missing to the monthly minimum of the price plan (rule 9). */
export interface MinimumLine extends LineBase {
  kind: 'minimum';
  /** The minimum in minor units of the statement's currency. */
  minimumMinor: bigint;
}

/** A correction of what was missing to the minimum of an earlier period. */
export interface MinimumCorrectionLine extends LineBase, Corrected, Withheld {
  kind: 'minimum_correction';
  /** The minimum of that month in minor units of `currency`. */
  minimumMinor: bigint;
}

/** What of an issued statement people corrected by hand: a line of it, or the statement as a whole. */
export const CORRECTED_KINDS = ['usage', 'minimum', 'term', 'extension'] as const;

/**
 * A correction that two people made of an issued statement (rules 5 and 18). `ratedMinor` is what is left of the line or
 * statement, `billedMinor` what was billed for it so far, earlier corrections included; both in `currency`.
 */
export interface ManualCorrectionLine extends LineBase, Corrected {
  kind: 'manual_correction';
  correctionId: string;
  change: 'amount' | 'quantity' | 'waiver';
  /** Which line of the corrected statement; null: the statement as a whole. */
  correctsLine: number | null;
  correctsKind: (typeof CORRECTED_KINDS)[number] | null;
  /** Of a line of usage or a licence; null: of the minimum, or of the whole. */
  siteId: string | null;
  siteName: string | null;
  tenantId: string | null;
  tenantName: string | null;
  tenantRef: string | null;
  meter: MeterCode | null;
  /** With `quantity`: billable, before and after; `steps` price the quantity after by the list of that statement. */
  oldQuantity: number | null;
  newQuantity: number | null;
  steps: PriceStep[];
  /** Of that price list, and the rate by which its prices became that statement's currency; null: no quantity. */
  priceCurrency: string | null;
  rate: ExchangeRate | null;
  /** As whoever asked for it wrote it. */
  reason: string;
}

interface LicenceLine extends LineBase {
  licenceId: string;
  siteId: string;
  siteName: string;
  /** Null: for the site as a whole. */
  tenantId: string | null;
  tenantName: string | null;
  meter: MeterCode;
  count: number;
  /** The days that are billed: the first, and the first that is not covered, as agreed. */
  startsOn: Day;
  endsOn: Day;
  /** Exact decimal: of one unit and year, as agreed with the order. */
  unitPrice: string;
  priceCurrency: string;
  /** Years of the term. */
  years: number;
  /** Which of how many months it is billed in; the whole at once: 1 of 1. */
  instalment: Instalment;
  /** Rule 10: from the price's currency; null where it is the statement's. */
  exchange: ExchangeRate | null;
}

/** The price of a term licence, or this month's part of it (rule 22). */
export interface TermLine extends LicenceLine {
  kind: 'term';
}

/** The price of units added to a term for its remaining days: price × days left / days of the term (rule 22). */
export interface ExtensionLine extends LicenceLine {
  kind: 'extension';
  extends: string;
  daysLeft: number;
  termDays: number;
}

export type StatementLine =
  UsageLine | CorrectionLine | MinimumLine | MinimumCorrectionLine | ManualCorrectionLine | TermLine | ExtensionLine;

/** Lines that are about an earlier statement: by the rules, or by hand. */
export type LineOfEarlier = CorrectionLine | MinimumCorrectionLine | ManualCorrectionLine;

/** What a line about an earlier statement adds to it: minor units of that statement's currency. */
export function differenceOf(line: Pick<Corrected, 'ratedMinor' | 'billedMinor'> & Withheld): bigint {
  return line.ratedMinor - line.billedMinor + (line.withheldMinor ?? 0n);
}

export function isOfEarlier(line: StatementLine): line is LineOfEarlier {
  return 'forPeriod' in line;
}

/** A licence's arithmetic as files for machines write it: `10 x 24.00 x 2 x 170/730`. */
export function termFormula(line: TermLine | ExtensionLine): string {
  const share = line.kind === 'term' ? '' : ` x ${line.daysLeft}/${line.termDays}`;
  return `${line.count} x ${line.unitPrice} x ${line.years}${share}`;
}

/** A discrepancy and how it was settled, as the statement prints it. */
export type StatementFinding = KindWithEvidence & {
  siteName: string | null;
  tenantName: string | null;
  tenantRef: string | null;
  meter: MeterCode | null;
  /** What the month's settings do where nobody decides: the name of one of the kind's defaults; null: a person decides. */
  byDefault: string | null;
  resolution: Resolution;
};

/** Everything a statement says, frozen at issue: with the template version it determines the PDF byte for byte. */
export interface Statement {
  /** Gapless per distributor and year (rule 13), such as `IT-2026-000042`. */
  number: string;
  revision: number;
  templateVersion: number;
  /** ISO 639-1 code of its language (locales). */
  locale: string;
  period: Period;
  /** IANA time zone of the MSP: the period's month is reckoned in it. */
  zone: string;
  /** Date of the document: the programme's issue day (rule 1), not the wall clock, so that it is reproducible. */
  statementDate: Day;
  currency: string;
  vendor: Party;
  distributor: Party;
  msp: Party;
  pricePlan: {
    name: string;
    currency: string;
    fromPeriod: Period;
    prices: PricesByMeter;
    /** Per month and MSP, in minor units of the list's currency; null: none. */
    monthlyMinimumMinor: bigint | null;
    /** Rule 8. */
    firstMonth: 'billed' | 'unbilled';
  };
  /** Null where the price list is in the statement's currency already. */
  exchange: ExchangeRate | null;
  lines: StatementLine[];
  findings: StatementFinding[];
  /** Totals of up to five earlier periods, oldest first, in the statement's currency: for the chart. */
  history: { period: Period; totalMinor: bigint }[];
  totalMinor: bigint;
}

/** Licensed days as files for machines write them: `2026-07-01/2026-07-14: 20 - 10; …`; the highest difference is billed. */
export function licensedDaysText({ licensedDays = [] }: UsageLine): string {
  return licensedDays.map(({ first, last, count, licensed }) => `${first}/${last}: ${count} - ${licensed}`).join('; ');
}
