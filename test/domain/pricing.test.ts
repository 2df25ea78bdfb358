import { describe, expect, it } from '@jest/globals';
import { amountOf, formulaOf, priceLine, type Price } from '../../domain/pricing/index.js';
import { rate } from '../../domain/rating.js';
import { billable, METER, plan } from './harness.js';

const perUnit: Price = { model: 'per_unit', unitPrice: '3.50' };
const graduated: Price = {
  model: 'graduated',
  tiers: [{ upTo: 100, unitPrice: '2.00' }, { upTo: 500, unitPrice: '1.50' }, { unitPrice: '1.00' }],
};
const volume: Price = {
  model: 'volume',
  tiers: [{ upTo: 100, unitPrice: '2.00' }, { upTo: 500, unitPrice: '1.50' }, { unitPrice: '1.00' }],
};
const packages: Price = { model: 'package', size: 25, packagePrice: '40.00' };

const priceOf = (price: Price, units: number) => amountOf(priceLine(price, 0, units, units)).toFixed(2);

describe('rule 9: the price of one meter for one MSP', () => {
  it.each<[string, Price, number, string]>([
    ['per unit at 3.50: nothing used costs nothing', perUnit, 0, '0.00'],
    ['per unit at 3.50: 1 unit', perUnit, 1, '3.50'],
    ['per unit at 3.50: 120 units', perUnit, 120, '420.00'],
    ['graduated, first 100 at 2.00: 1 unit', graduated, 1, '2.00'],
    ['graduated, first 100 at 2.00: the tier is full', graduated, 100, '200.00'],
    ['graduated, 101st unit at 1.50: only that one is cheaper', graduated, 101, '201.50'],
    ['graduated: 500 units, both tiers full', graduated, 500, '800.00'],
    ['graduated: the 501st unit at 1.00', graduated, 501, '801.00'],
    ['volume, up to 100 at 2.00: 100 units', volume, 100, '200.00'],
    ['volume: the 101st unit makes all of them 1.50', volume, 101, '151.50'],
    ['volume: 500 units at 1.50', volume, 500, '750.00'],
    ['volume: the 501st unit makes all of them 1.00', volume, 501, '501.00'],
    ['packages of 25 at 40.00: one unit opens one', packages, 1, '40.00'],
    ['packages of 25: 25 units fill one', packages, 25, '40.00'],
    ['packages of 25: the 26th opens the second', packages, 26, '80.00'],
    ['packages of 25: 100 units are four', packages, 100, '160.00'],
  ])('rule 9: %s', (_sentence, price, units, amount) => {
    expect(priceOf(price, units)).toBe(amount);
  });

  it.each<[string, Price, number[], string[]]>([
    [
      'graduated: the sites stand in one row, the second one crosses into the cheaper tier',
      graduated,
      [80, 40],
      ['160.00', '70.00'],
    ],
    ['graduated: three tiers within one line', graduated, [600], ['900.00']],
    ['volume: the total of all sites decides for each of them', volume, [80, 40], ['120.00', '60.00']],
    [
      'packages: the line that opens one bears it, the next one fills it',
      packages,
      [20, 5, 1],
      ['40.00', '0.00', '40.00'],
    ],
  ])('rule 9: %s', (_sentence, price, quantities, amounts) => {
    const total = quantities.reduce((sum, quantity) => sum + quantity, 0);
    let from = 0;
    const found = quantities.map((quantity) => {
      const steps = priceLine(price, from, quantity, total);
      from += quantity;
      return amountOf(steps).toFixed(2);
    });
    expect(found).toEqual(amounts);
  });

  it('rule 9: the printed steps of a graduated line are units times unit price, tier by tier', () => {
    expect(priceLine(graduated, 90, 20, 110)).toEqual([
      { kind: 'units', units: 10, unitPrice: '2.00' },
      { kind: 'units', units: 10, unitPrice: '1.50' },
    ]);
  });

  it('case 35: 9 scans after 144, in packages of 10: no product of zero, but the 6 that an earlier package holds', () => {
    const scans: Price = { model: 'package', size: 10, packagePrice: '2.45' };
    const steps = priceLine(scans, 144, 9, 153);
    expect(steps).toEqual([{ kind: 'package', packages: 1, size: 10, packagePrice: '2.45', inOpenPackage: 6 }]);
    expect(formulaOf(steps)).toBe('1 x 2.45 (6 in a package opened by an earlier line)');
    expect(formulaOf(priceLine(scans, 141, 9, 150))).toBe('0 x 2.45 (9 in a package opened by an earlier line)');
  });

  it('rule 9: a meter in use without a price parks the MSP', () => {
    const rated = () =>
      rate({
        currency: 'EUR',
        plan: plan(perUnit, { prices: {} }),
        exchange: null,
        usage: billable([1]),
        terms: [],
        corrections: [],
      });
    expect(rated).toThrow(expect.objectContaining({ code: 'PRICE_MISSING', message: expect.stringContaining(METER) }));
  });
});

describe('rule 9: the monthly minimum per MSP', () => {
  const rated = (quantities: number[], minimum: bigint | null) =>
    rate({
      currency: 'EUR',
      plan: plan(perUnit, { monthlyMinimumMinor: minimum }),
      exchange: null,
      usage: billable(quantities),
      terms: [],
      corrections: [],
    });

  it.each([
    ['usage of 35.00, minimum 50.00: 15.00 are added', [10], 50_00n, 50_00n, 15_00n],
    ['usage of exactly the minimum: nothing is added', [10], 35_00n, 35_00n, null],
    ['one cent short: one cent is added', [10], 35_01n, 35_01n, 1n],
    ['usage above the minimum: nothing is added', [20], 35_00n, 70_00n, null],
    ['no usage: the whole minimum', [], 50_00n, 50_00n, 50_00n],
    ['no minimum agreed: nothing', [], null, 0n, null],
  ])('rule 9: %s', (_sentence, quantities, minimum, total, added) => {
    const { lines, totalMinor } = rated(quantities, minimum);
    expect(totalMinor).toBe(total);
    expect(lines.find(({ kind }) => kind === 'minimum')?.amountMinor ?? null).toBe(added);
  });

  it('rule 9: a minimum is measured against this month: corrections of other months come on top', () => {
    const { lines, totalMinor } = rate({
      currency: 'EUR',
      plan: plan(perUnit, { monthlyMinimumMinor: 50_00n }),
      exchange: null,
      usage: billable([10]),
      terms: [],
      corrections: [
        {
          kind: 'correction',
          ...billable([0])[0]!,
          forPeriod: '2026-02' as never,
          correctsNumber: 'DE-2026-000001',
          reason: 'estimate_confirmed',
          oldQuantity: 12,
          newQuantity: 10,
          peak: 10,
          basis: 'reported',
          licensed: 0,
          firstMonthFree: false,
          steps: [],
          currency: 'EUR',
          priceCurrency: 'EUR',
          rate: null,
          ratedMinor: 35_00n,
          billedMinor: 42_00n,
          exchange: null,
        },
      ],
    });
    expect(lines.map(({ kind, amountMinor }) => [kind, amountMinor])).toEqual([
      ['usage', 35_00n],
      ['minimum', 15_00n],
      ['correction', -7_00n],
    ]);
    expect(totalMinor).toBe(43_00n);
  });
});

describe('rule 8: the first month', () => {
  const rated = (firstMonth: 'billed' | 'unbilled', price: Price = perUnit) =>
    rate({
      currency: 'EUR',
      plan: plan(price, { firstMonth }),
      exchange: null,
      usage: billable([
        { quantity: { value: 90, basis: 'reported', peakOn: null }, firstMonth: true },
        { quantity: { value: 20, basis: 'reported', peakOn: null }, firstMonth: false },
      ]),
      terms: [],
      corrections: [],
    });

  it('rule 8: a new site is billed, unless the plan says otherwise', () => {
    expect(rated('billed').totalMinor).toBe(385_00n);
  });

  it('rule 8: where the plan leaves it out, the new site is shown with its quantity and costs nothing', () => {
    const { lines, totalMinor } = rated('unbilled');
    expect(lines[0]).toMatchObject({ quantity: 90, firstMonthFree: true, amountMinor: 0n, steps: [] });
    expect(totalMinor).toBe(70_00n);
  });

  it('rule 8: units that are not billed do not push the others into a cheaper tier', () => {
    expect(rated('unbilled', volume).totalMinor).toBe(40_00n);
    expect(rated('unbilled', graduated).totalMinor).toBe(40_00n);
  });
});
