import Big from 'big.js';
import { exponentOf } from './currency.js';

/** Exact decimal: unit prices, rates and amounts before the one rounding. Never a float. */
export type Decimal = Big;

/** Parses an exact decimal such as `"3.50"`; throws on anything else. */
export function decimal(text: string | number | bigint): Decimal {
  return new Big(typeof text === 'bigint' ? text.toString() : text);
}

/**
 * The one rounding place (rule 11): an exact amount in major units becomes integer minor units of `currency`, half up,
 * and half away from zero for credits, so that a correction takes back exactly what was billed.
 */
export function roundToMinor(amount: Decimal, currency: string): bigint {
  const exponent = exponentOf(currency);
  return BigInt(amount.times(new Big(10).pow(exponent)).round(0, Big.roundHalfUp).toFixed(0));
}

/** `12345n, 'EUR'` → `"123.45"`; `12345n, 'JPY'` → `"12345"`. The form of every amount in JSON and CSV. */
export function minorToDecimalString(minor: bigint, currency: string): string {
  const exponent = exponentOf(currency);
  const sign = minor < 0n ? '-' : '';
  const digits = (minor < 0n ? -minor : minor).toString().padStart(exponent + 1, '0');
  if (exponent === 0) return sign + digits;
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/** `"123.45", 'EUR'` → `12345n`. Throws when the text has more digits than the currency. */
export function decimalStringToMinor(text: string, currency: string): bigint {
  const scaled = decimal(text).times(new Big(10).pow(exponentOf(currency)));
  if (!scaled.round(0, Big.roundDown).eq(scaled)) {
    throw new RangeError(`"${text}" has more decimal places than ${currency} has`);
  }
  return BigInt(scaled.toFixed(0));
}

export function sumMinor(amounts: Iterable<bigint>): bigint {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
}
