import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Statement } from '../../domain/statement.js';
import { renderStatement } from '../../statements/render.js';
import { readPdf } from '../statements/readPdf.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const DEVICE = 'endpoint.device';

/** March 2026: one server without any licence, one with a term licence of 500 devices for one of its two customers. */
describe('devices of an endpoint management', () => {
  let database: TestDatabase;
  let month: ReturnType<typeof monthFixture>;
  let statement: Statement;

  beforeAll(async () => {
    database = await createTestDatabase();
    month = monthFixture(database.db);
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({ currency: 'EUR', prices: { [DEVICE]: { model: 'per_unit', unitPrice: '1.10' } } });
    const mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    const open = await month.site({ mspId, name: 'Open server', product: 'endpoint', tenants: ['school'] });
    for (const [day, count] of [
      ['05', 3_000],
      ['12', 45_678],
      ['28', 41_000],
    ] as const) {
      await month.checkIn(open, { at: `2026-03-${day}T10:00:00Z`, tenant: 'school', meter: DEVICE, count });
    }
    await month.report(open, { period: '2026-03', lines: [{ tenant: 'school', meter: DEVICE, peak: 45_678 }] });

    const shared = await month.site({
      mspId,
      name: 'Shared server',
      product: 'endpoint',
      tenants: ['bakery', 'clinic'],
    });
    await month.licence(shared, {
      ...{ meter: DEVICE, count: 500, tenant: 'clinic' },
      ...{ from: '2026-01-01', until: '2027-01-01' },
    });
    for (const [tenant, count] of [
      ['bakery', 20],
      ['clinic', 620],
    ] as const) {
      await month.checkIn(shared, { at: '2026-03-15T10:00:00Z', tenant, meter: DEVICE, count });
    }
    await month.report(shared, {
      period: '2026-03',
      lines: [
        { tenant: 'bakery', meter: DEVICE, peak: 20 },
        { tenant: 'clinic', meter: DEVICE, peak: 620 },
      ],
    });
    [statement] = (await month.close('2026-03')) as [Statement];
  });
  afterAll(() => database.drop());

  const usage = () => statement.lines.flatMap((line) => (line.kind === 'usage' ? [line] : []));

  it('are billed afterwards by the highest number of the month, however many there were', () => {
    expect(usage().filter(({ siteName }) => siteName === 'Open server')).toMatchObject([
      { peak: 45_678, peakOn: '2026-03-12', licensed: 0, quantity: 45_678, amountMinor: 50_245_80n },
    ]);
  });

  it('under a term licence only what exceeds it is metered: 620 − 500 = 120; its neighbour has none', () => {
    expect(
      usage()
        .filter(({ siteName }) => siteName === 'Shared server')
        .map(({ tenantName, peak, licensed, quantity, amountMinor }) => [
          tenantName,
          peak,
          licensed,
          quantity,
          amountMinor,
        ]),
    ).toEqual([
      ['Tenant bakery', 20, 0, 20, 22_00n],
      ['Tenant clinic', 620, 500, 120, 132_00n],
    ]);
  });

  it('adds up: 50,245.80 + 22.00 + 132.00 = 50,399.80 EUR', () => {
    expect(statement.totalMinor).toBe(50_399_80n);
  });

  it('the excess is settled by the rule and printed, refused nowhere', async () => {
    const found = await month.cases('2026-03');
    expect(found.filter(({ kind }) => kind === 'licence_exceeded')).toMatchObject([{ state: 'settled' }]);
    expect(found.filter(({ state }) => state !== 'settled')).toEqual([]);
    const { text } = readPdf(renderStatement(statement).bytes);
    for (const words of ['Endpoint management', '45,678', '50,245.80', '620', '500', '120', '50,399.80']) {
      expect(text).toContain(words);
    }
  });
});
