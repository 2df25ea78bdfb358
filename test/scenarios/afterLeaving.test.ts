import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openCasesAfterLast } from '../../activities/closing/casesAfterLast.js';
import { createRenderPool } from '../../statements/index.js';
import { admit } from '../support/access.js';
import { askUntilAnswered, createTestApp, type TestApp } from '../support/app.js';
import { finish } from '../support/closedMonths.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';

describe('what a site of an MSP that has left says after its last statement (rules 7 and 20)', () => {
  let database: TestDatabase;
  let app: TestApp;
  let url: string;
  let token: string;
  let made: unknown;

  const papers = () =>
    database.asOwner(
      'select message_id as name from outbox union all select number from statement union all select id::text from billing_pack order by 1',
    );

  beforeAll(async () => {
    database = await createTestDatabase();
    const month = monthFixture(database.db);
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } } });
    const mspId = await month.msp({ name: 'MSP Alpha', distributorId, left: '2026-03' });
    const north = await month.site({ mspId, name: 'North' });
    const report = (period: string, peak: number, revision: number, receivedAt?: string) =>
      month.report(north, {
        ...{ period, revision, lines: [{ tenant: 'main', meter: MAILBOX, peak }] },
        ...(receivedAt === undefined ? {} : { receivedAt }),
      });
    await report('2026-02', 30, 1);
    await report('2026-03', 30, 1);
    const pool = createRenderPool({ threads: 1 });
    try {
      for (const [period, now] of [
        ['2026-02', '2026-03-04T12:00:00Z'],
        ['2026-03', '2026-04-04T12:00:00Z'],
      ] as const) {
        await month.close(period, new Date(now));
        await finish({ database, month }, pool, period, now);
      }
    } finally {
      await pool.close();
    }
    await report('2026-02', 20, 2, '2026-04-20T10:00:00Z');
    await report('2026-03', 40, 2, '2026-04-20T10:00:00Z');
    await openCasesAfterLast(database.db, new Date('2026-04-21T02:30:00Z'));
    made = await papers();
    app = await createTestApp(database);
    await app.startWorker();
    ({ url } = await app.startApi());
    token = await admit(database.db, 'vendor');
  });
  afterAll(async () => {
    await app.stop();
    await database.drop();
  });

  const call = async (method: 'GET' | 'POST', path: string, body?: object, withKey?: string) => {
    const sent = await askUntilAnswered((key) => {
      const headers = {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      };
      return fetch(url + path, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
    }, withKey);
    return { status: sent.status, json: (await sent.json()) as Record<string, unknown> };
  };
  /** The case of a month: 20.00 less for February, 20.00 more for March. */
  const caseOf = async (forPeriod: string) => {
    const { json } = await call('GET', '/v1/cases?kind=after_last_statement');
    const items = json.items as { id: string; state: string; decisions: string[]; evidence: Record<string, string> }[];
    return items.find(({ evidence }) => evidence.forPeriod === forPeriod);
  };

  it('is a case of each month with its amount, which a person decides over the API', async () => {
    const february = await caseOf('2026-02');
    expect(february).toMatchObject({ state: 'open', evidence: { amount: '-20.00', currency: 'EUR' } });
    expect(february?.decisions).toEqual(['confirm', 'waive']);
    const path = `/v1/cases/${february?.id}/decision`;
    const confirmed = await call('POST', path, { decision: 'confirm' }, 'february');
    expect(confirmed).toMatchObject({ status: 200, json: { caseId: february?.id, state: 'settled' } });
    // As an API leaves it that ends before it has kept its answer.
    await database.asOwner(`delete from idempotency_key where key = 'february'`);
    expect(await call('POST', path, { decision: 'confirm' }, 'february')).toEqual(confirmed);
    expect(await caseOf('2026-02')).toMatchObject({ state: 'settled' });
    expect(await call('POST', path, { decision: 'waive', reason: 'Goodwill' })).toMatchObject({
      status: 409,
      json: { code: 'ALREADY_DECIDED' },
    });
  });

  it('waived, it needs a reason, and no other decision is one', async () => {
    const march = await caseOf('2026-03');
    const path = `/v1/cases/${march?.id}/decision`;
    expect(await call('POST', path, { decision: 'waive' })).toMatchObject({
      status: 422,
      json: { code: 'REASON_REQUIRED', errors: [{ field: '/reason' }] },
    });
    expect(await call('POST', path, { decision: 'accept_reported' })).toMatchObject({
      json: { code: 'DECISION_NOT_ALLOWED' },
    });
    expect(await call('POST', path, { decision: 'waive', reason: 'Goodwill' })).toMatchObject({
      status: 200,
      json: { state: 'settled' },
    });
  });

  it('the workflow that took the decisions has ended, and nothing was issued or mailed by it', async () => {
    const { json } = await call('GET', '/v1/cases?kind=after_last_statement&state=open');
    expect(json.items).toEqual([]);
    const running = [];
    for await (const { workflowId } of app.client.workflow.list({ query: `ExecutionStatus = 'Running'` })) {
      if (workflowId.startsWith('settle')) running.push(workflowId);
    }
    expect(running).toEqual([]);
    expect(await papers()).toEqual(made);
  });
});
