import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createRenderPool, type RenderPool } from '../../statements/index.js';
import { verifyAll } from '../../verify/index.js';
import { closeConfirmed } from '../support/closedMonths.js';
import { corrector, type Corrector } from '../support/correctedMonths.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';
const TIERS = [{ upTo: 50, unitPrice: '2.00' }, { unitPrice: '1.50' }];

/**
 * 2.00 up to 50 mailboxes, then 1.50. In February North and South have 30 each: 60.00 and 10 × 2.00 + 20 × 1.50 = 50.00 + 5.00. Then
 * the rules count February anew, and March books that; only then two people say that South had another quantity.
 */
describe('a quantity by hand of a month that the rules have rated again (rules 5, 9)', () => {
  let database: TestDatabase;
  let month: ReturnType<typeof monthFixture>;
  let pool: RenderPool;
  let hands: Corrector;
  let mspId: string;
  type Site = Awaited<ReturnType<typeof month.site>>;
  let north: Site;
  let south: Site;

  beforeAll(() => {
    pool = createRenderPool({ threads: 1 });
  });
  afterAll(() => pool.close());

  const report = (of: Site, period: string, peak: number, late?: { revision: number }) =>
    month.report(of, {
      ...{ period, lines: [{ tenant: 'main', meter: MAILBOX, peak }] },
      ...(late === undefined ? {} : { receivedAt: '2026-03-20T00:00:00Z', ...late }),
    });
  const close = async (period: string, now: string) => {
    const [statement] = await closeConfirmed({ database, month }, pool, period, now);
    return statement;
  };

  beforeEach(async () => {
    database = await createTestDatabase();
    month = monthFixture(database.db);
    hands = await corrector({ database, month }, pool);
    await month.programme({ firstPeriod: '2026-02' });
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'graduated', tiers: TIERS } } });
    mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    north = await month.site({ mspId, name: 'North' });
    south = await month.site({ mspId, name: 'South' });
    for (const site of [north, south])
      for (const period of ['2026-02', '2026-03', '2026-04']) await report(site, period, 30);
    await close('2026-02', '2026-03-06T12:00:00.000Z');
  });
  afterEach(() => database.drop());

  /** What March books for February, and what a quantity of South by hand adds in April: minor units. */
  const booked = async (quantity: number) => {
    const march = await close('2026-03', '2026-04-06T12:00:00.000Z');
    await hands.correct(mspId, '2026-02', { change: 'quantity', line: 2, quantity });
    const april = await close('2026-04', '2026-05-06T12:00:00.000Z');
    const { I2 } = (await verifyAll(database.db, { now: new Date('2026-05-07T12:00:00Z') })).programmes.msp ?? {};
    return {
      rules: march?.lines.flatMap((line) => (line.kind === 'correction' ? [line.amountMinor] : [])),
      hand: april?.lines.flatMap((line) => (line.kind === 'manual_correction' ? [line.amountMinor] : [])),
      I2,
    };
  };

  it('North was 40: South is left 10 × 2.00 + 20 × 1.50 = 50.00, and with 29 it comes to 48.50: −1.50', async () => {
    await report(north, '2026-02', 40, { revision: 2 });
    expect(await booked(29)).toEqual({ rules: [20_00n, -5_00n], hand: [-1_50n], I2: 'holds' });
  });

  it('North was 0: South is left 30 × 2.00 = 60.00, and with 29 it comes to 58.00: −2.00', async () => {
    await report(north, '2026-02', 0, { revision: 2 });
    expect(await booked(29)).toEqual({ rules: [-60_00n, 5_00n], hand: [-2_00n], I2: 'holds' });
  });

  it('a site between them was left out: South is left 30 × 1.50 = 45.00, and with 29 it comes to 43.50: −1.50', async () => {
    const between = await month.site({ mspId, name: 'Outpost' });
    await report(between, '2026-02', 20, { revision: 1 });
    await report(between, '2026-03', 0);
    await report(between, '2026-04', 0);
    expect(await booked(29)).toEqual({ rules: [40_00n, -10_00n], hand: [-1_50n], I2: 'holds' });
  });

  it('the quantity that is billed changes nothing, whatever the rules billed before: it is refused', async () => {
    await report(north, '2026-02', 0, { revision: 2 });
    await expect(booked(30)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  });
});
