import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addMonths, nextPeriod, periodOf } from '../../domain/period.js';
import { startTestApi, type TestApi } from '../api/testApi.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';
const now = periodOf(new Date(), 'Europe/Berlin');
const next = nextPeriod(now);
const later = addMonths(now, 2);

/** Alpha's tenant north has a unit below it, branch; south is beside them. What they use next month is reported by their sites. */
describe('a cap on the quantity of a subscription', () => {
  let api: TestApi;
  let month: ReturnType<typeof monthFixture>;
  let token: string;
  let mspId: string;
  let betaTenant: string;
  let distributor: string;
  const tenants: Record<string, string> = {};

  const path = (tenantId: string, meter = MAILBOX) => `/v1/msps/${mspId}/tenants/${tenantId}/caps/msp/${meter}`;
  const put = (tenant: string, body: object, as = token) =>
    api.call('PUT', path(tenants[tenant] ?? ''), { token: as, body });
  const course = async (tenant: string) =>
    (await api.call('GET', path(tenants[tenant] ?? ''), { token })).json.items.map(
      ({ quantity, fromPeriod, untilPeriod }: Record<string, unknown>) => [quantity, fromPeriod, untilPeriod],
    );
  const list = async (query: string, as = token) =>
    (await api.call('GET', `/v1/subscription-caps?${query}`, { token: as })).json.items?.map(
      ({ tenantRef, cap, used, over }: Record<string, unknown>) => [tenantRef, cap, used, over],
    );
  const refusal = ({ status, json }: { status: number; json: { code: string; errors: { field: string }[] } }) => [
    status,
    json.code,
    json.errors[0]?.field,
  ];
  const reports = async (name: string, ref: string, peak: number) => {
    const site = await month.site({ mspId, name, tenants: [ref] });
    await month.report(site, { period: next, lines: [{ tenant: ref, meter: MAILBOX, peak }] });
  };

  beforeAll(async () => {
    api = await startTestApi();
    month = monthFixture(api.database.db);
    const germany = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '1' } } });
    mspId = await month.msp({ name: 'MSP Alpha', distributorId: germany });
    const beta = await month.msp({ name: 'MSP Beta', distributorId: germany });
    token = await api.token('service_provider', { companyId: mspId });
    distributor = await api.token('distributor', { companyId: germany });
    const add = async (body: object, as = token, of = mspId): Promise<string> =>
      (await api.call('POST', `/v1/msps/${of}/tenants`, { token: as, body })).json.id;
    tenants.north = await add({ ref: 'north', name: 'North' });
    tenants.branch = await add({ ref: 'branch', name: 'Branch', parentRef: 'north' });
    tenants.south = await add({ ref: 'south', name: 'South' });
    tenants.idle = await add({ ref: 'idle', name: 'Idle' });
    betaTenant = await add(
      { ref: 'beta', name: 'Beta' },
      await api.token('service_provider', { companyId: beta }),
      beta,
    );
    for (const ref of ['north', 'south']) {
      const subscription = `/v1/msps/${mspId}/tenants/${tenants[ref]}/subscriptions/msp/mail-server`;
      expect((await api.call('PUT', subscription, { token, body: { kind: 'metered' } })).status).toBe(200);
    }
    await reports('Head office', 'north', 8);
    await reports('Branch office', 'branch', 5);
    await reports('South office', 'south', 7);
  });
  afterAll(() => api.close());

  it('is set from the next month on, for a subscription that runs then', async () => {
    expect((await put('north', { quantity: 10, reason: 'Agreed' })).status).toBe(200);
    expect((await put('south', { quantity: 7 })).status).toBe(200);
    expect(await course('north')).toEqual([[10, next, null]]);
    expect(refusal(await put('north', { quantity: 10, fromPeriod: now }))).toEqual([
      ...[422, 'VALIDATION_FAILED'],
      '/fromPeriod',
    ]);
    expect(refusal(await put('idle', { quantity: 1 }))).toEqual([409, 'STATE_CONFLICT', '/fromPeriod']);
    expect(refusal(await put('idle', { quantity: null }))).toEqual([409, 'STATE_CONFLICT', '/quantity']);
  });

  it.each([-1, 1.5, 1e9, '10'])('is a count of units, not %p', async (quantity) => {
    expect(refusal(await put('north', { quantity }))).toEqual([422, 'VALIDATION_FAILED', '/quantity']);
  });

  it('is told beside what the tenant and the units below it used, to the MSP, its distributor and the partner team', async () => {
    expect(await list(`period=${next}`)).toHaveLength(2);
    const over = [['north', 10, 13, 3]];
    for (const reader of [token, distributor, await api.token('vendor')]) {
      expect(await list(`period=${next}&over=true`, reader)).toEqual(over);
    }
    expect(await list(`period=${next}&over=false`)).toEqual([['south', 7, 7, 0]]);
    expect(await list(`period=${now}`)).toEqual([]);
    const first = (await api.call('GET', `/v1/subscription-caps?period=${next}&limit=1`, { token })).json;
    const rest = await list(`period=${next}&limit=1&after=${first.next}`);
    expect([first.items[0].tenantRef, rest[0][0]].sort()).toEqual(['north', 'south']);
  });

  it('refuses nothing and cuts nothing: all that was used is billed', async () => {
    const [statement] = await month.close(next, new Date(`${later}-20T12:00:00Z`));
    const quantities = statement?.lines.map((line) => ('quantity' in line ? line.quantity : null));
    expect(quantities?.sort()).toEqual([5, 7, 8]);
    expect(refusal(await put('north', { quantity: 1, fromPeriod: next }))).toEqual([
      ...[409, 'PERIOD_OPENED'],
      '/fromPeriod',
    ]);
  });

  it('is changed and removed from later months on, and what was set stays on record', async () => {
    expect((await put('north', { quantity: 0, fromPeriod: later })).status).toBe(200);
    expect((await put('north', { quantity: null, fromPeriod: addMonths(later, 1) })).status).toBe(200);
    expect(await course('north')).toEqual([
      [null, addMonths(later, 1), null],
      [0, later, addMonths(later, 1)],
      [10, next, later],
    ]);
    expect(await list(`period=${later}&tenantId=${tenants.north}`)).toEqual([['north', 0, 0, 0]]);
    expect(await list(`period=${addMonths(later, 1)}&tenantId=${tenants.north}`)).toEqual([]);
    expect(await list(`period=${next}&over=true`)).toEqual([['north', 10, 13, 3]]);
    const trail = await month.run<{ action: string }>(
      `select action from audit_event where subject = :subject and action like 'cap.%' order by id`,
      { subject: `tenant:${tenants.north}` },
    );
    expect(trail.map(({ action }) => action)).toEqual(['cap.set', 'cap.set', 'cap.removed']);
  });

  it('is nobody else’s to see or to set', async () => {
    const foreign = await api.call('PUT', path(betaTenant), { token, body: { quantity: 1 } });
    const unknown = await api.call('PUT', path(randomUUID()), { token, body: { quantity: 1 } });
    expect([foreign.status, foreign.json.code]).toEqual([404, 'NOT_FOUND']);
    expect({ ...foreign.json, instance: '' }).toEqual({ ...unknown.json, instance: '' });
    const limited = await api.token('service_provider', { companyId: mspId, tenantIds: [tenants.south ?? ''] });
    expect(await list(`period=${next}`, limited)).toEqual([['south', 7, 7, 0]]);
    expect((await put('south', { quantity: 1, fromPeriod: later }, limited)).status).toBe(403);
    expect((await put('south', { quantity: 1, fromPeriod: later }, distributor)).status).toBe(403);
    expect((await api.call('GET', `/v1/subscription-caps?tenantId=${betaTenant}`, { token })).status).toBe(404);
    expect((await api.call('PUT', path(tenants.south ?? '', 'tea.cup'), { token, body: { quantity: 1 } })).status).toBe(
      404,
    );
  });
});
