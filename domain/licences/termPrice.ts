/**
 * What a term licence costs (rule 22): units × price of a unit and year × years, for the whole term. An extension adds units
 * for the remaining days only: the same for its units × days left / days of the term. Day-exact, and rounded once, half up.
 */
import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { METER_CODES, type MeterCode } from '../catalog/index.js';
import { decimal, roundToMinor } from '../money.js';
import { decimalPrice } from '../pricing/decimalPrice.js';
import type { Day, Period } from '../period.js';

/** When the price of a term is billed: with its first month, or one twelfth of a year's price in each month. */
export const TERM_BILLING = ['whole', 'twelfths'] as const;
export type TermBilling = (typeof TERM_BILLING)[number];

/** The term prices of a price plan: per meter, of one unit and year. */
export const termPrices = z.partialRecord(
  z.enum(METER_CODES),
  z.strictObject({
    unitPrice: decimalPrice.meta({ description: 'Of one unit for one year of the term' }),
    billing: z.enum(TERM_BILLING).meta({ description: 'The whole term with its first month, or one twelfth a month' }),
  }),
);
export type TermPrices = z.infer<typeof termPrices>;

/** What was agreed when the order was confirmed. */
export interface AgreedPrice {
  /** Exact decimal in major units of `priceCurrency`: of one unit and year. */
  unitPrice: string;
  priceCurrency: string;
  billing: TermBilling;
}

/** Units for a term, or for what is left of one. */
export interface TermUnits {
  count: number;
  /** Of the term; of an extension: of the term that is extended. */
  years: number;
  /** Of an extension: the days it covers and those of the whole term; null: it is the term. */
  share: { daysLeft: number; termDays: number } | null;
}

/** Of so many instalments this one, from 1 on. */
export interface Instalment {
  no: number;
  of: number;
}

export const ALL_AT_ONCE: Instalment = { no: 1, of: 1 };

/** Days from one to another, the second not among them. */
export function daysBetween(from: Day, until: Day): number {
  return Temporal.PlainDate.from(from).until(until, { largestUnit: 'days' }).days;
}

/** The days of a term, from its first day until the first it does not cover, that an extension from `startsOn` covers. */
export function shareOf(term: { startsOn: Day; agreedUntil: Day }, startsOn: Day): TermUnits['share'] {
  return {
    daysLeft: daysBetween(startsOn, term.agreedUntil),
    termDays: daysBetween(term.startsOn, term.agreedUntil),
  };
}

/**
 * What is due of a licence with an instalment and all before it, in minor units of `currency`, rounded half up: converted at
 * `rate` (exact decimal, units of `currency` for one of the price's; null: the same).
 */
export function dueMinor(
  units: TermUnits & { unitPrice: string },
  { no, of }: Instalment,
  rate: string | null,
  currency: string,
): bigint {
  const { count, years, share, unitPrice } = units;
  const exact = decimal(unitPrice)
    .times(count)
    .times(years)
    .times(share?.daysLeft ?? 1)
    .times(decimal(rate ?? 1));
  // Divided last, and once: everything before is exact.
  return roundToMinor(exact.times(no).div((share?.termDays ?? 1) * of), currency);
}

/**
 * The amount of one instalment, in the same way: what is due with it less what was due before, both rounded, so that all of
 * them add up to the price of the whole, rounded once.
 */
export function instalmentMinor(
  units: TermUnits & { unitPrice: string },
  { no, of }: Instalment,
  rate: string | null,
  currency: string,
): bigint {
  const upTo = (instalment: number) => dueMinor(units, { no: instalment, of }, rate, currency);
  return upTo(no) - upTo(no - 1);
}

/** What all instalments come to: the price that is confirmed with an order. */
export function priceMinor(units: TermUnits & { unitPrice: string }, currency: string): bigint {
  return instalmentMinor(units, ALL_AT_ONCE, null, currency);
}

function monthNumber(text: Day | Period): number {
  const [year, month] = text.split('-').map(Number);
  return (year ?? 0) * 12 + (month ?? 0);
}

/**
 * In how many months a term or extension is billed: twelve a year from the month in which the term starts; an extension in
 * those that are left of them from its own first month on, at least one.
 */
export function instalmentsOf(
  billing: TermBilling,
  { termStartsOn, startsOn, years }: { termStartsOn: Day; startsOn: Day; years: number },
): number {
  if (billing === 'whole') return 1;
  return Math.max(1, years * 12 - (monthNumber(startsOn) - monthNumber(termStartsOn)));
}

/** A licence as the month bills it. */
export interface PricedLicence extends AgreedPrice {
  licenceId: string;
  siteId: string;
  siteName: string;
  tenantId: string | null;
  tenantName: string | null;
  meter: MeterCode;
  count: number;
  startsOn: Day;
  /** The first day it does not cover; earlier than agreed once it was ended. */
  endsOn: Day;
  agreedUntil: Day;
  /** Of the term. */
  years: number;
  /** The licence it extends; null: it is a term of its own. */
  extends: string | null;
  /** First day of the term it belongs to. */
  termStartsOn: Day;
  instalments: number;
}

/**
 * The instalment of a licence that is due in a period; null: none. The first falls in the month in which the licence starts.
 * None is due for a licence that was ended before the month, or before it began.
 */
export function instalmentIn(
  period: Period,
  { startsOn, endsOn, instalments }: Pick<PricedLicence, 'startsOn' | 'endsOn' | 'instalments'>,
): Instalment | null {
  const no = monthNumber(period) - monthNumber(startsOn) + 1;
  const held = endsOn > startsOn && (no === 1 || endsOn > `${period}-01`);
  return held && no >= 1 && no <= instalments ? { no, of: instalments } : null;
}
