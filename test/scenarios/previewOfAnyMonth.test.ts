import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openRun } from '../../activities/openPeriod.js';
import { previewPeriod } from '../../activities/previewPeriod.js';
import { ALL } from '../../db/connect.js';
import { TERMINAL } from '../../domain/access/actor.js';
import { runKeyOf } from '../../domain/run.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';

/** February 2026 is skipped, March billed. It is 15 April. */
describe('the preview of any month', () => {
  let database: TestDatabase;
  let month: ReturnType<typeof monthFixture>;
  const TODAY = '2026-04-15T12:00:00.000Z';

  const preview = (period: string, now = TODAY) =>
    previewPeriod({ db: database.db, rates: { published: () => Promise.resolve([]) } })({
      programme: 'msp',
      period,
      now,
    });
  const written = () =>
    month.run<{ runs: number; statements: number; cases: number }>(
      `select (select count(*)::int from billing_run) as runs, (select count(*)::int from statement) as statements,
         (select count(*)::int from discrepancy) as cases`,
    );

  beforeAll(async () => {
    database = await createTestDatabase();
    month = monthFixture(database.db);
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.run(`update programme set first_period = '2026-02'`);
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } } });
    const mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    const site = await month.site({ mspId, name: 'branch' });
    const seen = (at: string, count: number) => month.checkIn(site, { at, tenant: 'main', meter: MAILBOX, count });
    const opening = { openedBy: TERMINAL, collectUntil: null, reviewUntil: null, skipReason: 'The programme paused.' };
    await database.db.transaction(ALL, (trx) =>
      openRun(
        trx,
        { ...runKeyOf({ programme: 'msp', period: '2026-03' }), ...opening, now: '2026-04-05T12:00:00.000Z' },
        'close',
      ),
    );
    await month.report(site, { period: '2026-03', lines: [{ tenant: 'main', meter: MAILBOX, peak: 104 }] });
    await month.close('2026-03', new Date('2026-04-06T12:00:00Z'));
    await seen('2026-04-02T12:00:00Z', 103);
    await seen('2026-04-14T12:00:00Z', 110);
  });
  afterAll(() => database.drop());

  it('of one that is not over goes by the highest number so far, 110 × 2.00, as an estimate; nothing is written', async () => {
    const before = await written();
    const found = await preview('2026-04');
    expect(found).toMatchObject({ period: '2026-04', statements: 1, parked: 0, totals: { EUR: '220.00' } });
    expect(found.discrepancies).toMatchObject({ missing_report: 1 });
    expect(await written()).toEqual(before);
  });

  it('of one that was skipped is refused: nothing of it is ever billed (rule 19)', async () => {
    await expect(preview('2026-02')).rejects.toThrow(expect.objectContaining({ code: 'PERIOD_OUT_OF_ORDER' }));
  });
});
