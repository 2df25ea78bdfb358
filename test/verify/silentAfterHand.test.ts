import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRenderPool, type RenderPool } from '../../statements/index.js';
import { closeConfirmed } from '../support/closedMonths.js';
import { corrector } from '../support/correctedMonths.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';
import { planting, type Planting } from './planting.js';

const MAILBOX = 'mail-server.mailbox';

/**
 * Harbour had 30 mailboxes in February and was silent in March, which is issued with 30; people say on 20 April that February
 * had 20. April, silent too, is estimated by 20, and corrects March to 20. The same of Pier, with two installations that had 20 and
 * 10, and 25 by hand.
 */
describe('kontor verify of estimates after a quantity by hand (rule 4)', () => {
  let database: TestDatabase;
  let pool: RenderPool;
  let planted: Planting;

  beforeAll(async () => {
    pool = createRenderPool({ threads: 1 });
    database = await createTestDatabase();
    planted = planting(database);
    const month = monthFixture(database.db);
    await month.programme({ firstPeriod: '2026-02' });
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } } });
    const mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    const harbour = await month.site({ mspId, name: 'Harbour' });
    await month.report(harbour, { period: '2026-02', lines: [{ tenant: 'main', meter: MAILBOX, peak: 30 }] });
    const beta = await month.msp({ name: 'MSP Beta', distributorId });
    const pier = await month.site({ mspId: beta, name: 'Pier', installations: 2 });
    for (const [index, peak] of [20, 10].entries()) {
      const lines = [{ tenant: 'main', meter: MAILBOX, peak }] as const;
      await month.report(pier, { period: '2026-02', installation: pier.installations[index] ?? '', lines: [...lines] });
    }
    const close = (period: string, now: string) => closeConfirmed({ database, month }, pool, period, now);
    await close('2026-02', '2026-03-06T12:00:00.000Z');
    await close('2026-03', '2026-04-06T12:00:00.000Z');
    const hands = await corrector({ database, month }, pool);
    await hands.correct(mspId, '2026-02', { change: 'quantity', line: 1, quantity: 20 });
    await hands.correct(beta, '2026-02', { change: 'quantity', line: 1, quantity: 25 });
    await close('2026-04', '2026-05-06T12:00:00.000Z');
  }, 60_000);
  afterAll(async () => {
    await planted.stop();
    await pool.close();
    await database.drop();
  });

  const I6 = async (bugs: readonly string[]) => (await planted.verifyWith(bugs)).programmes.msp?.I6;

  it('finds nothing', async () => {
    expect((await planted.verifyWith([])).programmes.msp).toMatchObject({ I2: 'holds', I3: 'holds', I6: 'holds' });
  });

  it.each<[string, string, string]>([
    [
      'an estimate by what was confirmed before people corrected it',
      `update reconciled_site set facts = jsonb_set(facts, '{usage,0,lastQuantity}', '30') where period = '2026-04'`,
      '2026-04: site Harbour: main, mail-server.mailbox: its last quantity is 20, reconciled with 30',
    ],
    [
      'an estimate of an issued month that nobody corrected after that',
      `delete from statement_line where kind = 'correction' and for_period = '2026-03'`,
      '2026-03: site Harbour, main, mail-server.mailbox: 20 units by what was known before the latest statement, billed are 30',
    ],
    [
      'an estimate by what was never confirmed',
      `update correction set state = 'refused'`,
      '2026-04: site Harbour: main, mail-server.mailbox: its last quantity is 30, reconciled with 20',
    ],
    [
      'an estimate by what was confirmed only later',
      `update correction set decided_at = '2026-05-09T12:00:00Z'`,
      '2026-04: site Harbour: main, mail-server.mailbox: its last quantity is 30, reconciled with 20',
    ],
    [
      'an estimate by what each installation said before people corrected their sum',
      `update reconciled_site a set facts = jsonb_set(a.facts, '{usage,0,installations}', m.facts #> '{usage,0,installations}')
       from reconciled_site m where m.site_id = a.site_id and m.period = '2026-03' and a.period = '2026-04'`,
      '2026-04: site Pier: main, mail-server.mailbox: ',
    ],
  ])('finds %s', async (_what, bug, said) => {
    expect(await I6([bug])).toContainEqual(expect.stringContaining(said));
  });
});
