import { describe, expect, it } from '@jest/globals';
import { aggregationOf, METER_CODES, unitOf } from '../../domain/catalog/index.js';

describe('rule 2: how a meter’s counts make a month', () => {
  it('scans are summed up, of everything else the peak counts', () => {
    const bySum = METER_CODES.filter((meter) => aggregationOf(meter) === 'sum');
    expect(bySum).toEqual(['scanner.scan']);
    expect(METER_CODES.filter((meter) => aggregationOf(meter) === 'peak')).toHaveLength(METER_CODES.length - 1);
  });

  it('a code that no product counts is refused', () => {
    for (const ask of [aggregationOf, unitOf]) {
      expect(() => ask('mail-server.fax')).toThrow(expect.objectContaining({ code: 'METER_UNKNOWN' }));
    }
  });
});
