import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { monthFixture } from '../support/month.js';
import { eventually } from '../support/programme.js';
import { startTestApi, type TestApi } from './testApi.js';

describe('while Temporal is away', () => {
  let api: TestApi;
  let token: string;
  let mspId: string;
  let siteId: string;
  beforeAll(async () => {
    api = await startTestApi({ temporalAddress: '127.0.0.1:1' });
    token = await api.token('vendor');
    const month = monthFixture(api.database.db);
    const distributorId = await month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
    const territory = { distributorId, opensOn: '2026-01-01' };
    await api.call('PUT', '/v1/programmes/msp/territories/IT', { token, body: territory });
    mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    ({ siteId } = await month.site({ mspId, name: 'Old' }));
  });
  afterAll(() => api.close());

  it('case 43: a sign-up is kept all the same, and its workflow is started when it is back', async () => {
    const body = {
      mspId: randomUUID(),
      company: { name: 'MSP Beta', registrationNumber: 'R 1', address: ['Via 1'], country: 'IT' },
      contact: { name: 'Contact', email: 'office@beta.example' },
      locale: 'it',
      zone: 'Europe/Rome',
    };
    const answer = await api.call('POST', '/v1/programmes/msp/registrations', { token, body });
    expect([answer.status, answer.json.state]).toEqual([202, 'applied']);
    await eventually(
      () => Promise.resolve(api.logged()),
      (lines) => lines.includes('an application has no workflow yet; it is tried again'),
    );
    const started = await api.database.asOwner(
      'select 1 from participation where workflow_started_at is null and msp_id = $1',
      [body.mspId],
    );
    expect(started).toHaveLength(1);
  });

  it('settings that are asked for again are one version: the month-end schedule alone was missing', async () => {
    const versions = async () =>
      (await api.call('GET', '/v1/programmes/msp/settings', { token })).json.items.map(
        ({ version }: { version: number }) => version,
      );
    const before: number[] = await versions();
    const body = { fromPeriod: '2031-01', settings: { contact: { warnAfterDays: 9 } }, reason: 'A day more' };
    for (let time = 0; time < 2; time += 1) {
      const answer = await api.call('POST', '/v1/programmes/msp/settings', { token, body });
      expect([answer.status, answer.json.code]).toEqual([503, 'TEMPORAL_UNAVAILABLE']);
    }
    expect(await versions()).toEqual([Math.max(...before) + 1, ...before]);
  });

  it('an order is kept all the same, priced and unapproved; a decision is to be tried again', async () => {
    const order = { kind: 'product', programme: 'msp', product: 'endpoint' };
    const confirmedPrice = { amount: '0.00', currency: 'EUR' };
    const path = `/v1/msps/${mspId}/orders`;
    const placed = await api.call('POST', path, { token, body: { order, confirmedPrice } });
    expect([placed.status, placed.json.state]).toEqual([202, 'placed']);
    await eventually(
      () => Promise.resolve(api.logged()),
      (lines) => lines.includes('an order has no workflow yet; it is tried again'),
    );
    const unstarted = 'select 1 from purchase_order where workflow_started_at is null and id = $1';
    expect(await api.database.asOwner(unstarted, [placed.json.id])).toHaveLength(1);
    const other = await api.token('vendor');
    const body = { decision: 'approve' };
    const decided = await api.call('POST', `${path}/${placed.json.id}/decision`, { token: other, body });
    expect([decided.status, decided.json.code]).toEqual([503, 'TEMPORAL_UNAVAILABLE']);
    expect((await api.call('GET', `${path}/${placed.json.id}`, { token })).json.state).toBe('placed');
  });

  it('a programme is saved without its schedule, and saving it again is to be tried', async () => {
    const body = {
      name: 'Renamed',
      vendor: {
        name: 'Vendor',
        registrationNumber: 'HRB 1',
        address: ['Street 1'],
        country: 'DE',
        email: 'partners@vendor.example',
      },
      baseCurrency: 'EUR',
      firstPeriod: '2025-01',
      zone: 'Europe/Berlin',
    };
    const answer = await api.call('PUT', '/v1/programmes/msp', { token, body });
    expect([answer.status, answer.json.code]).toEqual([503, 'TEMPORAL_UNAVAILABLE']);
    expect((await api.call('GET', '/v1/programmes/msp', { token })).json.name).toBe('Renamed');
  });

  it('sites and tenants are made all the same: their onboarding is told when it is back', async () => {
    const tenant = await api.call('POST', `/v1/msps/${mspId}/tenants`, { token, body: { ref: 'new', name: 'New' } });
    const site = await api.call('POST', `/v1/msps/${mspId}/sites`, {
      token,
      body: { programme: 'msp', name: 'New', product: 'backup' },
    });
    expect([tenant.status, site.status]).toEqual([201, 201]);
    await eventually(
      () => Promise.resolve(api.logged()),
      (lines) => lines.includes('an onboarding was not told of a change; it is tried again'),
    );
  });

  it('a stolen key can be revoked all the same', async () => {
    const path = `/v1/msps/${mspId}/sites/${siteId}/keys`;
    const [key] = (await api.call('GET', path, { token })).json.items;
    const revoked = await api.call('POST', `${path}/${key.keyId}/revoke`, { token, body: { reason: 'Stolen' } });
    expect([revoked.status, revoked.json.state]).toEqual([200, 'revoked']);
  });
});
