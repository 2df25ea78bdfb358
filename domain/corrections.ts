/**
 * Rules 4, 5 and 7: an issued month is never changed; what is known of it later is booked in the next open one. There is
 * one way to find out what: the month is rated again as a whole with what is known now, by its own settings, prices,
 * rate, licences and minimum, and what was billed for it so far is taken off, line by line. So it does not matter in
 * which order or how late usage arrives. What people corrected by hand (domain/correction) is no part of either side; it
 * bounds what is taken off.
 */
import type { BilledLine, EarlierMonth, MonthCase } from './month/inputs.js';
import { usageToBill } from './month/usageToBill.js';
import { sumMinor } from './money.js';
import { minimumOf, rate, type BillableUsage, type DueCorrection } from './rating.js';
import { reconcileSite } from './reconcile/index.js';
import { differenceOf, type CorrectionLine, type StatementLine, type UsageLine } from './statement.js';
import { usageKey, type SiteFacts } from './usage.js';

/** What every correction says of the statement that it corrects. */
type OfStatement = Pick<CorrectionLine, 'forPeriod' | 'correctsNumber' | 'currency'> & { exchange: null };

/** Decisions that are a quantity of their own; the others left it to the rules, or to a later month. */
const STANDING = new Set(['accept_reported', 'accept_observed', 'set_quantity', 'waive']);

/** The cases of a site as they would stand: found by its month's rules in what is known now, or decided by a person. */
function casesNow(site: SiteFacts, { settings, kinds, decided }: EarlierMonth): MonthCase[] {
  const found = reconcileSite(site, settings, kinds).map(({ usage, ...finding }): MonthCase => ({
    ...finding,
    tenantRef: usage?.tenantRef ?? null,
    meter: usage?.meter ?? null,
    resolution: { by: 'default' },
  }));
  const standing = decided.filter(
    ({ siteId, resolution }) =>
      siteId === site.siteId && resolution?.by === 'person' && STANDING.has(resolution.decision),
  );
  // A later entry takes the place of an earlier one.
  return [...found, ...standing];
}

/**
 * What every site, tenant and meter of the month comes to with what is known now. A meter that the month's price list
 * has no price for cannot be billed by it: it is left out, and is a case of its own.
 */
export function usageNow(month: EarlierMonth): BillableUsage[] {
  const { sites, settings, tenantNames, pricePlan } = month;
  const cases = sites.flatMap((site) => casesNow(site, month));
  return usageToBill({ sites, cases, tenantNames }, settings).filter(
    ({ meter }) => pricePlan.prices[meter] !== undefined,
  );
}

function reasonOf(billed: BilledLine | undefined, now: Pick<UsageLine, 'peak' | 'basis'>): CorrectionLine['reason'] {
  if (billed === undefined) return 'late_usage';
  if (billed.basis === 'deferred') return 'deferred';
  if (billed.basis === 'estimated' && now.basis !== 'estimated') return 'estimate_confirmed';
  return billed.peak === now.peak && billed.basis === now.basis ? 'rated_again' : 'late_usage';
}

/** What the line is worth now where nothing is left of it. */
function nothingLeft({ peak: _peak, quantity: _quantity, amountMinor: _amount, ...billed }: BilledLine) {
  return { ...billed, peak: 0, licensed: 0, quantity: 0, steps: [], amountMinor: 0n };
}

/** Minor units that are not taken off, so that what is left of it with an amount by hand is not below zero. */
function withheldOf(ratedMinor: bigint, byHandMinor: bigint): bigint {
  const left = ratedMinor + byHandMinor;
  return left < 0n ? -left : 0n;
}

/** Of what the rules take off, no more than is left of the statement. */
function withinStatement(due: readonly DueCorrection[], leftMinor: bigint): DueCorrection[] {
  let tooMuch = -(leftMinor + sumMinor(due.map(differenceOf)));
  return due.map((one) => {
    const taken = -differenceOf(one);
    if (tooMuch <= 0n || taken <= 0n) return one;
    const kept = taken < tooMuch ? taken : tooMuch;
    tooMuch -= kept;
    return { ...one, withheldMinor: (one.withheldMinor ?? 0n) + kept };
  });
}

/** Lines of usage that come to something else now. */
function usageAgain(month: EarlierMonth, lines: readonly StatementLine[], of: OfStatement): DueCorrection[] {
  const { pricePlan, exchange: rateOfThen, standing } = month;
  const now = new Map(lines.flatMap((line) => (line.kind === 'usage' ? [[usageKey(line), line] as const] : [])));
  const before = new Map(month.billed.map((line) => [usageKey(line), line]));
  const due: DueCorrection[] = [];
  for (const key of new Set([...now.keys(), ...before.keys()])) {
    if (standing.usage.has(key)) continue;
    const billed = before.get(key);
    const line = now.get(key) ?? (billed && nothingLeft(billed));
    if (line === undefined) continue;
    const { amountMinor: ratedMinor, quantity: newQuantity } = line;
    const billedMinor = billed?.amountMinor ?? 0n;
    const oldQuantity = billed?.quantity ?? 0;
    if (ratedMinor === billedMinor && newQuantity === oldQuantity) continue;
    const withheldMinor = withheldOf(ratedMinor, standing.amounts.usage.get(key) ?? 0n);
    const { siteId, siteName, tenantId, tenantName, tenantRef, meter, steps, peak, basis, licensed } = line;
    due.push({
      kind: 'correction',
      ...{ siteId, siteName, tenantId, tenantName, tenantRef, meter, steps, peak, basis, licensed },
      ...('licensedDays' in line ? { licensedDays: line.licensedDays } : {}),
      firstMonthFree: line.firstMonthFree,
      ...of,
      reason: reasonOf(billed, line),
      oldQuantity,
      newQuantity,
      priceCurrency: pricePlan.currency,
      rate: rateOfThen,
      ratedMinor,
      billedMinor,
      ...(withheldMinor > 0n ? { withheldMinor } : {}),
    });
  }
  return due;
}

/** What is missing to the minimum, where that is another amount now. */
function minimumAgain(month: EarlierMonth, lines: readonly StatementLine[], of: OfStatement): DueCorrection[] {
  const { pricePlan, exchange, currency, standing } = month;
  const minimum = lines.find((line) => line.kind === 'minimum');
  const ratedMinor = minimum?.amountMinor ?? 0n;
  const billedMinor = month.billedMinimumMinor;
  if (ratedMinor === billedMinor || standing.minimum) return [];
  const minimumMinor = minimumOf(pricePlan, exchange, currency) ?? 0n;
  const withheldMinor = withheldOf(ratedMinor, standing.amounts.minimum);
  return [
    {
      kind: 'minimum_correction',
      ...{ ...of, minimumMinor, ratedMinor, billedMinor },
      ...(withheldMinor > 0n ? { withheldMinor } : {}),
    },
  ];
}

/**
 * The lines of an earlier month that come to something else now, each with the difference to be booked. What an amount by hand
 * took off a line or the statement is not taken off again: no less than nothing is left of either.
 */
export function rateAgain(month: EarlierMonth): DueCorrection[] {
  const { period: forPeriod, number: correctsNumber, currency, pricePlan, exchange, standing } = month;
  if (standing.whole) return [];
  const usage = usageNow(month);
  const { lines } = rate({ currency, plan: pricePlan, exchange, usage, terms: [], corrections: [] });
  const of: OfStatement = { forPeriod, correctsNumber, currency, exchange: null };
  const billedMinor = sumMinor(month.billed.map(({ amountMinor }) => amountMinor));
  const leftMinor = billedMinor + month.billedMinimumMinor + month.billedLicencesMinor + standing.amounts.all;
  const due = [...usageAgain(month, lines, of), ...minimumAgain(month, lines, of)];
  return withinStatement(due, leftMinor).filter(
    (one) => differenceOf(one) !== 0n || (one.kind === 'correction' && one.newQuantity !== one.oldQuantity),
  );
}
