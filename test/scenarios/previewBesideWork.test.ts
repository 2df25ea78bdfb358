import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { previewPeriod } from '../../activities/previewPeriod.js';
import { ALL, rows } from '../../db/connect.js';
import { startTestApi, type TestApi } from '../api/testApi.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';

/** Waits until somebody waits for a lock. */
async function untilWaiting(api: TestApi): Promise<void> {
  for (;;) {
    const [found] = await api.database.db.transaction(ALL, (trx) =>
      rows<{ waiting: boolean }>(trx, 'select exists (select from pg_locks where not granted) as waiting', {}),
    );
    if (found?.waiting === true) return;
  }
}

describe('while a month is previewed', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.close());

  it('people and sites work on: what they write waits for no part of the preview', async () => {
    const { db } = api.database;
    const month = monthFixture(db);
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } } });
    const mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    const site = await month.site({ mspId, name: 'branch' });
    await month.report(site, { period: '2026-01', lines: [{ tenant: 'main', meter: MAILBOX, peak: 400 }] });
    await month.close('2026-01', new Date('2026-02-20T12:00:00Z'));
    await month.report(site, { period: '2026-02', lines: [{ tenant: 'main', meter: MAILBOX, peak: 400 }] });
    const team = await api.token('vendor');
    const msp = await api.token('service_provider', { companyId: mspId });

    const steps: string[] = [];
    const { preview } = await db.transaction(ALL, async (trx) => {
      // The last that a preview does is to number its statements: here it has taken all that it takes.
      await rows(trx, 'select last from statement_number for update', {});
      const dryRun = previewPeriod({ db, rates: { published: () => Promise.resolve([]) } });
      const preview = dryRun({ programme: 'msp', period: '2026-02', now: '2026-03-20T12:00:00Z' });
      void preview.then(() => steps.push('preview'));
      await untilWaiting(api);
      const call = async (token: string, method: string, path: string, body: object) => {
        const answer = await api.call(method, path, { token, body });
        steps.push(`${method} ${path.replaceAll(mspId, 'MSP')} ${answer.status}`);
        return answer;
      };
      await call(msp, 'POST', `/v1/msps/${mspId}/tenants`, { ref: 'new', name: 'New' });
      await call(msp, 'POST', `/v1/msps/${mspId}/sites/import`, {
        sites: [{ programme: 'msp', name: 'new', product: 'mail-server' }],
      });
      await call(msp, 'POST', `/v1/msps/${mspId}/sites/${site.siteId}/keys/rotate`, {});
      await call(team, 'PUT', '/v1/programmes/msp/territories/DE', { distributorId, opensOn: '2026-01-01' });
      await month.checkIn(site, { at: '2026-02-10T08:00:00Z', tenant: 'main', meter: MAILBOX, count: 5 });
      await month.report(site, {
        period: '2026-02',
        revision: 2,
        lines: [{ tenant: 'main', meter: MAILBOX, peak: 401 }],
      });
      steps.push('usage');
      return { preview };
    });
    expect(await preview).toMatchObject({ statements: 1, totals: { EUR: '800.00' } });
    expect(steps).toEqual([
      'POST /v1/msps/MSP/tenants 201',
      'POST /v1/msps/MSP/sites/import 201',
      expect.stringMatching(/^POST .*keys\/rotate 20/),
      'PUT /v1/programmes/msp/territories/DE 200',
      'usage',
      'preview',
    ]);
  });
});
