import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addMonths, nextPeriod, periodOf } from '../../domain/period.js';
import { startTestApi, type TestApi } from '../api/testApi.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';
const now = periodOf(new Date(), 'Europe/Berlin');
const next = nextPeriod(now);
const later = addMonths(now, 3);

describe('a change of a subscription says what follows from it before it is confirmed', () => {
  let api: TestApi;
  let month: ReturnType<typeof monthFixture>;
  let token: string;
  let mspId: string;
  let foreignTenant: string;
  let dearer: string;

  beforeAll(async () => {
    api = await startTestApi();
    month = monthFixture(api.database.db);
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    const list = (unitPrice: string, fromPeriod: string) =>
      month.pricePlan({
        ...{ currency: 'EUR', fromPeriod },
        prices: { [MAILBOX]: { model: 'per_unit', unitPrice } },
      });
    await list('1.00', '2026-01');
    dearer = await list('1.50', later);
    mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    const other = await month.msp({ name: 'MSP Beta', distributorId });
    token = await api.token('service_provider', { companyId: mspId });
    foreignTenant = await tenant('theirs', await api.token('service_provider', { companyId: other }), other);
  });
  afterAll(() => api.close());

  async function tenant(ref: string, as = token, of = mspId): Promise<string> {
    const { json } = await api.call('POST', `/v1/msps/${of}/tenants`, { token: as, body: { ref, name: ref } });
    return json.id ?? json.tenantId;
  }
  const path = (tenantId: string, product = 'mail-server') =>
    `/v1/msps/${mspId}/tenants/${tenantId}/subscriptions/msp/${product}`;
  const preview = (tenantId: string, body: object, as = token) =>
    api.call('POST', `${path(tenantId)}/preview`, { token: as, body });
  const set = (tenantId: string, body: object) => api.call('PUT', path(tenantId), { token, body });
  const end = (tenantId: string, body: object) => api.call('POST', `${path(tenantId)}/end`, { token, body });
  const course = async (tenantId: string) =>
    (await api.call('GET', path(tenantId), { token })).json.items.map(
      ({ kind, fromPeriod }: Record<string, string | null>) => [kind, fromPeriod],
    );
  const key = (tenantId: string) =>
    api.call('POST', `/v1/msps/${mspId}/tenants/${tenantId}/keys`, {
      token,
      body: { programme: 'msp', product: 'mail-server', kind: 'metered' },
    });
  const refusal = ({ status, json }: { status: number; json: { code: string; errors: { field: string }[] } }) => [
    status,
    json.code,
    json.errors[0]?.field,
  ];
  const NOT_CONFIRMED = [409, 'CHANGE_NOT_CONFIRMED', '/confirmed'];
  const priced = (unitPrice: string) => ({
    currency: 'EUR',
    meters: [{ meter: MAILBOX, unit: 'mailbox', aggregation: 'peak', price: { model: 'per_unit', unitPrice } }],
    monthlyMinimum: null,
  });

  it('names the month, what is billed until then and what it costs after, and keeps nothing', async () => {
    const tenantId = await tenant('a');
    const said = await preview(tenantId, { change: 'metered', fromPeriod: later });
    expect(said.status).toBe(200);
    expect(said.json).toMatchObject({
      ...{ change: 'metered', fromPeriod: later, untilPeriod: null, replaces: null },
      until: { lastPeriod: addMonths(later, -1), kind: null, prices: priced('1.00') },
      after: { kind: 'metered', prices: priced('1.50'), licences: [], keysEnded: 0 },
    });
    expect((await preview(tenantId, { change: 'metered' })).json.fromPeriod).toBe(next);
    expect(await course(tenantId)).toEqual([]);
  });

  it('is done as it was previewed, also when it is sent twice', async () => {
    const tenantId = await tenant('b');
    const { digest } = (await preview(tenantId, { change: 'metered', fromPeriod: later })).json;
    const body = { kind: 'metered', fromPeriod: later, confirmed: digest };
    expect((await set(tenantId, body)).status).toBe(200);
    expect((await set(tenantId, body)).status).toBe(200);
    expect(await course(tenantId)).toEqual([['metered', later]]);
    expect((await preview(tenantId, { change: 'metered' })).json).toMatchObject({ untilPeriod: later, replaces: null });
  });

  it('is refused where it would hold from another month, or something else was asked than confirmed', async () => {
    const tenantId = await tenant('c');
    const { digest } = (await preview(tenantId, { change: 'metered', fromPeriod: later })).json;
    expect(refusal(await set(tenantId, { kind: 'metered', confirmed: digest }))).toEqual(NOT_CONFIRMED);
    const ofAnother = (await preview(await tenant('d'), { change: 'ended' })).json;
    expect(ofAnother.code).toBe('STATE_CONFLICT');
    expect((await set(tenantId, { kind: 'metered', confirmed: 'yes' })).status).toBe(422);
    expect(await course(tenantId)).toEqual([]);
  });

  it('is refused where its price has changed since', async () => {
    const tenantId = await tenant('e');
    const { digest } = (await preview(tenantId, { change: 'metered', fromPeriod: later })).json;
    await month.run(`update price_plan set prices = jsonb_set(prices, :at, '"2.00"') where id = :dearer`, {
      ...{ dearer, at: `{${MAILBOX},unitPrice}` },
    });
    const late = await set(tenantId, { kind: 'metered', fromPeriod: later, confirmed: digest });
    expect(refusal(late)).toEqual(NOT_CONFIRMED);
    expect(await course(tenantId)).toEqual([]);
    const again = (await preview(tenantId, { change: 'metered', fromPeriod: later })).json;
    expect(again.after.prices).toEqual(priced('2.00'));
    expect((await set(tenantId, { kind: 'metered', fromPeriod: later, confirmed: again.digest })).status).toBe(200);
  });

  it('is refused where somebody else has changed it since', async () => {
    const tenantId = await tenant('f');
    await set(tenantId, { kind: 'metered', fromPeriod: next });
    const { json } = await preview(tenantId, { change: 'ended', fromPeriod: later });
    expect(json).toMatchObject({ until: { kind: 'metered' }, after: { kind: null, prices: null } });
    expect((await end(tenantId, { fromPeriod: next })).status).toBe(200);
    expect((await set(tenantId, { kind: 'metered', fromPeriod: later })).status).toBe(200);
    expect(refusal(await end(tenantId, { fromPeriod: later, confirmed: json.digest }))).toEqual(NOT_CONFIRMED);
  });

  it('names the keys that end with it, and is refused where they are more by now', async () => {
    const tenantId = await tenant('g');
    await key(tenantId);
    const { json } = await preview(tenantId, { change: 'ended' });
    expect([json.fromPeriod, json.after.keysEnded, json.until.kind]).toEqual([next, 1, 'metered']);
    await key(tenantId);
    expect(refusal(await end(tenantId, { confirmed: json.digest }))).toEqual(NOT_CONFIRMED);
    const { digest } = (await preview(tenantId, { change: 'ended' })).json;
    expect((await end(tenantId, { confirmed: digest })).status).toBe(200);
  });

  it('refuses what the change itself would refuse, with the same code and field', async () => {
    const tenantId = await tenant('h');
    expect(refusal(await preview(tenantId, { change: 'term' }))).toEqual([409, 'STATE_CONFLICT', '/kind']);
    const past = { change: 'metered', fromPeriod: addMonths(now, -1) };
    expect(refusal(await preview(tenantId, past))).toEqual([422, 'VALIDATION_FAILED', '/fromPeriod']);
    expect((await preview(tenantId, { change: 'paused' })).status).toBe(422);
    const site = await month.site({ mspId, name: 'Licensed', tenants: ['i'], fromPeriod: now });
    const term = { meter: MAILBOX, count: 5, from: `${next}-15`, until: `${addMonths(next, 12)}-15` } as const;
    await month.licence(site, term);
    const [found] = await month.run<{ id: string }>(`select id from tenant where ref = 'i' and msp_id = :mspId`, {
      mspId,
    });
    const said = (await preview(found?.id ?? '', { change: 'term' })).json;
    expect(said.after).toMatchObject({
      kind: 'term',
      licences: [{ meter: MAILBOX, count: 5, startsOn: term.from, endsOn: term.until }],
    });
    await month.close(now, new Date(`${next}-20T12:00:00Z`));
    expect(refusal(await preview(tenantId, { change: 'metered', fromPeriod: now }))).toEqual([
      ...[409, 'PERIOD_OPENED'],
      '/fromPeriod',
    ]);
  });

  it('says of a foreign tenant what it says of none, and nothing to a view that changes no subscriptions', async () => {
    const foreign = await preview(foreignTenant, { change: 'metered' });
    const unknown = await preview(randomUUID(), { change: 'metered' });
    expect([foreign.status, foreign.json.code]).toEqual([404, 'NOT_FOUND']);
    expect({ ...foreign.json, instance: '' }).toEqual({ ...unknown.json, instance: '' });
    const customer = await api.token('customer', { companyId: await month.company('customer') });
    expect((await preview(await tenant('j'), { change: 'metered' }, customer)).status).toBe(403);
    const reader = await api.token('service_provider', { companyId: mspId, level: 'reader' });
    expect((await preview(await tenant('k'), { change: 'metered' }, reader)).status).toBe(403);
  });
});
