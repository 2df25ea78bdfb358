import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { settle } from '../../activities/orders/settle.js';
import { ALL } from '../../db/connect.js';
import { monthFixture } from '../support/month.js';
import { startTestApi, type TestApi } from './testApi.js';
import { destroyKey } from '../support/destroyKey.js';

const DEVICE = 'endpoint.device';

describe('products of a programme that an MSP may use (rule 21)', () => {
  let api: TestApi;
  let month: ReturnType<typeof monthFixture>;
  let team: string;
  let token: string;
  let mspId: string;
  let other: string;
  let tenantId: string;

  beforeAll(async () => {
    api = await startTestApi();
    month = monthFixture(api.database.db);
    await month.programme({ settings: { orders: { enabledByOrder: ['endpoint', 'firewall'] } } });
    const distributorId = await month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
    await month.pricePlan({
      currency: 'EUR',
      prices: { [DEVICE]: { model: 'per_unit', unitPrice: '1' } },
      termPrices: { [DEVICE]: { unitPrice: '12', billing: 'whole' } },
    });
    mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    other = await month.msp({ name: 'MSP Beta', distributorId });
    team = await api.token('vendor');
    token = await api.token('service_provider', { companyId: mspId });
    const tenant = await api.call('POST', `/v1/msps/${mspId}/tenants`, { token, body: { ref: 'a', name: 'A' } });
    tenantId = tenant.json.id ?? tenant.json.tenantId;
  });
  afterAll(() => api.close());

  const path = (product: string, of = mspId) => `/v1/msps/${of}/programmes/msp/products/${product}`;
  const shown = async (product: string, as = token) => {
    const { json } = await api.call('GET', `/v1/msps/${mspId}/programmes/msp/products`, { token: as });
    return json.items.find((one: { product: string }) => one.product === product);
  };
  const key = (product: string) =>
    api.call('POST', `/v1/msps/${mspId}/tenants/${tenantId}/keys`, {
      token,
      body: { programme: 'msp', product, kind: 'metered' },
    });
  const site = (product: string, name: string) =>
    api.call('POST', `/v1/msps/${mspId}/sites`, { token, body: { programme: 'msp', name, product } });
  const contract = { token: '', body: { reason: 'Contract of 1 March' } };

  it('are refused until they are enabled: sites and keys; the others are open to all', async () => {
    const refused = await key('endpoint');
    expect([refused.status, refused.json.code, refused.json.errors]).toEqual([
      409,
      'STATE_CONFLICT',
      [{ field: '/product', code: 'STATE_CONFLICT', message: 'In "msp" an order enables endpoint: order it first.' }],
    ]);
    expect((await site('endpoint', 'Branch')).status).toBe(409);
    expect((await key('backup')).status).toBe(201);
    expect(await shown('endpoint')).toMatchObject({ enabled: 'none', orderId: null, enabledAt: null });
    expect(await shown('backup')).toMatchObject({ enabled: 'open', inUse: { sites: 0, tenantKeys: 1 } });
  });

  it('are enabled by an order once it is approved: then keys are issued', async () => {
    const order = { kind: 'product', programme: 'msp', product: 'endpoint' };
    const confirmedPrice = { amount: '0.00', currency: 'EUR' };
    const placed = await api.call('POST', `/v1/msps/${mspId}/orders`, { token, body: { order, confirmedPrice } });
    expect((await key('endpoint')).status).toBe(409);
    expect(await shown('endpoint')).toMatchObject({ enabled: 'none', inUse: { orders: 1 } });
    await api.database.db.transaction(ALL, (trx) =>
      settle(trx, {
        ...{ mspId, orderId: placed.json.id, end: 'approve', reason: null, how: 'person' },
        ...{ actor: { kind: 'person', id: 'team', name: 'Partner team' }, at: new Date().toISOString() },
      }),
    );
    expect((await key('endpoint')).status).toBe(201);
    expect((await site('endpoint', 'Branch')).status).toBe(201);
    expect(await shown('endpoint')).toMatchObject({ enabled: 'order', orderId: placed.json.id });
  });

  it('are enabled by contract, by the partner team with its reason, once', async () => {
    const enabled = await api.call('PUT', path('firewall'), { ...contract, token: team });
    expect(enabled.json).toMatchObject({ enabled: 'contract', reason: 'Contract of 1 March', orderId: null });
    const again = await api.call('PUT', path('firewall'), { token: team, body: { reason: 'Another' } });
    expect(again.json.reason).toBe('Contract of 1 March');
    const trail = await api.call('GET', `/v1/audit?subject=msp:${mspId}`, { token: team });
    const actions = trail.json.items.map(({ action }: { action: string }) => action);
    expect(actions.filter((action: string) => action === 'product.enabled')).toHaveLength(1);
    expect((await key('firewall')).status).toBe(201);
  });

  it('are not enabled any more once nothing of them is in use: no month holds what was not enabled', async () => {
    const used = await api.call('DELETE', path('firewall'), { token: team });
    expect([used.status, used.json.code, used.json.detail]).toEqual([
      ...[409, 'STATE_CONFLICT'],
      'It is in use: tenantKeys: 1. End that first.',
    ]);
    expect((await shown('firewall')).enabled).toBe('contract');
    const keys = await api.call('GET', `/v1/msps/${mspId}/tenants/${tenantId}/keys`, { token });
    const { keyId } = keys.json.items.find((one: { product: string }) => one.product === 'firewall');
    await destroyKey(
      (to, body) => api.call('POST', to, { token, body }),
      `/v1/msps/${mspId}/tenants/${tenantId}/keys/${keyId}`,
    );
    expect((await api.call('DELETE', path('firewall'), { token: team })).status).toBe(204);
    expect((await key('firewall')).status).toBe(409);
    expect((await api.call('DELETE', path('firewall'), { token: team })).json.code).toBe('NOT_FOUND');
  });

  it('that came to be asked for while they were in use stay in use, seen as not enabled; a licence is refused', async () => {
    const { siteId } = await month.site({ mspId, name: 'Old', product: 'firewall' });
    expect(await shown('firewall')).toMatchObject({ enabled: 'none', inUse: { sites: 1 } });
    const order = { kind: 'licence', siteId, meter: 'firewall.user', count: 1, years: 1 };
    const quoted = await api.call('POST', `/v1/msps/${mspId}/orders/quote`, { token, body: { order } });
    expect([quoted.status, quoted.json.errors?.[0]?.field]).toEqual([409, '/product']);
  });

  it('are told to nobody else, and changed by the partner team alone', async () => {
    const enable = { token, body: { reason: 'I wish' } };
    expect((await api.call('PUT', path('firewall'), enable)).status).toBe(403);
    expect((await api.call('DELETE', path('endpoint'), { token })).status).toBe(403);
    const foreign = await api.call('GET', `/v1/msps/${other}/programmes/msp/products`, { token });
    expect(foreign.status).toBe(404);
    const none = await api.call('GET', `/v1/msps/${mspId}/programmes/other/products`, { token });
    expect([none.status, none.json.code]).toEqual([404, 'NOT_FOUND']);
    const unknown = await api.call('PUT', path('teapot'), { ...contract, token: team });
    expect([unknown.status, unknown.json.code]).toEqual([404, 'NOT_FOUND']);
  });
});
