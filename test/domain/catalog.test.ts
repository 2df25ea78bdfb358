import { describe, expect, it } from '@jest/globals';
import { aggregationOf, METER_CODES, PRODUCTS, unitOf } from '../../domain/catalog/index.js';

describe('rule 2: how a meter’s counts make a month', () => {
  it.each([
    ['scanner.scan', 'sum'],
    ['scanner.node', 'peak'],
    ['mail-server.mailbox', 'peak'],
    ['firewall.user', 'peak'],
    ['backup.server_agent', 'peak'],
    ['backup.workstation_agent', 'peak'],
    ['endpoint.device', 'peak'],
    ['pbx.user', 'peak'],
  ])('of %s it is made by: %s', (meter, aggregation) => {
    expect(aggregationOf(meter)).toBe(aggregation);
  });

  it('a meter’s code is its product’s with a name, and there is one meter of that code', () => {
    for (const { code, meters } of PRODUCTS) for (const meter of meters) expect(meter.code).toMatch(`${code}.`);
    expect(METER_CODES.filter((code, index) => METER_CODES.indexOf(code) !== index)).toEqual([]);
    const products = PRODUCTS.map(({ code }) => code);
    expect(products.filter((code, index) => products.indexOf(code) !== index)).toEqual([]);
  });

  it('a code that no product counts is refused', () => {
    for (const ask of [aggregationOf, unitOf]) {
      expect(() => ask('mail-server.fax')).toThrow(expect.objectContaining({ code: 'METER_UNKNOWN' }));
    }
  });
});
