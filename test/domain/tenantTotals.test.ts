import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { byLargestRemainder } from '../../domain/largestRemainder.js';
import type { StatementLine, TermLine, UsageLine } from '../../domain/statement.js';
import { tenantTotals } from '../../domain/tenantTotals.js';

const MAILBOX = 'mail-server.mailbox';

function usage(tenantId: string | null, amountMinor: bigint, more: Partial<UsageLine> = {}): UsageLine {
  return {
    ...{
      kind: 'usage',
      lineNo: 1,
      siteId: 'site',
      siteName: 'Site',
      tenantId,
      tenantName: tenantId,
      tenantRef: tenantId,
    },
    ...{ meter: MAILBOX, peak: 1, peakOn: null, basis: 'reported', licensed: 0, quantity: 1, firstMonthFree: false },
    ...{ steps: [], amountMinor },
    ...more,
  };
}

const minimum = (amountMinor: bigint): StatementLine => ({ kind: 'minimum', lineNo: 9, minimumMinor: 0n, amountMinor });

function licence(tenantId: string | null, amountMinor: bigint): TermLine {
  return {
    ...{ kind: 'term', lineNo: 8, licenceId: 'l', siteId: 'site', siteName: 'Site', tenantId, tenantName: tenantId },
    ...{
      meter: MAILBOX,
      count: 10,
      startsOn: '2026-01-01',
      endsOn: '2027-01-01',
      unitPrice: '1',
      priceCurrency: 'EUR',
    },
    ...{ years: 1, instalment: { no: 1, of: 1 }, exchange: null, amountMinor },
  };
}

const totals = (lines: StatementLine[]) =>
  tenantTotals({ lines, totalMinor: lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n) });
const shown = (lines: StatementLine[]) =>
  totals(lines).units.map(({ tenantId, ownMinor, sharedMinor }) => [tenantId, ownMinor, sharedMinor]);

describe('a statement broken down by tenant and unit', () => {
  it('divides a minimum by what each pays for usage, what is unassigned too', () => {
    expect(shown([usage('b', 100n), usage(null, 200n), usage('a', 0n), minimum(10n)])).toEqual([
      ['a', 0n, 0n],
      // 3.33 and 6.67: the cent left over goes to the larger remainder.
      ['b', 100n, 3n],
      [null, 200n, 7n],
    ]);
  });

  it('divides a licence of a whole site by the use of its meter there, and leaves that of a tenant with it', () => {
    const elsewhere = { siteId: 'other', peak: 50 };
    const lines = [usage('a', 0n, { peak: 3 }), usage('b', 0n, { peak: 1 }), usage('c', 5n, elsewhere)];
    expect(shown([...lines, licence(null, 1000n)])).toEqual([
      ['a', 0n, 750n],
      ['b', 0n, 250n],
      ['c', 5n, 0n],
    ]);
    expect(shown([...lines, licence('b', 1000n)])).toEqual([
      ['a', 0n, 0n],
      ['b', 1000n, 0n],
      ['c', 5n, 0n],
    ]);
  });

  it('leaves with nobody what there is nothing to divide by', () => {
    const { units, ofNobody } = totals([minimum(500n), licence(null, 70n)]);
    expect(units).toEqual([]);
    expect(ofNobody).toEqual({
      lines: [
        { lineNo: 9, kind: 'minimum', amountMinor: 500n },
        { lineNo: 8, kind: 'term', amountMinor: 70n },
      ],
      totalMinor: 570n,
    });
  });

  it('adds up to the total, whatever the lines', () => {
    const tenant = fc.constantFrom('a', 'b', 'c', null);
    const minor = fc.bigInt({ min: 0n, max: 1_000_000n });
    const line = fc.oneof(
      fc.tuple(tenant, minor, fc.nat(50)).map(([of, amount, peak]) => usage(of, amount, { peak })),
      fc.tuple(tenant, minor).map(([of, amount]) => licence(of, amount)),
      minor.map(minimum),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const { units, ofNobody, totalMinor } = totals(lines);
        const sum = units.reduce((all, unit) => all + unit.totalMinor, 0n) + ofNobody.totalMinor;
        expect(sum).toBe(totalMinor);
        for (const { meters, ownMinor } of units) {
          expect(meters.reduce((all, { amountMinor }) => all + amountMinor, 0n)).toBe(ownMinor);
        }
      }),
    );
  });
});

describe('an amount divided by weights', () => {
  it('gives what rounding leaves over to the largest remainders, of equals to the first, also of what is taken back', () => {
    const minor = (amount: bigint, weights: bigint[]) =>
      byLargestRemainder(amount, weights).map((part) => part.amountMinor);
    expect(minor(100n, [1n, 1n, 1n])).toEqual([34n, 33n, 33n]);
    expect(minor(-100n, [1n, 1n, 1n])).toEqual([-34n, -33n, -33n]);
    expect(minor(10n, [1n, 2n])).toEqual([3n, 7n]);
    expect(byLargestRemainder(3n, [1n, 1n]).map(({ byRemainder }) => byRemainder)).toEqual([true, false]);
    expect(() => byLargestRemainder(1n, [0n])).toThrow(RangeError);
  });

  it('is within one minor unit of the exact part', () => {
    fc.assert(
      fc.property(
        fc.bigInt(-9999n, 9999n),
        fc.array(fc.bigInt(1n, 99n), { minLength: 1, maxLength: 9 }),
        (all, weights) => {
          const parts = byLargestRemainder(all, weights);
          const sum = weights.reduce((total, weight) => total + weight, 0n);
          expect(parts.reduce((total, { amountMinor }) => total + amountMinor, 0n)).toBe(all);
          parts.forEach(({ amountMinor }, i) => {
            const off = amountMinor * sum - all * (weights[i] ?? 0n);
            expect(off < sum && off > -sum).toBe(true);
          });
        },
      ),
    );
  });
});
