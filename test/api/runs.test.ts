import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { opensAt, parsePeriod } from '../../domain/period.js';
import { SHIPPED_PROGRAMME_SETTINGS } from '../../domain/settings/index.js';
import { monthFixture } from '../support/month.js';
import { testTemporal } from '../support/temporal.js';
import { startTestApi, type TestApi } from './testApi.js';

const MAILBOX = 'mail-server.mailbox';
/** No other suite closes it in the namespace that all of these share. */
const PERIOD = '2025-11';

describe('a run, while no worker is up', () => {
  let api: TestApi;
  let month: ReturnType<typeof monthFixture>;
  let token: string;
  let connection: Connection;

  beforeAll(async () => {
    api = await startTestApi({ limits: { updateTimeoutMs: 500 } });
    token = await api.token('vendor', { name: 'Partner One' });
    connection = await Connection.connect(testTemporal());
    month = monthFixture(api.database.db);
    await month.programme({ firstPeriod: PERIOD });
    const distributorId = await month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '1.50' } } });
    const mspId = await month.msp({ name: 'MSP West', distributorId, zone: 'Pacific/Honolulu' });
    const site = await month.site({ mspId, name: 'Headquarters', activatedAt: '2025-10-01T00:00:00Z' });
    await month.checkIn(site, { at: '2025-12-10T10:00:00Z', tenant: 'main', meter: MAILBOX, count: 40 });
    await month.report(site, { period: '2025-12', lines: [{ tenant: 'main', meter: MAILBOX, peak: 20 }] });
  });
  afterAll(async () => {
    await connection.close();
    await api.close();
  });

  const start = (body: object) => api.call('POST', '/v1/programmes/msp/runs', { token, body });

  it.each(['end-collection', 'end-review', 'completeness'])(
    'case 62, a relative: %s of a programme that there is not is not found',
    async (step) => {
      const body = step === 'completeness' ? { decision: 'go', reason: 'They are closed' } : undefined;
      const path = (programme: string) => `/v1/programmes/${programme}/runs/2025-10/${step}`;
      const ask = async (programme: string) => (await api.call('POST', path(programme), { token, body })).status;
      expect([await ask('nosuch'), await ask('msp')]).toEqual([404, 409]);
      expect(await api.database.asOwner(`select from decision where subject like '%nosuch%'`)).toEqual([]);
    },
  );

  it('starts once per period: who starts it again joins it', async () => {
    const body = { period: PERIOD, collectUntil: '2025-12-01T00:00:00Z', reviewUntil: '2025-12-01T00:00:00+01:00' };
    const refused = await start(body);
    expect(refused.json.errors[0].field).toBe('/reviewUntil');
    const first = await start({ ...body, reviewUntil: body.collectUntil });
    const second = await start({ period: PERIOD });
    const workflowId = `billing-run:msp:${PERIOD}`;
    expect([first.status, first.json]).toEqual([202, { programme: 'msp', period: PERIOD, workflowId, joined: false }]);
    expect(second.json).toEqual({ programme: 'msp', period: PERIOD, workflowId, joined: true });
    const handle = new Client({ connection }).workflow.getHandle(workflowId);
    const description = await handle.describe();
    expect([description.type, description.taskQueue]).toEqual(['closePeriod', api.taskQueue]);
    const answers = await Promise.all([start({ period: PERIOD }), start({ period: PERIOD })]);
    expect(answers.every(({ json }) => json.joined === true)).toBe(true);
    const ended = await api.call('POST', `/v1/programmes/msp/runs/${PERIOD}/end-collection`, { token });
    expect([ended.status, ended.json]).toEqual([202, { programme: 'msp', period: PERIOD, workflowId }]);
    await handle.terminate();
    const trail = await api.call('GET', `/v1/audit?subject=run:msp:${PERIOD}`, { token });
    expect(trail.json.items[0]).toMatchObject({
      action: 'run.collectionEnded',
      actor: { kind: 'person', name: 'Partner One' },
    });
  });

  it('starts on day 1 of the next month at 04:00 of its programme, not before (rule 1)', async () => {
    const now = new Date();
    const current = now.toISOString().slice(0, 7);
    const answer = await start({ period: current });
    expect([answer.status, answer.json.code]).toEqual([409, 'PERIOD_NOT_OVER']);
    const opens = opensAt(parsePeriod(current), 'Europe/Berlin', SHIPPED_PROGRAMME_SETTINGS.calendar);
    expect(answer.json.detail).toContain(opens.toISOString());
    for (const period of ['2026-13', '2026-3', '1999-01', "2026-01'; --"]) {
      expect((await start({ period })).status).toBe(422);
    }
  });

  it('that does not go on cannot be hurried', async () => {
    for (const step of ['end-collection', 'end-review']) {
      const answer = await api.call('POST', `/v1/programmes/msp/runs/2025-10/${step}`, { token });
      expect([answer.status, answer.json.code]).toEqual([409, 'STATE_CONFLICT']);
    }
  });

  describe('whose cases are open', () => {
    beforeAll(async () => {
      await month.openAndReconcile('2025-12');
    });

    it('takes a decision later: the answer is 202, and the settlement waits for its worker', async () => {
      const { json } = await api.call('GET', '/v1/cases?period=2025-12&kind=report_mismatch', { token });
      const [found] = json.items;
      const body = { decision: 'accept_reported' };
      const headers = { 'idempotency-key': 'decision-1' };
      for (let i = 0; i < 2; i += 1) {
        const answer = await api.call('POST', `/v1/cases/${found.id}/decision`, { token, body, headers });
        expect([answer.status, answer.json]).toEqual([202, { status: 'accepted' }]);
      }
      const handle = new Client({ connection }).workflow.getHandle(`msp-statement:msp:2025-12:${found.mspId}`);
      expect((await handle.describe()).type).toBe('settleStatement');
      await handle.terminate();
    });

    it('takes many decisions later: each is pending, and the same request asked again means the same cases', async () => {
      const filter = { programme: 'msp', period: '2025-12', kind: 'report_mismatch' };
      const body = { filter, expected: 1, decision: 'accept_reported', reason: 'Seen' };
      const headers = { 'idempotency-key': 'decisions-1' };
      let mspId = '';
      for (let i = 0; i < 2; i += 1) {
        const { status, json } = await api.call('POST', '/v1/cases/decisions', { token, body, headers });
        expect([status, json.pending, json.items[0].outcome]).toEqual([202, 1, 'pending']);
        mspId = json.items[0].mspId;
        // Meanwhile the filter finds nothing any more.
        await month.run(
          `update discrepancy set state = 'settled', resolved_by = 'default', resolved_at = now()
           where period = '2025-12' and kind = 'report_mismatch' returning id`,
        );
      }
      const kept = await api.database.asOwner('select 1 from decision where batch_id is not null');
      expect(kept).toHaveLength(1);
      // A repeat that fails leaves the key to the request that may still have its effect.
      await api.database.asOwner('alter table decision rename to gone');
      expect((await api.call('POST', '/v1/cases/decisions', { token, body, headers })).status).toBe(500);
      await api.database.asOwner('alter table gone rename to decision');
      const other = { ...body, decision: 'waive' };
      const refused = await api.call('POST', '/v1/cases/decisions', { token, body: other, headers });
      expect(refused.json.code).toBe('IDEMPOTENCY_KEY_REUSED');
      await new Client({ connection }).workflow.getHandle(`msp-statement:msp:2025-12:${mspId}`).terminate();
    });

    it('takes decisions with what they need only', async () => {
      const { json } = await api.call('GET', '/v1/cases?period=2025-12&kind=report_mismatch', { token });
      const path = `/v1/cases/${json.items[0].id}/decision`;
      for (const body of [
        { decision: 'set_quantity' },
        { decision: 'accept', quantity: 5 },
        { decision: 'maybe' },
        {},
      ]) {
        expect((await api.call('POST', path, { token, body })).status).toBe(422);
      }
      for (const quantity of [-1, 1.5, 1e308, '5', Number.MAX_SAFE_INTEGER]) {
        const body = { decision: 'set_quantity', quantity, reason: 'Counted' };
        expect((await api.call('POST', path, { token, body })).json.errors[0].field).toBe('/quantity');
      }
    });

    it('is previewed as soon as a worker has worked it out', async () => {
      const answer = await api.call('GET', `/v1/programmes/msp/runs/${PERIOD}/preview`, { token });
      expect([answer.status, answer.json]).toEqual([202, { status: 'accepted' }]);
      await new Client({ connection }).workflow.getHandle(`billing-preview:msp:${PERIOD}`).terminate();
    });

    it('tries an MSP again when it is parked, not otherwise', async () => {
      const { json } = await api.call('GET', '/v1/cases?period=2025-12&kind=report_mismatch', { token });
      const { mspId } = json.items[0];
      const open = await api.call('POST', `/v1/programmes/msp/runs/2025-12/parked/${mspId}/retry`, { token });
      expect([open.status, open.json.code]).toEqual([409, 'STATE_CONFLICT']);
      expect((await api.call('POST', `/v1/programmes/msp/runs/2025-09/parked/${mspId}/retry`, { token })).status).toBe(
        404,
      );
      for (const run of ['msp/runs/2025-09', 'nowhere/runs/2025-12']) {
        expect((await api.call('GET', `/v1/programmes/${run}/parked`, { token })).status).toBe(404);
      }
    });
  });
});
