import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  instalmentIn,
  instalmentMinor,
  instalmentsOf,
  priceMinor,
  shareOf,
  type TermUnits,
} from '../../domain/licences/termPrice.js';
import { parsePeriod } from '../../domain/period.js';

const term = (count: number, years: number, unitPrice: string): TermUnits & { unitPrice: string } => ({
  ...{ count, years, unitPrice, share: null },
});

describe('rule 22: the price of a term', () => {
  it.each<[string, TermUnits & { unitPrice: string }, string, bigint]>([
    ['10 units for a year at 24.00', term(10, 1, '24.00'), 'EUR', 240_00n],
    ['10 units for three years at 24.00', term(10, 3, '24.00'), 'EUR', 720_00n],
    ['half up: 1 × 0.125', term(1, 1, '0.125'), 'EUR', 13n],
    ['no minor unit in yen: 3 × 1,234.5', term(3, 1, '1234.5'), 'JPY', 3704n],
    ['ten million units for five years', term(10_000_000, 5, '99.99'), 'EUR', 499_950_000_000n],
  ])('%s', (_sentence, units, currency, minor) => {
    expect(priceMinor(units, currency)).toBe(minor);
  });

  it.each<[string, string, number, number, bigint]>([
    // 5 × 24.00 × 170 / 365 = 55.890…
    ['5 added on 12 January 2027 to a year from 1 July 2026', '2027-01-12', 170, 365, 55_89n],
    ['5 added on the first day: the whole price', '2026-07-01', 365, 365, 120_00n],
    ['5 added on the last day', '2027-06-30', 1, 365, 33n],
  ])('an extension: %s', (_sentence, startsOn, daysLeft, termDays, minor) => {
    const share = shareOf({ startsOn: '2026-07-01', agreedUntil: '2027-07-01' }, startsOn);
    expect(share).toEqual({ daysLeft, termDays });
    expect(priceMinor({ ...term(5, 1, '24.00'), share }, 'EUR')).toBe(minor);
  });

  it('a term over 29 February has 366 days', () => {
    expect(shareOf({ startsOn: '2027-07-01', agreedUntil: '2028-07-01' }, '2028-02-29')).toEqual({
      daysLeft: 123,
      termDays: 366,
    });
  });
});

describe('rule 22: one twelfth a month', () => {
  it('100.00 a year is 8.33, 8.34, 8.33 and so on: all twelve add up to 100.00', () => {
    const parts = Array.from({ length: 12 }, (_, index) =>
      instalmentMinor(term(1, 1, '100'), { no: index + 1, of: 12 }, null, 'EUR'),
    );
    expect(parts.slice(0, 3)).toEqual([8_33n, 8_34n, 8_33n]);
    expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(100_00n);
  });

  it('whatever the price, the share and the number of months: the instalments add up to the price, rounded once', () => {
    fc.assert(
      fc.property(
        fc.record({
          count: fc.integer({ min: 1, max: 10_000_000 }),
          years: fc.integer({ min: 1, max: 5 }),
          price: fc.integer({ min: 0, max: 99_999_999 }),
          of: fc.integer({ min: 1, max: 60 }),
          daysLeft: fc.integer({ min: 1, max: 365 }),
          currency: fc.constantFrom('EUR', 'JPY', 'KWD'),
        }),
        ({ count, years, price, of, daysLeft, currency }) => {
          const share = { daysLeft, termDays: 365 };
          const units = {
            count,
            years,
            unitPrice: `${Math.floor(price / 1000)}.${String(price % 1000).padStart(3, '0')}`,
            share,
          };
          const parts = Array.from({ length: of }, (_, index) =>
            instalmentMinor(units, { no: index + 1, of }, null, currency),
          );
          expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(priceMinor(units, currency));
          expect(parts.every((part) => part >= 0n)).toBe(true);
        },
      ),
    );
  });

  it.each<[string, { termStartsOn: string; startsOn: string; years: number }, number]>([
    ['a year: twelve months', { termStartsOn: '2026-07-15', startsOn: '2026-07-15', years: 1 }, 12],
    ['three years: 36', { termStartsOn: '2026-07-15', startsOn: '2026-07-15', years: 3 }, 36],
    [
      'an extension in the fourth month: nine are left',
      { termStartsOn: '2026-07-15', startsOn: '2026-10-01', years: 1 },
      9,
    ],
    [
      'an extension after the last twelfth: at once',
      { termStartsOn: '2026-07-15', startsOn: '2027-07-03', years: 1 },
      1,
    ],
  ])('%s', (_sentence, term, months) => {
    expect(instalmentsOf('twelfths', term)).toBe(months);
    expect(instalmentsOf('whole', term)).toBe(1);
  });
});

describe('rule 22: the month in which a licence is billed', () => {
  const of = (instalments: number, endsOn = '2027-07-15') => ({ startsOn: '2026-07-15', endsOn, instalments });
  it.each<[string, string, ReturnType<typeof of>, number | null]>([
    ['before it starts: none', '2026-06', of(12), null],
    ['whole: in the month in which it starts', '2026-07', of(1), 1],
    ['whole: not again', '2026-08', of(1), null],
    ['twelfths: the last one', '2027-06', of(12), 12],
    ['twelfths: none in the thirteenth month, though it holds until the 14th', '2027-07', of(12), null],
    ['ended on 1 January: nothing from January on', '2027-01', of(12, '2027-01-01'), null],
    ['ended on 2 January: January is billed', '2027-01', of(12, '2027-01-02'), 7],
    ['ended before it began: never', '2026-07', of(12, '2026-07-15'), null],
  ])('%s', (_sentence, period, licence, no) => {
    expect(instalmentIn(parsePeriod(period), licence)?.no ?? null).toBe(no);
  });
});
