import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Statement } from '../../domain/statement.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const AGENT = 'backup.server_agent';

/** March 2026: a distributor with its own list in JPY, one in PLN that bills the euro list converted (rule 10). */
describe('a month in JPY and PLN', () => {
  let database: TestDatabase;
  let month: ReturnType<typeof monthFixture>;
  const byMsp = new Map<string, Statement>();

  beforeAll(async () => {
    database = await createTestDatabase();
    month = monthFixture(database.db);
    const japan = await month.distributor({ code: 'JP', currency: 'JPY', country: 'JP', zone: 'Asia/Tokyo' });
    const poland = await month.distributor({ code: 'PL', currency: 'PLN', country: 'PL', zone: 'Europe/Warsaw' });
    await month.pricePlan({
      currency: 'EUR',
      minimumMinor: 10_00n,
      prices: { [AGENT]: { model: 'per_unit', unitPrice: '3.333' } },
    });
    await month.pricePlan({
      currency: 'JPY',
      distributorId: japan,
      prices: { [AGENT]: { model: 'volume', tiers: [{ upTo: 10, unitPrice: '450.5' }, { unitPrice: '400.5' }] } },
    });
    const msps = {
      tokyo: await month.msp({ name: 'MSP Tokyo', distributorId: japan, zone: 'Asia/Tokyo', country: 'JP' }),
      warsaw: await month.msp({ name: 'MSP Warsaw', distributorId: poland, zone: 'Europe/Warsaw', country: 'PL' }),
      gdansk: await month.msp({ name: 'MSP Gdańsk', distributorId: poland, zone: 'Europe/Warsaw', country: 'PL' }),
    };
    const uses = async (mspId: string, name: string, peak: number) => {
      const site = await month.site({ mspId, name, product: 'backup' });
      await month.report(site, { period: '2026-03', lines: [{ tenant: 'main', meter: AGENT, peak }] });
    };
    await uses(msps.tokyo, 'Shibuya', 7);
    await uses(msps.tokyo, 'Ueno', 4);
    await uses(msps.warsaw, 'Wola', 7);
    for (const statement of await month.close('2026-03')) byMsp.set(statement.msp.name, statement);
  });

  afterAll(() => database.drop());

  it('bills the local list in its own currency, without an exchange rate', () => {
    const tokyo = byMsp.get('MSP Tokyo');
    expect(tokyo?.exchange).toBeNull();
    expect(tokyo?.currency).toBe('JPY');
  });

  it('rounds each line once, half up, to whole yen: 7 × 400.5 = 2803.5 → 2804 and 4 × 400.5 = 1602 (rule 11)', () => {
    expect(byMsp.get('MSP Tokyo')?.lines.map(({ amountMinor }) => amountMinor)).toEqual([2804n, 1602n]);
    expect(byMsp.get('MSP Tokyo')?.totalMinor).toBe(4406n);
  });

  it('converts the euro list at the reference rate of the last published day of the period (rule 10)', () => {
    expect(byMsp.get('MSP Warsaw')?.exchange).toEqual({
      base: 'EUR',
      currency: 'PLN',
      rate: '4.289',
      day: '2026-03-31',
      source: 'European Central Bank, euro foreign exchange reference rates',
    });
  });

  it('multiplies before it rounds, once per line: 7 × 3.333 EUR × 4.289 PLN/EUR = 100.07 PLN', () => {
    expect(byMsp.get('MSP Warsaw')?.lines.map(({ amountMinor }) => amountMinor)).toEqual([10007n]);
  });

  it('an MSP with no usage gets a statement; its monthly minimum of 10.00 EUR is 42.89 PLN (rules 9 and 12)', () => {
    expect(byMsp.get('MSP Gdańsk')?.lines).toMatchObject([{ kind: 'minimum', amountMinor: 4289n }]);
  });

  it('numbers each distributor on its own, in the order of the names (rule 13)', () => {
    expect([...byMsp.values()].map(({ number, msp }) => [number, msp.name])).toEqual([
      ['MSP-JP-2026-000001', 'MSP Tokyo'],
      ['MSP-PL-2026-000001', 'MSP Gdańsk'],
      ['MSP-PL-2026-000002', 'MSP Warsaw'],
    ]);
  });

  it('a period without a published rate parks the MSPs that need one, and says so', async () => {
    const issued = await month.close('2026-05');
    expect(issued.map(({ msp }) => msp.name)).toEqual(['MSP Tokyo']);
    const parked = await month.run<{ code: string }>(
      `select parked_code as code from run_participant where period = '2026-05' and state = 'parked'`,
    );
    expect(parked).toEqual([{ code: 'EXCHANGE_RATE_MISSING' }, { code: 'EXCHANGE_RATE_MISSING' }]);
  });
});
