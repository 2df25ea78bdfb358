import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MeterCode } from '../../domain/catalog/index.js';
import type { Statement } from '../../domain/statement.js';
import { renderStatement } from '../../statements/render.js';
import { readPdf } from '../statements/readPdf.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

/** March 2026: the office of one customer runs four products. Each of them is a site with a key of its own. */
describe('a customer’s office with a mail server, a firewall, a scanner and a telephone system', () => {
  let database: TestDatabase;
  let statement: Statement;

  beforeAll(async () => {
    database = await createTestDatabase();
    const month = monthFixture(database.db);
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({
      currency: 'EUR',
      prices: {
        'mail-server.mailbox': { model: 'per_unit', unitPrice: '2.00' },
        'firewall.user': { model: 'volume', tiers: [{ upTo: 50, unitPrice: '1.90' }, { unitPrice: '1.75' }] },
        'scanner.scan': { model: 'package', size: 10, packagePrice: '2.45' },
        'scanner.node': { model: 'per_unit', unitPrice: '0.65' },
        'pbx.user': { model: 'per_unit', unitPrice: '1.20' },
      },
    });
    const mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    const office = { mspId, tenants: ['office'] };
    const mail = await month.site({ ...office, name: 'Office: mail', product: 'mail-server' });
    const firewall = await month.site({ ...office, name: 'Office: firewall', product: 'firewall' });
    const scanner = await month.site({ ...office, name: 'Office: scanner', product: 'scanner' });
    const telephones = await month.site({ ...office, name: 'Office: telephones', product: 'pbx' });

    const counted = (of: typeof mail, day: number, meter: MeterCode, count: number) =>
      month.checkIn(of, { at: `2026-03-${day}T12:00:00Z`, tenant: 'office', meter, count });
    await counted(mail, 10, 'mail-server.mailbox', 40);
    await counted(mail, 20, 'mail-server.mailbox', 38);
    await counted(firewall, 10, 'firewall.user', 51);
    await counted(firewall, 20, 'firewall.user', 60);
    await counted(scanner, 10, 'scanner.scan', 70);
    await counted(scanner, 20, 'scanner.scan', 55);
    await counted(scanner, 11, 'scanner.node', 12);
    await counted(scanner, 21, 'scanner.node', 9);
    await counted(telephones, 10, 'pbx.user', 25);
    await counted(telephones, 20, 'pbx.user', 24);

    const told = (of: typeof mail, peaks: Partial<Record<MeterCode, number>>) =>
      month.report(of, {
        period: '2026-03',
        lines: Object.entries(peaks).map(([meter, peak]) => ({ tenant: 'office', meter: meter as MeterCode, peak })),
      });
    await told(mail, { 'mail-server.mailbox': 40 });
    await told(firewall, { 'firewall.user': 60 });
    await told(scanner, { 'scanner.scan': 125, 'scanner.node': 12 });
    await told(telephones, { 'pbx.user': 25 });
    [statement] = (await month.close('2026-03')) as [Statement];
  });
  afterAll(() => database.drop());

  it('is billed on one statement: each product by what it counts, each line with its site', () => {
    expect(
      statement.lines.map((line) =>
        line.kind === 'usage' ? [line.siteName, line.tenantName, line.meter, line.quantity, line.amountMinor] : line,
      ),
    ).toEqual([
      ['Office: firewall', 'Tenant office', 'firewall.user', 60, 105_00n],
      ['Office: mail', 'Tenant office', 'mail-server.mailbox', 40, 80_00n],
      ['Office: scanner', 'Tenant office', 'scanner.node', 12, 7_80n],
      ['Office: scanner', 'Tenant office', 'scanner.scan', 125, 31_85n],
      ['Office: telephones', 'Tenant office', 'pbx.user', 25, 30_00n],
    ]);
  });

  it('users of the firewall are the highest number of the month: 60, all at 1.75, the price above 50', () => {
    const [users] = statement.lines.filter((line) => line.kind === 'usage' && line.meter === 'firewall.user');
    expect(users).toMatchObject({ basis: 'reported', peak: 60, peakOn: '2026-03-20', quantity: 60 });
  });

  it('scans are all of the month: 70 + 55 = 125, which are 13 packages of 10; nodes are the highest number, 12', () => {
    const lines = statement.lines.filter((line) => line.kind === 'usage' && line.meter.startsWith('scanner.'));
    expect(lines).toMatchObject([
      { meter: 'scanner.node', peak: 12, peakOn: '2026-03-11' },
      { meter: 'scanner.scan', peak: 125 },
    ]);
  });

  it('adds up: 105.00 + 80.00 + 7.80 + 31.85 + 30.00 = 254.65 EUR', () => {
    expect(statement.totalMinor).toBe(254_65n);
  });

  it('names every product, unit and sum on paper', () => {
    const { text } = readPdf(renderStatement(statement).bytes);
    for (const words of [
      ...['Mail server', 'Firewall', 'Vulnerability scanner', 'Telephone system'],
      ...['Office: mail', 'Office: firewall', 'Office: scanner', 'Office: telephones'],
      ...['60 × 1.75', '13 × 2.45', '105.00', '80.00', '7.80', '31.85', '30.00', '254.65'],
    ]) {
      expect(text).toContain(words);
    }
  });
});
