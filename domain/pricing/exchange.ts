import { decimal } from '../money.js';
import type { ExchangeRate } from './pricePlan.js';

/** Decimal places of a rate that two reference rates give. */
const CROSS_RATE_PLACES = 8;

/**
 * Rule 10: how many units of `currency` one unit of `base` is worth, by the reference rates given (at most one a pair).
 * Reference rates are published for one currency; between two others, or back into it, the quotient counts, rounded half
 * up to eight places before anything is multiplied by it, and its source names the rates it was made of. Undefined where
 * a rate is missing, or the two are of different days.
 */
export function exchangeRate(rates: readonly ExchangeRate[], base: string, currency: string): ExchangeRate | undefined {
  const published = rates.find((rate) => rate.base === base && rate.currency === currency);
  if (published !== undefined) return published;
  for (const divisor of rates.filter((rate) => rate.currency === base)) {
    const back = divisor.base === currency;
    const dividend = rates.find(
      (rate) => rate.base === divisor.base && rate.currency === currency && rate.day === divisor.day,
    );
    if (!back && dividend === undefined) continue;
    const quotient = decimal(dividend?.rate ?? 1)
      .div(decimal(divisor.rate))
      .round(CROSS_RATE_PLACES, 1);
    const made = [divisor, ...(dividend === undefined ? [] : [dividend])];
    return {
      base,
      currency,
      rate: quotient.toString(),
      day: divisor.day,
      source: `${divisor.source} (${made.map((rate) => `1 ${rate.base} = ${rate.rate} ${rate.currency}`).join(', ')})`,
    };
  }
  return undefined;
}
