import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Price } from '../../domain/pricing/index.js';
import { createRenderPool, type RenderPool } from '../../statements/index.js';
import { closeConfirmed } from '../support/closedMonths.js';
import { corrector } from '../support/correctedMonths.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';
import { planting, type Planting } from './planting.js';

const MAILBOX = 'mail-server.mailbox';

/**
 * In February North and South have 30 mailboxes each; in April people say that South, line 2, had 25: `comesTo`. Then North says
 * that February had 40 and another tenant 5, which March's statement books in May: `after`, what 25 would come to after that.
 */
const TABLE: Record<string, { code: string; price: Price; comesTo: number; after: number }> = {
  'a price per unit': { code: 'AA', price: { model: 'per_unit', unitPrice: '2.00' }, comesTo: 50_00, after: 50_00 },
  'graduated prices': {
    code: 'BB',
    price: { model: 'graduated', tiers: [{ upTo: 50, unitPrice: '2.00' }, { unitPrice: '1.00' }] },
    ...{ comesTo: 45_00, after: 30_00 },
  },
  'prices by volume': {
    code: 'CC',
    price: { model: 'volume', tiers: [{ upTo: 60, unitPrice: '3.00' }, { unitPrice: '2.00' }] },
    ...{ comesTo: 75_00, after: 50_00 },
  },
  packages: { code: 'DD', price: { model: 'package', size: 8, packagePrice: '5.00' }, comesTo: 15_00, after: 15_00 },
};

describe('kontor verify of quantities by hand', () => {
  let database: TestDatabase;
  let pool: RenderPool;
  let planted: Planting;

  beforeAll(async () => {
    pool = createRenderPool({ threads: 1 });
    database = await createTestDatabase();
    planted = planting(database);
    const month = monthFixture(database.db);
    await month.programme({ firstPeriod: '2026-02' });
    const of = [];
    for (const { code, price } of Object.values(TABLE)) {
      const distributorId = await month.distributor({ code, currency: 'EUR', country: 'DE' });
      await month.pricePlan({ currency: 'EUR', distributorId, prices: { [MAILBOX]: price } });
      const mspId = await month.msp({ name: `MSP ${code}`, distributorId });
      const north = await month.site({ mspId, name: 'North', tenants: ['main', 'other'] });
      const south = await month.site({ mspId, name: 'South' });
      for (const period of ['2026-02', '2026-03']) {
        for (const site of [north, south]) {
          await month.report(site, { period, lines: [{ tenant: 'main', meter: MAILBOX, peak: 30 }] });
        }
      }
      of.push({ mspId, north });
    }
    const close = (period: string, now: string) => closeConfirmed({ database, month }, pool, period, now);
    await close('2026-02', '2026-03-06T12:00:00.000Z');
    const hands = await corrector({ database, month }, pool);
    for (const { mspId, north } of of) {
      await hands.correct(mspId, '2026-02', { change: 'quantity', line: 2, quantity: 25 });
      await month.report(north, {
        ...{ period: '2026-02', revision: 2, receivedAt: '2026-04-25T00:00:00Z' },
        lines: [
          { tenant: 'main', meter: MAILBOX, peak: 40 },
          { tenant: 'other', meter: MAILBOX, peak: 5 },
        ],
      });
    }
    await close('2026-03', '2026-05-06T12:00:00.000Z');
  }, 120_000);
  afterAll(async () => {
    await planted.stop();
    await pool.close();
    await database.drop();
  });

  const verify = async (bugs: readonly string[]) => (await planted.verifyWith(bugs)).programmes.msp;
  const ofCode = (code: string) => `(select c.id from correction c join statement s on s.id = c.statement_id
    where s.number like 'MSP-${code}-%')`;

  it('finds nothing', async () => {
    expect(await verify([])).toMatchObject({ I2: 'holds', I5: 'holds', I6: 'holds' });
  });

  it.each(Object.values(TABLE))('finds another price of $code in the plan, the line and the total', async (row) => {
    const { code, price, comesTo } = row;
    const step = `'{steps,0,${price.model === 'package' ? 'packagePrice' : 'unitPrice'}}', '"0.01"'`;
    const rated = `to_jsonb((${comesTo - 1_00})::text)`;
    const less = (content: string, path: string, column: string) =>
      `jsonb_set(${content}, '{${path}}', to_jsonb((${column} - 100)::text))`;
    const bugs = [
      `update correction set amount_minor = amount_minor - 100, plan = jsonb_set(jsonb_set(plan, '{line,ratedMinor}', ${rated}),
         ${step.replace('{', '{line,')}) where id in ${ofCode(code)}`,
      `update statement_line set amount_minor = amount_minor - 100, content = jsonb_set(jsonb_set(
         ${less('content', 'amountMinor', 'amount_minor')}, '{ratedMinor}', ${rated}), ${step})
       where correction_id in ${ofCode(code)}`,
      `update statement set total_minor = total_minor - 100, content = ${less('content', 'totalMinor', 'total_minor')}
       where period = '2026-03' and number like 'MSP-${code}-%'`,
    ];
    const { I2 } = (await verify(bugs)) ?? {};
    const said = `of MSP-${code}-2026-000001 prices 25 units at ${comesTo - 1_00} minor units; by the price list they come to ${comesTo}`;
    expect(I2).toContainEqual(expect.stringContaining(said));
  });

  it.each(Object.entries(TABLE))(
    '%s: one that is decided after that is priced among what was booked',
    async (_of, row) => {
      const { code, comesTo, after } = row;
      const decided = (at: string) =>
        verify([`update correction set decided_at = '${at}' where id in ${ofCode(code)}`]);
      const said = expect.stringContaining(
        `prices 25 units at ${comesTo} minor units; by the price list they come to ${after}`,
      );
      const late = (await decided('2026-05-06T13:00:00Z'))?.I2;
      if (comesTo === after) expect(late).not.toContainEqual(said);
      else expect(late).toContainEqual(said);
      // Of two that meet, each may have seen the other.
      expect((await decided('2026-05-06T12:00:30Z'))?.I2).not.toContainEqual(said);
    },
  );
});
