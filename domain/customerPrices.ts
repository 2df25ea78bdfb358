import { z } from 'zod';
import { METER_CODES } from './catalog/index.js';
import type { Period } from './period.js';
import { perUnit } from './pricing/perUnit.js';

/**
 * What an MSP asks of its own customers, by meter. Every unit costs the same: what a tenant pays does not depend on how much its
 * neighbours use.
 */
export const customerPrices = z.partialRecord(z.enum(METER_CODES), perUnit.schema);
export type CustomerPrices = z.infer<typeof customerPrices>;

/** A version of an MSP's own price list in a programme; none is ever changed. */
export interface CustomerPriceList {
  /** 1, 2, … */
  version: number;
  /** The first month it prices; it holds until a version from a later month. */
  fromPeriod: Period;
  currency: string;
  prices: CustomerPrices;
}

/** The version that prices a month: of those from the latest month up to it the last one set; undefined: none does. */
export function listFor<L extends Pick<CustomerPriceList, 'version' | 'fromPeriod'>>(
  lists: readonly L[],
  period: Period,
): L | undefined {
  return lists
    .filter(({ fromPeriod }) => fromPeriod <= period)
    .toSorted((a, b) => (a.fromPeriod === b.fromPeriod ? b.version - a.version : a.fromPeriod < b.fromPeriod ? 1 : -1))
    .at(0);
}

/**
 * The months, of those that were issued to the MSP, for which prices would become others by a list from `fromPeriod` on: those
 * that it would price and that a list prices already. A list may price issued months for which there was none.
 */
export function pricedOtherwise(
  lists: readonly Pick<CustomerPriceList, 'version' | 'fromPeriod'>[],
  fromPeriod: Period,
  issued: readonly Period[],
): Period[] {
  const added = { version: Number.POSITIVE_INFINITY, fromPeriod };
  return issued.filter(
    (period) => listFor([...lists, added], period) === added && listFor(lists, period) !== undefined,
  );
}
