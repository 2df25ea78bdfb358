import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Statement } from '../../domain/statement.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

describe('a plain month of one MSP with two sites', () => {
  let database: TestDatabase;
  let statement: Statement;

  beforeAll(async () => {
    database = await createTestDatabase();
    const month = monthFixture(database.db);
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({
      currency: 'EUR',
      prices: {
        'mail-server.mailbox': {
          model: 'graduated',
          tiers: [{ upTo: 50, unitPrice: '2.00' }, { unitPrice: '1.50' }],
        },
      },
    });
    const mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    const berlin = await month.site({ mspId, name: 'Berlin', tenants: ['a', 'b'] });
    const munich = await month.site({ mspId, name: 'Munich', tenants: ['c'] });
    await month.checkIn(berlin, { at: '2026-03-10T12:00:00Z', tenant: 'a', meter: 'mail-server.mailbox', count: 30 });
    await month.checkIn(berlin, { at: '2026-03-20T12:00:00Z', tenant: 'a', meter: 'mail-server.mailbox', count: 28 });
    await month.report(berlin, {
      period: '2026-03',
      lines: [
        { tenant: 'a', meter: 'mail-server.mailbox', peak: 30 },
        { tenant: 'b', meter: 'mail-server.mailbox', peak: 15 },
      ],
    });
    await month.report(munich, { period: '2026-03', lines: [{ tenant: 'c', meter: 'mail-server.mailbox', peak: 20 }] });
    [statement] = (await month.close('2026-03')) as [Statement];
  });

  afterAll(() => database.drop());

  it('has the first number of its distributor and year (rule 13)', () => {
    expect(statement.number).toBe('MSP-DE-2026-000001');
  });

  it('is dated on the issue day, day 6 of the next month (rule 1)', () => {
    expect(statement.statementDate).toBe('2026-04-06');
  });

  it('has one line per site, tenant and meter with peak, day, quantity and amount (rule 2)', () => {
    expect(
      statement.lines.map((line) =>
        line.kind === 'usage'
          ? [line.siteName, line.tenantName, line.peak, line.peakOn, line.quantity, line.amountMinor]
          : line.kind,
      ),
    ).toEqual([
      ['Berlin', 'Tenant a', 30, '2026-03-10', 30, 6000n],
      ['Berlin', 'Tenant b', 15, null, 15, 3000n],
      ['Munich', 'Tenant c', 20, null, 20, 1000n + 2250n],
    ]);
  });

  it('adds up: 50 × 2.00 + 15 × 1.50 = 122.50 EUR', () => {
    expect(statement.totalMinor).toBe(12250n);
  });
});
