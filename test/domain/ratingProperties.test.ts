import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decimal, sumMinor } from '../../domain/money.js';
import { amountOf, priceLine, priceSchema, type Price, type PriceModel } from '../../domain/pricing/index.js';
import { rate } from '../../domain/rating.js';
import { priceText } from '../../locales/index.js';
import { billable, plan } from './harness.js';
import { PRICES_OF } from './prices.js';

const quantity = fc.integer({ min: 0, max: 250 });
const quantities = fc.array(quantity, { maxLength: 12 });
const exact = (steps: Parameters<typeof amountOf>[0]) => amountOf(steps).toFixed();

describe.each(
  Object.entries(PRICES_OF).map(([model, price]) => ({
    model: model as PriceModel,
    price: price as fc.Arbitrary<Price>,
  })),
)('rules 9 and 11: what holds for any price and any usage: $model', ({ model, price }) => {
  it('a price is what its schema takes, and comes back from storage as it was', () => {
    fc.assert(
      fc.property(price, (given) => {
        expect(given.model).toBe(model);
        expect(priceSchema.parse(JSON.parse(JSON.stringify(given)))).toEqual(given);
      }),
    );
  });

  it('a price has words in English', () => {
    fc.assert(
      fc.property(price, (given) => {
        expect(priceText(given, 'EUR', 'en')).toMatch(/\d\.\d\d/);
        expect(priceText(given, 'EUR', 'en')).not.toMatch(/\[en\]|undefined|null|\[object/);
      }),
    );
  });

  it('a site that used nothing is a line of zero', () => {
    fc.assert(
      fc.property(price, (given) => {
        const { lines, totalMinor } = rate({
          currency: 'EUR',
          plan: plan(given),
          exchange: null,
          usage: billable([0]),
          terms: [],
          corrections: [],
        });
        expect(lines).toMatchObject([{ kind: 'usage', quantity: 0, amountMinor: 0n, steps: [] }]);
        expect(totalMinor).toBe(0n);
      }),
    );
  });

  it('the exact amounts of the lines add up to the price of the total', () => {
    fc.assert(
      fc.property(price, quantities, (given, parts) => {
        const total = parts.reduce((sum, part) => sum + part, 0);
        let from = 0;
        const lines = parts.map((part) => {
          const steps = priceLine(given, from, part, total);
          from += part;
          return amountOf(steps);
        });
        const sum = lines.reduce((left, right) => left.plus(right), decimal(0));
        expect(sum.toFixed()).toBe(exact(priceLine(given, 0, total, total)));
      }),
    );
  });

  it('the rounded lines add up to the total, to the last unit, in any currency', () => {
    fc.assert(
      fc.property(price, quantities, fc.constantFrom('EUR', 'JPY', 'KWD', 'HUF'), (given, parts, currency) => {
        const rating = rate({
          currency,
          plan: plan(given, { monthlyMinimumMinor: 50_00n }),
          exchange:
            currency === 'EUR' ? null : { base: 'EUR', currency, rate: '186.4371', day: '2026-03-31', source: 'x' },
          usage: billable(parts),
          terms: [],
          corrections: [],
        });
        expect(sumMinor(rating.lines.map(({ amountMinor }) => amountMinor))).toBe(rating.totalMinor);
        expect(rating.lines.map(({ lineNo }) => lineNo)).toEqual(rating.lines.map((_, index) => index + 1));
      }),
    );
  });

  it('the order in which usage arrives changes nothing', () => {
    fc.assert(
      fc.property(price, quantities, fc.infiniteStream(fc.nat()), (given, parts, random) => {
        const usage = billable(parts);
        const shuffled = usage
          .map((item) => ({ item, key: random.next().value ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ item }) => item);
        const rated = (items: typeof usage) =>
          rate({ currency: 'EUR', plan: plan(given), exchange: null, usage: items, terms: [], corrections: [] });
        expect(rated(shuffled)).toEqual(rated(usage));
      }),
    );
  });
});
