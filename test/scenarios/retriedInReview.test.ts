import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { admit } from '../support/access.js';
import { askUntilAnswered, createTestApp, type AppProcess, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';
import { eventually } from '../support/programme.js';

const MAILBOX = 'mail-server.mailbox';
const RUN = '/v1/programmes/msp/runs/2026-03';

describe('an MSP whose reconciliation broke, tried again while the review goes on', () => {
  let database: TestDatabase;
  let app: TestApp;
  let api: AppProcess;
  let month: ReturnType<typeof monthFixture>;
  let token: string;
  let opener: string;

  const call = async (method: string, path: string, body?: object, as = token) => {
    const response = await askUntilAnswered((key) =>
      fetch(api.url + path, {
        method,
        headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json', 'idempotency-key': key },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
    return { status: response.status, json: (await response.json()) as ReturnType<typeof JSON.parse> };
  };
  const states = () =>
    month.run<{ name: string; state: string }>(
      'select m.name, p.state from run_participant p join msp m on m.id = p.msp_id order by m.name',
    );

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await createTestApp(database);
    month = monthFixture(database.db);
    await month.programme({ firstPeriod: '2026-03' });
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '1.00' } } });
    for (const name of ['Alpha', 'Broken']) {
      const mspId = await month.msp({ name, distributorId });
      const site = await month.site({ mspId, name: 'site' });
      await month.report(site, { period: '2026-03', lines: [{ tenant: 'main', meter: MAILBOX, peak: 30 }] });
      if (name === 'Alpha') continue;
      await database.asOwner(`create function breaks() returns trigger language plpgsql as $$ begin
        if new.msp_id = '${mspId}' then raise exception 'too large' using errcode = '22003'; end if; return new; end $$`);
    }
    await database.asOwner(
      'create trigger breaks before insert on reconciled_site for each row execute function breaks()',
    );
    await app.startWorker();
    api = await app.startApi();
    token = await admit(database.db, 'vendor', { name: 'First person' });
    opener = await admit(database.db, 'vendor', { name: 'Second person' });
  }, 120_000);

  afterAll(async () => {
    await app.stop();
    await database.drop();
  });

  it('rule 1: is open again, and issued with the others on the day of issue, not before', async () => {
    const waits = { collectUntil: '2026-04-04T00:00:00Z', reviewUntil: '2099-01-01T00:00:00Z' };
    await call('POST', '/v1/programmes/msp/runs', { period: '2026-03', ...waits }, opener);
    await eventually(
      () => call('GET', RUN),
      ({ json }) => json.shards?.[0]?.stage === 'review',
    );
    expect(await states()).toEqual([
      { name: 'Alpha', state: 'open' },
      { name: 'Broken', state: 'parked' },
    ]);

    await database.asOwner('drop trigger breaks on reconciled_site');
    const tried = await call('POST', `${RUN}/parked/retry`, { code: 'RECONCILE_FAILED' });
    expect(tried.status).toBe(200);
    expect((await states()).map(({ state }) => state)).toEqual(['open', 'open']);
    expect(await month.run('select number from statement')).toEqual([]);

    await call('POST', `${RUN}/end-review`, {}, opener);
    await eventually(
      () => call('GET', RUN),
      ({ json }) => json.state === 'sealed',
    );
    const issued = await month.run<{ number: string; total: string }>(
      'select number, total_minor::text as total from statement order by number',
    );
    expect(issued).toEqual([
      { number: 'MSP-DE-2026-000001', total: '3000' },
      { number: 'MSP-DE-2026-000002', total: '3000' },
    ]);
  }, 120_000);
});
