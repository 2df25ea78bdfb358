import { describe, expect, it } from '@jest/globals';
import { listFor, pricedOtherwise } from '../../domain/customerPrices.js';
import { parsePeriod } from '../../domain/period.js';

const from = (version: number, period: string) => ({ version, fromPeriod: parsePeriod(period) });
const months = (...periods: string[]) => periods.map((period) => parsePeriod(period));

describe("versions of an MSP's price list", () => {
  const lists = [from(1, '2026-03'), from(2, '2026-06'), from(3, '2026-06'), from(4, '2026-01')];

  it('hold until one from a later month; of two from one month the last one', () => {
    const versions = months('2025-12', '2026-01', '2026-02', '2026-03', '2026-05', '2026-06', '2027-01').map(
      (period) => listFor(lists, period)?.version,
    );
    expect(versions).toEqual([undefined, 4, 4, 1, 1, 3, 3]);
  });

  it('may price issued months that had no price, and none that had one', () => {
    const issued = months('2026-01', '2026-02', '2026-03', '2026-04');
    expect(pricedOtherwise([], parsePeriod('2026-01'), issued)).toEqual([]);
    const only = [from(1, '2026-03')];
    expect(pricedOtherwise(only, parsePeriod('2026-01'), issued)).toEqual([]);
    expect(pricedOtherwise(only, parsePeriod('2026-03'), issued)).toEqual(months('2026-03', '2026-04'));
    expect(pricedOtherwise(only, parsePeriod('2026-04'), issued)).toEqual(months('2026-04'));
    expect(pricedOtherwise(only, parsePeriod('2026-05'), issued)).toEqual([]);
  });
});
