import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { monthFixture } from '../support/month.js';
import { startTestApi, type TestApi } from './testApi.js';

describe('while no worker runs', () => {
  let api: TestApi;
  let token: string;
  let month: ReturnType<typeof monthFixture>;
  let distributorId: string;
  beforeAll(async () => {
    api = await startTestApi({ limits: { updateTimeoutMs: 1_000 } });
    token = await api.token('vendor');
    month = monthFixture(api.database.db);
    distributorId = await month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
    const territory = { distributorId, opensOn: '2026-01-01' };
    await api.call('PUT', '/v1/programmes/msp/territories/IT', { token, body: territory });
  });
  afterAll(() => api.close());

  it('a sign-up is received, and a decision on it is answered with 202: ask again', async () => {
    const mspId = randomUUID();
    const body = {
      mspId,
      company: { name: 'MSP Alpha', registrationNumber: 'R 1', address: ['Via 1'], country: 'IT' },
      contact: { name: 'Contact', email: 'office@alpha.example' },
      locale: 'it',
      zone: 'Europe/Rome',
    };
    expect((await api.call('POST', '/v1/programmes/msp/registrations', { token, body })).status).toBe(202);
    const decision = { token, body: { decision: 'approve' } };
    const answer = await api.call('POST', `/v1/programmes/msp/registrations/${mspId}/decision`, decision);
    expect([answer.status, answer.json]).toEqual([202, { status: 'accepted' }]);
    expect((await api.call('GET', `/v1/programmes/msp/registrations/${mspId}`, { token })).json.state).toBe('applied');
  });

  it('a decision on an order that was taken since is asked for again with its key; another one is refused', async () => {
    const meter = 'mail-server.mailbox';
    await month.pricePlan({
      ...{ currency: 'EUR', prices: { [meter]: { model: 'per_unit', unitPrice: '2.00' } } },
      termPrices: { [meter]: { unitPrice: '23.50', billing: 'whole' } },
    });
    const mspId = await month.msp({ name: 'MSP Beta', distributorId });
    const { siteId } = await month.site({ mspId, name: 'branch' });
    const orders = `/v1/msps/${mspId}/orders`;
    const order = { kind: 'licence', siteId, meter, count: 7, years: 1 };
    const body = { order, confirmedPrice: { amount: '164.50', currency: 'EUR' } };
    const orderer = await api.token('service_provider', { companyId: mspId });
    const placed = await api.call('POST', orders, { token: orderer, body });
    expect(placed.status).toBe(202);
    const decide = async (key: string, body: object = { decision: 'approve' }) => {
      const headers = { 'idempotency-key': key };
      const path = `${orders}/${placed.json.id}/decision`;
      const { status, json } = await api.call('POST', path, { token, headers, body });
      return [status, json.code];
    };
    expect(await decide('first')).toEqual([202, undefined]);
    expect(await decide('first', { decision: 'refuse', reason: 'Too many' })).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    await api.database.asOwner(
      `update purchase_order set state = 'approved', decided_at = now(), decided_how = 'person', decided_by = placed_by`,
    );
    expect(await decide('first')).toEqual([202, undefined]);
    expect(await decide('second')).toEqual([409, 'ALREADY_DECIDED']);
  });
});
