/**
 * Rating: usage → lines → total, for one MSP and one period. The order of the steps is the list `STEPS`; each takes the
 * lines so far and returns more. Amounts are rounded in one place, `toMinor`, once per line (rule 11).
 */
import type { MeterCode } from './catalog/index.js';
import { KontorError } from './errors.js';
import { meteredOf } from './licences/licensedDays.js';
import { compareTexts } from './compareTexts.js';
import { instalmentMinor, shareOf, type Instalment, type PricedLicence } from './licences/termPrice.js';
import { decimal, minorToDecimalString, roundToMinor, sumMinor } from './money.js';
import { amountOf, priceLine, type PriceStep } from './pricing/index.js';
import type { ExchangeRate, PricePlan } from './pricing/pricePlan.js';
import {
  differenceOf,
  type CorrectionLine,
  type ManualCorrectionLine,
  type MinimumCorrectionLine,
  type StatementLine,
} from './statement.js';
import type { LicensedDays, Quantity } from './usage.js';

/** One site, tenant and meter with its settled quantity: the unit of billing (rule 2). */
export interface BillableUsage {
  siteId: string;
  siteName: string;
  tenantId: string | null;
  tenantName: string | null;
  tenantRef: string | null;
  meter: MeterCode;
  quantity: Quantity;
  /** Units covered by term licences, and day by day where some begin or end within the month. */
  licensed: number;
  licensedDays: LicensedDays[];
  /** Whether this is the site's first calendar month (rule 8). */
  firstMonth: boolean;
}

/** A line of a correction but its place and amount: what the difference comes to in this statement is reckoned here. */
export type DueCorrection =
  Omit<CorrectionLine, 'lineNo' | 'amountMinor'> | Omit<MinimumCorrectionLine, 'lineNo' | 'amountMinor'>;

/** The same of a correction by hand. */
export type DueManualCorrection = Omit<ManualCorrectionLine, 'lineNo' | 'amountMinor'>;

/** A licence that is billed in this period, wholly or in part (rule 22). */
export interface DueTerm {
  licence: PricedLicence;
  instalment: Instalment;
  /** From the price's currency; null: it is the statement's. */
  exchange: ExchangeRate | null;
}

/** What of a price plan rates a month. */
export type PriceList = Pick<PricePlan, 'name' | 'currency' | 'prices' | 'monthlyMinimumMinor' | 'firstMonth'>;

export interface RatingInput {
  /** Currency of the statement. */
  currency: string;
  plan: PriceList;
  /** Null where the plan is in the statement's currency. */
  exchange: ExchangeRate | null;
  usage: readonly BillableUsage[];
  terms: readonly DueTerm[];
  corrections: readonly (DueCorrection | DueManualCorrection)[];
}

export interface Rating {
  lines: StatementLine[];
  totalMinor: bigint;
}

type Step = (input: RatingInput, lines: readonly StatementLine[]) => StatementLine[];

function toMinor(steps: readonly PriceStep[], exchange: ExchangeRate | null, currency: string): bigint {
  const exact = amountOf(steps);
  return roundToMinor(exchange === null ? exact : exact.times(decimal(exchange.rate)), currency);
}

/** Where a line stands. */
export interface Placed {
  siteName: string;
  siteId: string;
  tenantName: string | null;
  tenantRef: string | null;
  meter: string;
}

/** By site, tenant and meter, in code point order: the same on every machine. Tiers are filled in this order. */
export function inPrintedOrder(a: Placed, b: Placed): number {
  return (
    compareTexts(a.siteName, b.siteName) ||
    compareTexts(a.tenantName, b.tenantName) ||
    compareTexts(a.tenantRef, b.tenantRef) ||
    compareTexts(a.meter, b.meter) ||
    compareTexts(a.siteId, b.siteId)
  );
}

const priceUsage: Step = ({ usage, plan, exchange, currency }) => {
  const billed = usage.map((item) => {
    const metered = meteredOf(item.quantity.value, item);
    const firstMonthFree = item.firstMonth && plan.firstMonth === 'unbilled';
    return { item, metered, firstMonthFree, counted: firstMonthFree ? 0 : metered.quantity };
  });
  const totals = new Map<MeterCode, number>();
  for (const { item, counted } of billed) totals.set(item.meter, (totals.get(item.meter) ?? 0) + counted);

  const used = new Map<MeterCode, number>();
  return billed
    .sort((a, b) => inPrintedOrder(a.item, b.item))
    .map(({ item, metered, firstMonthFree, counted }) => {
      const price = plan.prices[item.meter];
      if (price === undefined) {
        throw new KontorError(
          'PRICE_MISSING',
          `Price plan "${plan.name}" has no price for ${item.meter}: add a plan that has all its prices and that one, then retry.`,
        );
      }
      const from = used.get(item.meter) ?? 0;
      used.set(item.meter, from + counted);
      const steps = priceLine(price, from, counted, totals.get(item.meter) ?? 0);
      return {
        kind: 'usage',
        lineNo: 0,
        siteId: item.siteId,
        siteName: item.siteName,
        tenantId: item.tenantId,
        tenantName: item.tenantName,
        tenantRef: item.tenantRef,
        meter: item.meter,
        peak: item.quantity.value,
        peakOn: item.quantity.peakOn,
        basis: item.quantity.basis,
        licensed: metered.licensed,
        quantity: metered.quantity,
        firstMonthFree,
        steps,
        amountMinor: toMinor(steps, exchange, currency),
        ...(metered.licensedDays.length === 0 ? {} : { licensedDays: metered.licensedDays }),
      };
    });
};

/** Rule 9: a list's monthly minimum in minor units of the statement's currency, converted and rounded once; null: none. */
export function minimumOf(list: PriceList, exchange: ExchangeRate | null, currency: string): bigint | null {
  if (list.monthlyMinimumMinor === null || exchange === null) return list.monthlyMinimumMinor;
  const minimum = decimal(minorToDecimalString(list.monthlyMinimumMinor, list.currency));
  return roundToMinor(minimum.times(exchange.rate), currency);
}

const applyMinimum: Step = ({ plan, exchange, currency }, lines) => {
  const minimumMinor = minimumOf(plan, exchange, currency);
  if (minimumMinor === null) return [];
  const missing = minimumMinor - sumMinor(lines.map(({ amountMinor }) => amountMinor));
  return missing > 0n ? [{ kind: 'minimum', lineNo: 0, minimumMinor, amountMinor: missing }] : [];
};

const priceTerms: Step = ({ terms, currency }) =>
  terms
    .toSorted(
      (a, b) =>
        inPrintedOrder({ ...a.licence, tenantRef: null }, { ...b.licence, tenantRef: null }) ||
        compareTexts(a.licence.startsOn, b.licence.startsOn) ||
        compareTexts(a.licence.licenceId, b.licence.licenceId),
    )
    .map(({ licence, instalment, exchange }) => {
      const { licenceId, siteId, siteName, tenantId, tenantName, meter, count } = licence;
      const { startsOn, agreedUntil, termStartsOn, years, unitPrice, priceCurrency } = licence;
      const of = { licenceId, siteId, siteName, tenantId, tenantName, meter, count, startsOn, endsOn: agreedUntil };
      const line = { lineNo: 0, ...of, years, unitPrice, priceCurrency, instalment, exchange };
      const share = licence.extends === null ? null : shareOf({ startsOn: termStartsOn, agreedUntil }, startsOn);
      const amountMinor = instalmentMinor(
        { count, years, unitPrice, share },
        instalment,
        exchange?.rate ?? null,
        currency,
      );
      return licence.extends === null || share === null
        ? { kind: 'term', ...line, amountMinor }
        : { kind: 'extension', ...line, extends: licence.extends, ...share, amountMinor };
    });

/** Usage, what was corrected by hand as it was confirmed, what is missing to the minimum; each in its printed order. */
function inCorrectedOrder(a: DueCorrection | DueManualCorrection, b: DueCorrection | DueManualCorrection): number {
  if (a.kind === 'correction' && b.kind === 'correction') return inPrintedOrder(a, b);
  return compareTexts(a.kind, b.kind);
}

const bookCorrections: Step = ({ corrections, currency }) =>
  corrections
    .toSorted((a, b) => compareTexts(a.forPeriod, b.forPeriod) || inCorrectedOrder(a, b))
    .map((due) => {
      const { exchange } = due;
      const difference = differenceOf(due);
      const amountMinor =
        exchange === null
          ? difference
          : roundToMinor(decimal(minorToDecimalString(difference, due.currency)).times(exchange.rate), currency);
      return { ...due, lineNo: 0, amountMinor };
    });

/** The order matters: the minimum is about this period's usage, so licences and corrections of other periods come after it. */
const STEPS: readonly Step[] = [priceUsage, applyMinimum, priceTerms, bookCorrections];

/** Rates one MSP's month. Throws PRICE_MISSING when a meter in use has no price. */
export function rate(input: RatingInput): Rating {
  const lines: StatementLine[] = [];
  for (const step of STEPS) lines.push(...step(input, lines));
  lines.forEach((line, index) => {
    line.lineNo = index + 1;
  });
  return { lines, totalMinor: sumMinor(lines.map(({ amountMinor }) => amountMinor)) };
}
