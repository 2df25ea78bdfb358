import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { previewPeriod } from '../../activities/previewPeriod.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';

describe('the preview of a month whose usage is not there yet', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('shows what an MSP comes to that would be parked: 200.00 after 800.00, and why', async () => {
    const month = monthFixture(database.db);
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } } });
    const mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    const site = await month.site({ mspId, name: 'branch' });
    await month.report(site, { period: '2026-01', lines: [{ tenant: 'main', meter: MAILBOX, peak: 400 }] });
    await month.close('2026-01', new Date('2026-02-20T12:00:00Z'));
    await month.report(site, { period: '2026-02', lines: [{ tenant: 'main', meter: MAILBOX, peak: 100 }] });
    const dryRun = previewPeriod({ db: database.db, rates: { published: () => Promise.resolve([]) } });
    const found = await dryRun({ programme: 'msp', period: '2026-02', now: '2026-03-20T12:00:00Z' });
    expect(found).toMatchObject({ statements: 0, parked: 1, totals: {} });
    expect(found.msps).toEqual([
      {
        ...{ mspId, mspName: 'MSP Alpha', total: { amount: '200.00', currency: 'EUR' }, licences: [] },
        parked: { code: 'total_moved', reason: expect.any(String) },
      },
    ]);
  });
});
