import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { endSubscriptions } from '../../activities/endSubscriptions.js';
import { addMonths, nextPeriod, periodOf } from '../../domain/period.js';
import { monthFixture } from '../support/month.js';
import { startTestApi, type TestApi } from './testApi.js';

const MAILBOX = 'mail-server.mailbox';
const now = periodOf(new Date(), 'Europe/Berlin');
const next = nextPeriod(now);
const later = addMonths(now, 3);

describe('a subscription: a tenant’s use of a product', () => {
  let api: TestApi;
  let month: ReturnType<typeof monthFixture>;
  let token: string;
  let mspId: string;
  let other: string;
  let otherTenant: string;

  beforeAll(async () => {
    api = await startTestApi();
    month = monthFixture(api.database.db);
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '1' } } });
    mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    other = await month.msp({ name: 'MSP Beta', distributorId });
    token = await api.token('service_provider', { companyId: mspId });
    const foreign = await api.token('service_provider', { companyId: other });
    otherTenant = await tenant('theirs', foreign, other);
  });
  afterAll(() => api.close());

  async function tenant(ref: string, as = token, of = mspId): Promise<string> {
    const { json } = await api.call('POST', `/v1/msps/${of}/tenants`, { token: as, body: { ref, name: ref } });
    return json.id ?? json.tenantId;
  }
  const path = (tenantId: string, product = 'mail-server') =>
    `/v1/msps/${mspId}/tenants/${tenantId}/subscriptions/msp/${product}`;
  const set = (tenantId: string, body: object) => api.call('PUT', path(tenantId), { token, body });
  const end = (tenantId: string, body: object = {}) => api.call('POST', `${path(tenantId)}/end`, { token, body });
  const course = async (tenantId: string, as = token) =>
    (await api.call('GET', path(tenantId), { token: as })).json.items?.map(
      ({ kind, fromPeriod, untilPeriod }: Record<string, string | null>) => [kind, fromPeriod, untilPeriod],
    );
  const key = (tenantId: string) =>
    api.call('POST', `/v1/msps/${mspId}/tenants/${tenantId}/keys`, {
      token,
      body: { programme: 'msp', product: 'mail-server', kind: 'metered' },
    });
  const keyStates = async (tenantId: string) =>
    (await api.call('GET', `/v1/msps/${mspId}/tenants/${tenantId}/keys`, { token })).json.items.map(
      ({ state }: { state: string }) => state,
    );
  const required = (value: boolean) =>
    api.database.asOwner(`update programme_setting set settings = $1 where programme_code = 'msp'`, [
      JSON.stringify({ subscriptions: { required: value } }),
    ]);

  it('starts with the next month unless another is named, and is changed from a month on', async () => {
    const tenantId = await tenant('a');
    expect((await set(tenantId, { kind: 'metered' })).status).toBe(200);
    expect(await course(tenantId)).toEqual([['metered', next, null]]);
    expect((await set(tenantId, { kind: 'metered', fromPeriod: now, reason: 'At once' })).status).toBe(200);
    expect(await course(tenantId)).toEqual([
      ['metered', now, next],
      ['metered', next, null],
    ]);
    const past = await set(tenantId, { kind: 'metered', fromPeriod: addMonths(now, -1) });
    expect([past.status, past.json.errors[0].field]).toEqual([422, '/fromPeriod']);
  });

  it('case 59: of two opposite changes at once the second is told of the first, and may be made again', async () => {
    const tenantId = await tenant('both');
    await set(tenantId, { kind: 'metered', fromPeriod: next });
    // The first waits for the tenant, which the test holds, the other for the first.
    const holder = new pg.Client({ connectionString: api.database.ownerUrl });
    await holder.connect();
    await holder.query('begin');
    await holder.query('select from tenant where id = $1 for update', [tenantId]);
    const both = [set(tenantId, { kind: 'metered', fromPeriod: later }), end(tenantId, { fromPeriod: later })];
    const waiting = async () =>
      (
        await api.database.asOwner<{ count: number }>(
          `select count(*)::int as count from pg_stat_activity
             where wait_event_type = 'Lock' and datname = current_database()`,
        )
      )[0]?.count ?? 0;
    while ((await waiting()) < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    await holder.end();
    const answers = await Promise.all(both);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.json.code).toBe('ALREADY_DECIDED');
    expect((await set(tenantId, { kind: 'metered', fromPeriod: later })).status).toBe(200);
    expect((await end(tenantId, { fromPeriod: later })).status).toBe(200);
  });

  it('of the kind term asks for a licence that covers the tenant', async () => {
    const without = await set(await tenant('b'), { kind: 'term' });
    expect([without.status, without.json.code, without.json.errors[0].field]).toEqual([409, 'STATE_CONFLICT', '/kind']);
    const site = await month.site({ mspId, name: 'Licensed', tenants: ['c'], fromPeriod: now });
    const [found] = await month.run<{ id: string }>(`select id from tenant where ref = 'c' and msp_id = :mspId`, {
      mspId,
    });
    const tenantId = found?.id ?? '';
    const term = { meter: MAILBOX, count: 1, from: `${next}-15`, until: `${addMonths(next, 12)}-15` } as const;
    await month.licence(site, term);
    expect((await set(tenantId, { kind: 'term' })).status).toBe(200);
    expect((await set(tenantId, { kind: 'term', fromPeriod: now })).status).toBe(409);
    expect((await set(tenantId, { kind: 'term', fromPeriod: addMonths(next, 13) })).status).toBe(409);
    expect(await course(tenantId)).toEqual([['term', next, null]]);
  });

  it('is started by the tenant’s first key, where the programme asks for none before', async () => {
    const tenantId = await tenant('d');
    expect((await key(tenantId)).status).toBe(201);
    expect((await key(tenantId)).status).toBe(201);
    expect(await course(tenantId)).toEqual([['metered', now, null]]);
  });

  it('is needed for a key, where the programme asks for it', async () => {
    await required(true);
    const tenantId = await tenant('e');
    const refused = await key(tenantId);
    expect([refused.status, refused.json.code, refused.json.errors[0].field]).toEqual([
      ...[409, 'STATE_CONFLICT'],
      '/product',
    ]);
    await set(tenantId, { kind: 'metered' });
    expect((await key(tenantId)).status).toBe(409);
    await set(tenantId, { kind: 'metered', fromPeriod: now });
    expect((await key(tenantId)).status).toBe(201);
    await required(false);
  });

  it('ends with a month, never with the running one, and its keys with it', async () => {
    const tenantId = await tenant('f');
    expect((await end(tenantId)).json.code).toBe('STATE_CONFLICT');
    await key(tenantId);
    const early = await end(tenantId, { fromPeriod: now });
    expect([early.status, early.json.errors[0].field]).toEqual([422, '/fromPeriod']);
    expect((await end(tenantId, { fromPeriod: later, reason: 'Customer has left' })).status).toBe(200);
    expect(await course(tenantId)).toEqual([['metered', now, later]]);
    const watch = (instant: string) => endSubscriptions({ db: api.database.db })({ now: instant });
    await watch(`${addMonths(later, -1)}-28T12:00:00Z`);
    expect(await keyStates(tenantId)).toEqual(['issued']);
    expect(await watch(`${later}-01T02:30:00Z`)).toEqual({ ended: 1 });
    expect(await watch(`${later}-01T02:30:00Z`)).toEqual({ ended: 0 });
    expect(await keyStates(tenantId)).toEqual(['revoked']);
    const [ended] = await month.run<{ at: Date; how: string }>(
      'select ended_at as at, ended_how as how from metered_key where tenant_id = :tenantId',
      { tenantId },
    );
    // The first instant of the month in Berlin, in winter or in summer.
    const day = new Intl.DateTimeFormat('sv', { timeZone: 'Europe/Berlin', dateStyle: 'short', timeStyle: 'medium' });
    expect(day.format(ended?.at)).toBe(`${later}-01 00:00:00`);
  });

  it('keeps its keys where it is taken up again before it was over', async () => {
    const tenantId = await tenant('g');
    await key(tenantId);
    await end(tenantId, { fromPeriod: next });
    await set(tenantId, { kind: 'metered', fromPeriod: next });
    await endSubscriptions({ db: api.database.db })({ now: `${later}-01T02:30:00Z` });
    expect(await keyStates(tenantId)).toEqual(['issued']);
  });

  it('changes nothing in a month that was opened (rule 19)', async () => {
    const tenantId = await tenant('h');
    await month.close(now, new Date(`${next}-20T12:00:00Z`));
    const opened = await set(tenantId, { kind: 'metered', fromPeriod: now });
    expect([opened.status, opened.json.code]).toEqual([409, 'PERIOD_OPENED']);
    expect((await key(tenantId)).status).toBe(201);
    expect(await course(tenantId)).toEqual([['metered', next, null]]);
  });

  it('is listed by month, and nobody sees or changes another’s', async () => {
    const listed = await api.call('GET', `/v1/msps/${mspId}/subscriptions?period=${next}&limit=2`, { token });
    expect(listed.json.items).toHaveLength(2);
    const rest = await api.call('GET', `/v1/msps/${mspId}/subscriptions?limit=2&after=${listed.json.next}`, { token });
    expect(rest.status).toBe(200);
    const foreign = await set(otherTenant, { kind: 'metered' });
    const unknown = await set('6b1f0d3e-5a57-4c43-9d3a-0a8f4f3c2b11', { kind: 'metered' });
    expect([foreign.status, foreign.json.code]).toEqual([404, 'NOT_FOUND']);
    expect({ ...foreign.json, instance: '' }).toEqual({ ...unknown.json, instance: '' });
    const limited = await api.token('service_provider', { companyId: mspId, tenantIds: [await tenant('i')] });
    const seen = await api.call('GET', `/v1/msps/${mspId}/subscriptions`, { token: limited });
    expect([seen.status, seen.json.items]).toEqual([200, []]);
    const nobody = await api.call('PUT', path(await tenant('j'), 'teapot'), { token, body: { kind: 'metered' } });
    expect([nobody.status, nobody.json.code]).toEqual([404, 'NOT_FOUND']);
  });
});
