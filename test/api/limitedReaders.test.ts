import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { monthFixture } from '../support/month.js';
import { startTestApi, type TestApi } from './testApi.js';
import { destroyKey } from '../support/destroyKey.js';

const MAILBOX = 'mail-server.mailbox';

/** A licence that began yesterday. */
const inForce = () => {
  const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
  return { meter: MAILBOX, count: 5, from: day(-1), until: day(300) } as const;
};
const names = (items: { name: string }[]) => items.map(({ name }) => name);

/** MSP Alpha serves the tenants north and south, each at a site of its own and both at one; north has its own company. */
describe('a customer of an MSP, who is limited to its own tenant', () => {
  let api: TestApi;
  let month: ReturnType<typeof monthFixture>;
  let alpha: string;
  let beta: string;
  let token: string;
  let distributor: string;
  let north: string;
  const site: Record<'North' | 'South' | 'shared', { siteId: string; keyId: string }> = {} as never;

  beforeAll(async () => {
    api = await startTestApi();
    month = monthFixture(api.database.db);
    distributor = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } } });
    alpha = await month.msp({ name: 'MSP Alpha', distributorId: distributor });
    beta = await month.msp({ name: 'MSP Beta', distributorId: distributor });
    const made = {
      North: await month.site({ mspId: alpha, name: 'North', tenants: ['north'] }),
      South: await month.site({ mspId: alpha, name: 'South', tenants: ['south'] }),
      shared: await month.site({ mspId: alpha, name: 'North and South', tenants: ['north', 'south'] }),
    };
    Object.assign(site, made);
    await month.site({ mspId: beta, name: 'Beta', tenants: ['b'] });
    const customer = await month.company('customer');
    const [tenant] = await month.run<{ id: string }>(
      `update tenant set customer_id = :customer where msp_id = :alpha and ref = 'north' returning id`,
      { customer, alpha },
    );
    north = tenant?.id ?? '';
    for (const [of, tenantRef, count] of [
      [made.North, 'north', 7],
      [made.South, 'south', 50],
      [made.shared, 'north', 3],
    ] as const) {
      await month.checkIn(of, { at: '2026-03-10T10:00:00Z', tenant: tenantRef, meter: MAILBOX, count });
      await month.checkIn(of, { at: '2026-03-20T10:00:00Z', tenant: tenantRef, meter: MAILBOX, count: count - 1 });
    }
    await month.report(made.shared, {
      period: '2026-03',
      lines: [
        { tenant: 'north', meter: MAILBOX, peak: 9 },
        { tenant: 'south', meter: MAILBOX, peak: 40 },
        { tenant: 'nobody', meter: MAILBOX, peak: 9 },
      ],
    });
    for (const [of, tenantRef, peak] of [
      [made.North, 'north', 7],
      [made.South, 'south', 50],
    ] as const) {
      await month.report(of, { period: '2026-03', lines: [{ tenant: tenantRef, meter: MAILBOX, peak }] });
    }
    await month.close('2026-03', new Date('2026-04-06T12:00:00Z'));
    token = await api.token('customer', { companyId: customer });
  });
  afterAll(() => api.close());

  const get = async (path: string) => (await api.call('GET', `/v1/msps/${alpha}${path}`, { token })).json;
  const post = (path: string, body: object = {}) => api.call('POST', `/v1/msps/${alpha}${path}`, { token, body });

  it('lists the sites that serve it, and of their tenants itself alone', async () => {
    const { items, next } = await get('/sites');
    expect(names(items)).toEqual(['North', 'North and South']);
    expect(items.map(({ tenantRefs }: { tenantRefs: string[] }) => tenantRefs)).toEqual([['north'], ['north']]);
    expect(next).toBeNull();
    expect((await get('/sites?limit=1')).next).not.toBeNull();
    expect((await get(`/sites/${site.South.siteId}`)).code).toBe('NOT_FOUND');
    expect((await get(`/sites/${site.shared.siteId}/assignments`)).items).toHaveLength(1);
    expect((await get(`/sites/${site.shared.siteId}/installations`)).items).toHaveLength(1);
  });

  it('lists its tenant, the keys of its sites, and licences of its tenant or of sites that serve no other', async () => {
    expect(names((await get('/tenants')).items)).toEqual(['Tenant north']);
    expect((await get(`/sites/${site.shared.siteId}/keys`)).items).toHaveLength(1);
    expect((await get(`/sites/${site.South.siteId}/keys`)).code).toBe('NOT_FOUND');
    for (const { siteId } of Object.values(site)) {
      const term = { meter: MAILBOX, count: 5, from: '2024-01-01', until: '2025-01-01' } as const;
      await month.licence({ mspId: alpha, siteId }, term);
    }
    const licences = (await get('/term-licences')).items;
    expect(licences.map(({ siteId }: { siteId: string }) => siteId)).toEqual([site.North.siteId]);
    expect(licences[0].unitPrice).toBeNull();
  });

  it('sees nothing of another MSP, and no whole statement', async () => {
    for (const list of ['sites', 'tenants', 'term-licences', 'usage', 'usage-lines', 'findings']) {
      expect((await api.call('GET', `/v1/msps/${beta}/${list}`, { token })).status).toBe(404);
    }
    expect((await api.call('GET', '/v1/statements', { token })).status).toBe(403);
    expect((await api.call('GET', '/v1/msps', { token })).status).toBe(403);
  });

  it('sees its own usage of a month, also where a site reports several tenants at once', async () => {
    const { items, next } = await get('/usage?period=2026-03');
    const shown = items.map((row: Record<string, unknown>) => [row.siteName, row.tenantRef, row.highest, row.reported]);
    expect(shown).toEqual([
      ['North', 'north', 7, 7],
      ['North and South', 'north', 3, 9],
    ]);
    expect(items[0]).toMatchObject({ highestOn: '2026-03-10', sum: 13, last: 6, meter: MAILBOX, programme: 'msp' });
    expect(next).toBeNull();
    const page = await get('/usage?period=2026-03&limit=1');
    expect((await get(`/usage?period=2026-03&limit=1&after=${page.next}`)).items).toEqual([items[1]]);
    expect((await get(`/usage?period=2026-03&siteId=${site.South.siteId}`)).code).toBe('NOT_FOUND');
    expect((await get('/usage?period=2026-02')).items).toEqual([]);
  });

  it('sees what was billed for it, line by line, though not what its MSP pays', async () => {
    const { items, next } = await get('/usage-lines');
    const shown = items.map((row: Record<string, unknown>) => [row.siteName, row.tenantRef, row.quantity, row.amount]);
    expect(shown).toEqual([
      ['North', 'north', 7, null],
      ['North and South', 'north', 9, null],
    ]);
    expect(next).toBeNull();
    const page = await get('/usage-lines?limit=1');
    expect((await get(`/usage-lines?limit=1&after=${page.next}`)).items).toEqual([items[1]]);
  });

  it('sees what was found in its usage, with the evidence, though not who decides it', async () => {
    const { items, next } = await get('/findings');
    expect(items).toEqual([
      {
        id: expect.any(String),
        ...{ mspId: alpha, programme: 'msp', period: '2026-03', kind: 'report_mismatch' },
        ...{
          siteId: site.shared.siteId,
          siteName: 'North and South',
          tenantId: north,
          tenantRef: 'north',
          meter: MAILBOX,
        },
        evidence: { reported: 9, observed: 3, others: null },
        ...{ state: 'settled', decision: null, quantity: null, resolvedAt: expect.any(String) },
        foundAt: expect.any(String),
      },
    ]);
    expect(next).toBeNull();
    expect((await get('/findings?state=open')).items).toEqual([]);
    expect((await get(`/findings?siteId=${site.South.siteId}`)).code).toBe('NOT_FOUND');
  });

  it('while the MSP sees all of it, what is unassigned too, and so does its distributor', async () => {
    for (const [view, companyId] of [
      ['service_provider', alpha],
      ['distributor', distributor],
    ] as const) {
      const whole = await api.token(view, { companyId });
      const seen = async (list: string) =>
        (await api.call('GET', `/v1/msps/${alpha}/${list}`, { token: whole })).json.items.map(
          (row: Record<string, unknown>) => [row.siteName, row.tenantRef],
        );
      expect(await seen('usage?period=2026-03')).toEqual([
        ['North', 'north'],
        ['North and South', null],
        ['North and South', 'north'],
        ['North and South', 'south'],
        ['South', 'south'],
      ]);
      expect(await seen('usage-lines')).toHaveLength(5);
      expect((await seen('findings')).sort()).toEqual([
        ['North and South', 'nobody'],
        ['North and South', 'north'],
      ]);
      const { json } = await api.call('GET', `/v1/msps/${alpha}/usage-lines?siteId=${site.North.siteId}`, {
        token: whole,
      });
      expect(json.items[0].amount).toEqual({ amount: '14.00', currency: 'EUR' });
    }
  });

  it('gets an additional key where a term licence is in force, of a site that serves no other', async () => {
    const additional = `/sites/${site.North.siteId}/keys/additional`;
    expect((await post(additional)).json.code).toBe('STATE_CONFLICT');
    for (const { siteId } of Object.values(site)) await month.licence({ mspId: alpha, siteId }, inForce());
    expect((await post(additional)).status).toBe(201);
    expect((await post(`/sites/${site.shared.siteId}/keys/additional`)).json.code).toBe('FORBIDDEN');
    expect((await post(`/sites/${site.South.siteId}/keys/additional`)).json.code).toBe('NOT_FOUND');
  });

  it('gets one for its tenant where that has a licence of the product', async () => {
    const additional = `/tenants/${north}/keys/additional`;
    const body = { programme: 'msp', product: 'mail-server' };
    expect((await post(additional, body)).json.code).toBe('STATE_CONFLICT');
    await month.licence({ mspId: alpha, siteId: site.North.siteId }, { ...inForce(), tenant: 'north' });
    expect((await post(additional, body)).status).toBe(201);
    expect((await post(additional, { ...body, product: 'backup' })).json.code).toBe('STATE_CONFLICT');
    const [key] = (await get(`/tenants/${north}/keys`)).items;
    expect((await destroyKey(post, `/tenants/${north}/keys/${key.keyId}`)).json.state).toBe('destroyed');
  });

  it('destroys keys of such sites alone; the last one retires the site', async () => {
    const { siteId, keyId } = site.shared;
    expect((await destroyKey(post, `/sites/${siteId}/keys/${keyId}`)).json.code).toBe('FORBIDDEN');
    const { items } = await get(`/sites/${site.North.siteId}/keys`);
    for (const key of items as { keyId: string }[]) {
      const { json } = await destroyKey(post, `/sites/${site.North.siteId}/keys/${key.keyId}`);
      expect(json.state).toBe('destroyed');
    }
    expect((await get(`/sites/${site.North.siteId}`)).state).toBe('retired');
    expect((await post(`/sites/${site.North.siteId}/keys/rotate`)).status).toBe(403);
  });
});
