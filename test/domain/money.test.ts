import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { CURRENCIES, exponentOf, isCurrency, isCurrencyInUse } from '../../domain/currency.js';
import { decimal, decimalStringToMinor, minorToDecimalString, roundToMinor, sumMinor } from '../../domain/money.js';
import type { ExchangeRate } from '../../domain/pricing/pricePlan.js';
import { rate } from '../../domain/rating.js';
import { billable, plan } from './harness.js';

describe('rule 11: money is whole minor units with the currency’s own exponent', () => {
  it.each([
    ['EUR', 2],
    ['PLN', 2],
    ['HUF', 2],
    ['JPY', 0],
    ['ISK', 0],
    ['KWD', 3],
    ['BHD', 3],
    ['CLF', 4],
  ])('rule 11: %s has %i digits after the point', (currency, digits) => {
    expect(exponentOf(currency)).toBe(digits);
  });

  const list: Record<string, string>[] = parse(readFileSync(new URL('../../../data/iso-4217.csv', import.meta.url)), {
    columns: true,
    bom: true,
  });

  it('rule 11: the currencies in use are those of ISO 4217, with its exponents', () => {
    const current = list.filter(
      ({ WithdrawalDate, MinorUnit }) => WithdrawalDate === '' && /^\d$/.test(MinorUnit ?? ''),
    );
    const expected = new Map(current.map(({ AlphabeticCode = '', MinorUnit }) => [AlphabeticCode, Number(MinorUnit)]));
    expect(CURRENCIES.filter(isCurrencyInUse)).toEqual([...expected.keys()].sort());
    for (const [code, exponent] of expected) expect([code, exponentOf(code)]).toEqual([code, exponent]);
  });

  it('case 37: currencies that ISO 4217 withdrew since 2018 are still known, and not in use', () => {
    const withdrawn = list
      .filter(({ WithdrawalDate = '' }) => WithdrawalDate >= '2018')
      .map(({ AlphabeticCode = '' }) => AlphabeticCode)
      .filter((code) => !isCurrencyInUse(code));
    expect(withdrawn).toContain('BGN');
    expect(CURRENCIES.filter((code) => !isCurrencyInUse(code))).toEqual([...new Set(withdrawn)].sort());
    expect(minorToDecimalString(12345n, 'BGN')).toBe('123.45');
  });

  it.each(['', 'eur', 'EURO', 'XXX', 'DEM', '__proto__'])('rule 11: %j is not a currency', (code) => {
    expect(isCurrency(code)).toBe(false);
    expect(() => exponentOf(code)).toThrow(RangeError);
  });

  it.each([
    ['half a cent goes up', '1.005', 'EUR', 101n],
    ['less than half a cent goes down', '1.00499999999', 'EUR', 100n],
    ['a credit of half a cent goes away from zero: it takes back what was billed', '-1.005', 'EUR', -101n],
    ['half a yen goes up', '2803.5', 'JPY', 2804n],
    ['yen have no cents', '2803.49', 'JPY', 2803n],
    ['half a fils of a Kuwaiti dinar goes up', '1.0005', 'KWD', 1001n],
    ['forints have fillér', '10.005', 'HUF', 1001n],
    ['1.115 is no float: it is exactly half', '1.115', 'EUR', 112n],
    ['a sum beyond 2^53 stays exact', '90071992547409.935', 'EUR', 9007199254740994n],
    ['nothing is nothing', '0', 'EUR', 0n],
    ['a rounded credit of nothing is not minus nothing', '-0.001', 'EUR', 0n],
  ])('rule 11: %s: %s %s', (_sentence, amount, currency, minor) => {
    expect(roundToMinor(decimal(amount), currency)).toBe(minor);
  });

  it.each([
    [12345n, 'EUR', '123.45'],
    [-12345n, 'EUR', '-123.45'],
    [5n, 'EUR', '0.05'],
    [-5n, 'EUR', '-0.05'],
    [0n, 'EUR', '0.00'],
    [12345n, 'JPY', '12345'],
    [-7n, 'JPY', '-7'],
    [12345n, 'KWD', '12.345'],
    [1n, 'CLF', '0.0001'],
  ])('rule 11: %s minor units of %s read %s', (minor, currency, text) => {
    expect(minorToDecimalString(minor, currency)).toBe(text);
    expect(decimalStringToMinor(text, currency)).toBe(minor);
  });

  it('rule 11: any amount of any currency survives being written and read', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 24n), 10n ** 24n), fc.constantFrom(...CURRENCIES), (minor, currency) => {
        expect(decimalStringToMinor(minorToDecimalString(minor, currency), currency)).toBe(minor);
      }),
    );
  });

  it.each([
    ['0.5', 'JPY'],
    ['1.234', 'EUR'],
    ['1.0001', 'KWD'],
    ['', 'EUR'],
    ['1,50', 'EUR'],
    ['NaN', 'EUR'],
  ])('rule 11: %j is no amount of %s', (text, currency) => {
    expect(() => decimalStringToMinor(text, currency)).toThrow();
  });

  it('rule 11: each line is rounded once, and the rounded lines are the total', () => {
    const { lines, totalMinor } = rate({
      currency: 'EUR',
      plan: plan({ model: 'per_unit', unitPrice: '0.335' }),
      exchange: null,
      usage: billable([1, 1, 1]),
      terms: [],
      corrections: [],
    });
    expect(lines.map(({ amountMinor }) => amountMinor)).toEqual([34n, 34n, 34n]);
    expect(totalMinor).toBe(102n);
    expect(sumMinor(lines.map(({ amountMinor }) => amountMinor))).toBe(totalMinor);
  });
});

describe('rule 10: local currency', () => {
  const rateOf = (currency: string, text: string): ExchangeRate => ({
    base: 'EUR',
    currency,
    rate: text,
    day: '2026-03-31',
    source: 'reference rates',
  });

  it.each([
    ['7 × 3.333 EUR × 4.289 PLN = 100.067… PLN', 'PLN', '4.289', '3.333', 7, 10007n],
    ['the product is rounded, not the factors: 0.005 EUR × 186.43 JPY = 0.93215 JPY', 'JPY', '186.43', '0.005', 1, 1n],
    ['half a yen goes up', 'JPY', '186.5', '1', 1, 187n],
    ['forints to the fillér', 'HUF', '377.2', '1.00', 3, 113160n],
  ])('rule 10: %s', (_sentence, currency, rateText, unitPrice, units, minor) => {
    const { totalMinor } = rate({
      currency,
      plan: plan({ model: 'per_unit', unitPrice }),
      exchange: rateOf(currency, rateText),
      usage: billable([units]),
      terms: [],
      corrections: [],
    });
    expect(totalMinor).toBe(minor);
  });

  it('rule 10: the monthly minimum is converted like a line, and rounded once', () => {
    const { lines } = rate({
      currency: 'PLN',
      plan: plan({ model: 'per_unit', unitPrice: '1' }, { monthlyMinimumMinor: 10_00n }),
      exchange: rateOf('PLN', '4.28951'),
      usage: [],
      terms: [],
      corrections: [],
    });
    expect(lines).toMatchObject([{ kind: 'minimum', minimumMinor: 42_90n, amountMinor: 42_90n }]);
  });

  it('rule 20: a correction of a statement in another currency is converted once, by the rate of this period', () => {
    const corrected = {
      ...{ forPeriod: '2026-02' as never, correctsNumber: 'DE-2026-000001', currency: 'EUR' },
      ...{ ratedMinor: 12_00n, billedMinor: 10_00n, exchange: rateOf('PLN', '4.2571') },
    };
    const { lines } = rate({
      currency: 'PLN',
      plan: plan({ model: 'per_unit', unitPrice: '9' }),
      exchange: rateOf('PLN', '5'),
      usage: [],
      terms: [],
      corrections: [{ kind: 'minimum_correction', minimumMinor: 50_00n, ...corrected }],
    });
    // 2.00 EUR × 4.2571 = 8.5142 PLN.
    expect(lines).toMatchObject([{ kind: 'minimum_correction', amountMinor: 8_51n }]);
  });
});

describe('rule 12: no usage', () => {
  it('rule 12: an MSP with no usage gets a statement of zero without lines', () => {
    const rating = rate({
      currency: 'EUR',
      plan: plan({ model: 'per_unit', unitPrice: '1' }),
      exchange: null,
      usage: [],
      terms: [],
      corrections: [],
    });
    expect(rating).toEqual({ lines: [], totalMinor: 0n });
  });
});
