/**
 * Exact numbers of verify's own: fractions of integers, so that nothing is rounded but where a rule says so. Kontor itself
 * reckons with a library of decimals; a mistake in one of the two shows.
 */
export interface Exact {
  over: bigint;
  under: bigint;
}

/** Digits of a currency's minor unit where they are not two (ISO 4217). */
const DIGITS: ReadonlyMap<string, number> = new Map([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'
    .split(' ')
    .map((code): [string, number] => [code, 0]),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code): [string, number] => [code, 3]),
  ...'CLF UYW'.split(' ').map((code): [string, number] => [code, 4]),
]);

/** Reads a decimal such as `-3.50`, or an integer. Throws a RangeError on anything else. */
export function exact(text: string | number | bigint): Exact {
  const parts = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(text));
  if (parts === null) throw new RangeError(`"${text}" is no decimal`);
  const [, sign = '', whole = '', fraction = ''] = parts;
  return { over: BigInt(sign + whole + fraction), under: 10n ** BigInt(fraction.length) };
}

export const NOTHING = exact(0);

export function times(...factors: readonly Exact[]): Exact {
  return factors.reduce((product, factor) => ({
    over: product.over * factor.over,
    under: product.under * factor.under,
  }));
}

export function plus(a: Exact, b: Exact): Exact {
  return { over: a.over * b.under + b.over * a.under, under: a.under * b.under };
}

export function divided(a: Exact, b: Exact): Exact {
  return b.over < 0n
    ? { over: -a.over * b.under, under: a.under * -b.over }
    : { over: a.over * b.under, under: a.under * b.over };
}

function digitsOf(currency: string): number {
  return DIGITS.get(currency) ?? 2;
}

/** Rule 11: minor units of the currency, half up, and half away from zero below it. */
export function rounded({ over, under }: Exact, currency: string): bigint {
  const size = (over < 0n ? -over : over) * 10n ** BigInt(digitsOf(currency));
  const units = (2n * size + under) / (2n * under);
  return over < 0n ? -units : units;
}

/** An amount of minor units as an exact number of major ones. */
export function major(minor: bigint, currency: string): Exact {
  return { over: minor, under: 10n ** BigInt(digitsOf(currency)) };
}

/** As people read it: `12345n, 'EUR'` gives `123.45 EUR`. */
export function inWords(minor: bigint, currency: string): string {
  const digits = digitsOf(currency);
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  return `${minor < 0n ? '-' : ''}${whole}${digits === 0 ? '' : `.${text.slice(-digits)}`} ${currency}`;
}

export function sum(amounts: Iterable<bigint>): bigint {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
}
