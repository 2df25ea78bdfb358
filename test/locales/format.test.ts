import { describe, expect, it } from '@jest/globals';
import { parsePeriod } from '../../domain/period.js';
import {
  counted,
  formatDay,
  formatDayOfYear,
  formatDecimal,
  formatMinor,
  formatPeriod,
  formatPeriodShort,
  formatQuantity,
  formatUnitPrice,
} from '../../locales/index.js';

const NBSP = '\u00a0';

describe('amounts', () => {
  it.each([
    [123_456_789n, 'EUR', 'en', `EUR${NBSP}1,234,567.89`],
    [123_456_789n, 'EUR', 'de', `1.234.567,89${NBSP}EUR`],
    [123_456_789n, 'EUR', 'it', `1.234.567,89${NBSP}EUR`],
    [123_456_789n, 'PLN', 'pl', `1${NBSP}234${NBSP}567,89${NBSP}PLN`],
    [123_456n, 'PLN', 'pl', `1${NBSP}234,56${NBSP}PLN`],
    [1_234n, 'JPY', 'de', `1.234${NBSP}JPY`],
    [1_234_567n, 'KWD', 'en', `KWD${NBSP}1,234.567`],
    [123_456n, 'HUF', 'it', `1.234,56${NBSP}HUF`],
    [-550n, 'EUR', 'de', `−5,50${NBSP}EUR`],
    [-5n, 'EUR', 'en', `EUR${NBSP}−0.05`],
    [0n, 'EUR', 'en', `EUR${NBSP}0.00`],
    [9_007_199_254_740_993n, 'JPY', 'en', `JPY${NBSP}9,007,199,254,740,993`],
  ] as const)('%s minor units of %s are written in %s as %s', (minor, currency, locale, expected) => {
    expect(formatMinor(minor, currency, locale)).toBe(expected);
  });

  it('keep every digit of an exact decimal', () => {
    expect(formatDecimal('4.25710000000000000000001', 'de')).toBe('4,25710000000000000000001');
    expect(formatDecimal('12345678901234567890.5', 'en')).toBe('12,345,678,901,234,567,890.5');
  });

  it('refuse what is not a plain decimal', () => {
    expect(() => formatDecimal('1e3', 'en')).toThrow(RangeError);
    expect(() => formatDecimal('', 'en')).toThrow(RangeError);
  });

  it('have at least the digits of their currency as unit prices', () => {
    expect(formatUnitPrice('2.5', 'EUR', 'de')).toBe('2,50');
    expect(formatUnitPrice('0.00125', 'EUR', 'en')).toBe('0.00125');
    expect(formatUnitPrice('400', 'JPY', 'en')).toBe('400');
    expect(formatUnitPrice('2', 'KWD', 'en')).toBe('2.000');
  });
});

describe('days, months and counts', () => {
  it.each([
    ['en', '6 May 2026', '6 May', 'May 2026', '12,345'],
    ['de', '6. Mai 2026', '6. Mai', 'Mai 2026', '12.345'],
    ['it', '6 maggio 2026', '6 maggio', 'maggio 2026', '12.345'],
    ['pl', '6 maja 2026', '6 maja', 'maj 2026', `12${NBSP}345`],
  ] as const)('are written in %s', (locale, day, dayOfYear, month, count) => {
    expect(formatDay('2026-05-06', locale)).toBe(day);
    expect(formatDayOfYear('2026-05-06', locale)).toBe(dayOfYear);
    expect(formatPeriod(parsePeriod('2026-05'), locale)).toBe(month);
    expect(formatQuantity(12_345, locale)).toBe(count);
  });

  it('name a month in figures alike everywhere', () => {
    expect(formatPeriodShort(parsePeriod('2026-05'))).toBe('05/2026');
  });

  it.each([
    [1, '1 skrzynka'],
    [2, '2 skrzynki'],
    [5, '5 skrzynek'],
    [12, '12 skrzynek'],
    [22, '22 skrzynki'],
    [25, '25 skrzynek'],
  ])('count in Polish with the right form: %d', (count, expected) => {
    const forms = { one: 'skrzynka', few: 'skrzynki', many: 'skrzynek', other: 'skrzynki' };
    expect(counted(count, forms, 'pl').replace(NBSP, ' ')).toBe(expected);
  });
});
