import { describe, expect, it } from '@jest/globals';
import { parseQuantity } from '../../domain/usage.js';
import { rate } from '../../domain/rating.js';
import { billable, byDefault, foundIn, plan, type World } from './harness.js';

describe('rule 2: billable is the sum of the peaks of each site, tenant and meter', () => {
  const bill = (quantities: number[]) =>
    rate({
      currency: 'EUR',
      plan: plan({ model: 'per_unit', unitPrice: '1' }),
      exchange: null,
      usage: billable(quantities),
      terms: [],
      corrections: [],
    });

  it('rule 2: peaks of 10, 20 and 5 on three sites are billed as 35, one line each', () => {
    const { lines, totalMinor } = bill([10, 20, 5]);
    expect(lines.map((line) => line.kind === 'usage' && line.quantity)).toEqual([10, 20, 5]);
    expect(totalMinor).toBe(3500n);
  });

  it('rule 2: peaks on different days are still added: it is the sum of peaks, not the peak of the sum', () => {
    const [early, late] = [billable([10])[0]!, billable([0, 20])[1]!];
    const usage = [
      { ...early, quantity: { ...early.quantity, peakOn: '2026-03-02' } },
      { ...late, quantity: { ...late.quantity, peakOn: '2026-03-30' } },
    ];
    const { totalMinor } = rate({
      currency: 'EUR',
      plan: plan({ model: 'per_unit', unitPrice: '1' }),
      exchange: null,
      usage,
      terms: [],
      corrections: [],
    });
    expect(totalMinor).toBe(3000n);
  });

  it.each<[string, World, number]>([
    ['one installation that reported 12', { installations: [{ reported: 12 }] }, 12],
    ['two installations of 7 and 5 on one site', { installations: [{ reported: 7 }, { reported: 5 }] }, 12],
    ['a report of 0', { installations: [{ reported: 0 }] }, 0],
  ])('rule 2: %s', (_sentence, world, value) => {
    expect(byDefault(world)).toMatchObject({ value, basis: 'reported' });
  });

  it('rule 2: the term licence is taken off the peak, and never makes it negative', () => {
    const [item] = billable([20]);
    const lines = [15, 20, 25].map((licensed) => {
      const [line] = rate({
        currency: 'EUR',
        plan: plan({ model: 'per_unit', unitPrice: '1' }),
        exchange: null,
        usage: [{ ...item!, licensed }],
        terms: [],
        corrections: [],
      }).lines;
      return line?.kind === 'usage' ? [line.peak, line.quantity, line.amountMinor] : null;
    });
    expect(lines).toEqual([
      [20, 5, 500n],
      [20, 0, 0n],
      [20, 0, 0n],
    ]);
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e308, 2 ** 53 + 1, 10_000_001, '5', '1e3', null, undefined])(
    'rule 2: %p is no count',
    (value) => {
      expect(() => parseQuantity(value, '/count')).toThrow(expect.objectContaining({ code: 'QUANTITY_INVALID' }));
    },
  );
});

describe('rule 4: a silent site is estimated, never silently zero', () => {
  it.each<[string, World, { value: number; peakOn: string | null }]>([
    [
      'seen with 22: 22, with the day',
      { installations: [{ seen: 22, on: '2026-03-09' }], last: 40 },
      { value: 22, peakOn: '2026-03-09' },
    ],
    [
      'never seen, 40 confirmed last: 40, without a day',
      { installations: [{}], last: 40 },
      { value: 40, peakOn: null },
    ],
    [
      'never seen, never confirmed: 0, and found as a missing report',
      { installations: [{}] },
      { value: 0, peakOn: null },
    ],
    [
      'one of two installations silent, seen with 3: 3 on top of the 10 reported',
      { installations: [{ reported: 10 }, { seen: 3 }] },
      { value: 13, peakOn: '2026-03-15' },
    ],
    [
      'both silent, seen with 4 and 5: 9',
      { installations: [{ seen: 4 }, { seen: 5 }], last: 40 },
      { value: 9, peakOn: '2026-03-15' },
    ],
    [
      'revoked in mid-month without a report: what was seen of it',
      { installations: [{ seen: 18 }], revokedAt: '2026-03-16T00:00:00Z' },
      { value: 18, peakOn: '2026-03-15' },
    ],
  ])('rule 4: %s', (_sentence, world, expected) => {
    expect(byDefault(world)).toEqual({ ...expected, basis: 'estimated' });
    expect(foundIn(world)).toContain('missing_report');
  });

  it('rule 4: an estimate stays labelled where another installation of the site also reported too little', () => {
    const world = { installations: [{ reported: 10, seen: 20 }, { seen: 3 }] };
    expect(byDefault(world)).toMatchObject({ value: 23, basis: 'estimated' });
  });

  it('rule 4: a site that reported is not estimated', () => {
    expect(foundIn({ installations: [{ reported: 10 }], last: 40 })).not.toContain('missing_report');
  });

  it('rule 4: a tenant that the report of its site leaves out was not used: 0, not an estimate', () => {
    expect(byDefault({ last: 8 })).toEqual({ value: 0, basis: 'reported', peakOn: null });
  });
});
