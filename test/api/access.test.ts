import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { monthFixture } from '../support/month.js';
import { startTestApi, type TestApi } from './testApi.js';

describe('a token', () => {
  let api: TestApi;
  let partnerTeam: string;
  let alpha: string;
  let beta: string;
  let italy: string;
  let poland: string;

  beforeAll(async () => {
    api = await startTestApi();
    partnerTeam = await api.token('vendor');
    const month = monthFixture(api.database.db);
    italy = await month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
    poland = await month.distributor({ code: 'PL', currency: 'PLN', country: 'PL' });
    alpha = await month.msp({ name: 'MSP Alpha', distributorId: italy });
    beta = await month.msp({ name: 'MSP Beta', distributorId: poland });
  });
  afterAll(() => api.close());

  it('works from its issue to its revocation, and is listed without its text', async () => {
    const account = { name: 'Night shift', level: 'reader' };
    const { json: made } = await api.call('POST', '/v1/service-accounts', { token: partnerTeam, body: account });
    const body = { serviceAccountId: made.id, view: 'vendor', name: 'Night shift' };
    const { json } = await api.call('POST', '/v1/tokens', { token: partnerTeam, body });
    expect((await api.call('GET', '/v1/msps', { token: json.token })).status).toBe(200);
    expect((await api.call('DELETE', `/v1/tokens/${json.id}`, { token: partnerTeam })).status).toBe(204);
    expect((await api.call('DELETE', `/v1/tokens/${json.id}`, { token: partnerTeam })).status).toBe(204);
    expect((await api.call('GET', '/v1/msps', { token: json.token })).status).toBe(401);
    const list = await api.call('GET', '/v1/tokens', { token: partnerTeam });
    expect(list.bytes.toString()).not.toContain(json.token);
    const trail = await api.call('GET', `/v1/audit?subject=token:${json.id}`, { token: partnerTeam });
    expect(trail.json.items.map(({ action }: { action: string }) => action)).toEqual(['token.revoked', 'token.issued']);
    expect((await api.call('DELETE', `/v1/tokens/${randomUUID()}`, { token: partnerTeam })).status).toBe(404);
  });

  it('that nobody issued opens nothing', async () => {
    const forged = `kontor_${randomBytes(32).toString('base64url')}`;
    for (const token of [forged, 'x', `${partnerTeam}x`, partnerTeam.slice(0, -1)]) {
      expect((await api.call('GET', '/v1/msps', { token })).status).toBe(401);
    }
    for (const authorization of ['Basic x', partnerTeam, 'Bearer', 'Bearer  ']) {
      expect((await api.call('GET', '/v1/msps', { headers: { authorization } })).status).toBe(401);
    }
  });

  it('is issued to a service account of a company whose people one manages, in a view that the company holds', async () => {
    const administrator = await api.token('service_provider', { companyId: alpha });
    const own = { name: 'Portal', level: 'operator' };
    const { json: account } = await api.call('POST', '/v1/service-accounts', { token: administrator, body: own });
    expect(account.companyId).toBe(alpha);
    const again = await api.call('POST', '/v1/service-accounts', { token: administrator, body: own });
    expect([again.status, again.json.code]).toEqual([409, 'NAME_TAKEN']);
    const wrongAccounts: [object, string][] = [
      [{ companyId: beta }, '/companyId'],
      [{ companyId: randomUUID() }, '/companyId'],
      [{ tenantIds: [randomUUID()] }, '/tenantIds/0'],
      [{ name: 'KONTOR ' }, '/name'],
      [{ name: 'site:5d0a' }, '/name'],
      [{ name: 'kontor cli' }, '/name'],
    ];
    for (const [change, field] of wrongAccounts) {
      const body = { name: 'x', level: 'reader', ...change };
      const { json } = await api.call('POST', '/v1/service-accounts', { token: administrator, body });
      expect(json.errors.map((error: { field: string }) => error.field)).toEqual([field]);
    }
    const body = { serviceAccountId: account.id, view: 'distributor', name: 'x' };
    const wrongView = await api.call('POST', '/v1/tokens', { token: administrator, body });
    expect(wrongView.json.errors[0].field).toBe('/view');
    const stranger = await api.token('service_provider', { companyId: beta });
    const right = { ...body, view: 'service_provider' };
    expect((await api.call('POST', '/v1/tokens', { token: stranger, body: right })).status).toBe(404);
    const { json } = await api.call('POST', '/v1/tokens', { token: administrator, body: right });
    const me = await api.call('GET', '/v1/me', { token: json.token });
    expect(me.json).toMatchObject({
      kind: 'service_account',
      name: 'Portal',
      view: 'service_provider',
      level: 'operator',
    });
    expect(me.json.actions).toContain('sites.manage');
    expect(me.json.actions).not.toContain('people.manage');
    const end = `/v1/service-accounts/${account.id}/end`;
    expect((await api.call('POST', end, { token: stranger })).status).toBe(404);
    expect((await api.call('POST', end, { token: administrator })).status).toBe(204);
    expect((await api.call('GET', '/v1/me', { token: json.token })).status).toBe(401);
  });

  it('is worth nothing after it expired', async () => {
    const account = { name: 'Short', level: 'reader' };
    const { json: made } = await api.call('POST', '/v1/service-accounts', { token: partnerTeam, body: account });
    const body = { serviceAccountId: made.id, view: 'vendor', name: 'x' };
    const past = { ...body, expiresAt: '2026-01-01T00:00:00Z' };
    const refused = await api.call('POST', '/v1/tokens', { token: partnerTeam, body: past });
    expect(refused.json.errors[0].field).toBe('/expiresAt');
    const soon = { ...body, expiresAt: new Date(Date.now() + 300).toISOString() };
    const { json } = await api.call('POST', '/v1/tokens', { token: partnerTeam, body: soon });
    expect((await api.call('GET', '/v1/me', { token: json.token })).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 350));
    expect((await api.call('GET', '/v1/me', { token: json.token })).status).toBe(401);
  });

  it('of an MSP shows that MSP alone', async () => {
    const token = await api.token('service_provider', { companyId: alpha });
    const list = await api.call('GET', '/v1/msps', { token });
    expect(list.json.items.map(({ name }: { name: string }) => name)).toEqual(['MSP Alpha']);
    expect((await api.call('GET', `/v1/msps/${alpha}`, { token })).status).toBe(200);
    expect((await api.call('GET', `/v1/msps/${beta}`, { token })).status).toBe(404);
  });

  it('of a distributor shows its own MSPs', async () => {
    const token = await api.token('distributor', { companyId: poland });
    const list = await api.call('GET', '/v1/msps', { token });
    expect(list.json.items.map(({ name }: { name: string }) => name)).toEqual(['MSP Beta']);
    expect((await api.call('GET', `/v1/msps/${alpha}`, { token })).status).toBe(404);
    expect((await api.call('GET', `/v1/msps?distributorId=${italy}`, { token })).json.items).toEqual([]);
  });

  it('of the partner team shows everybody', async () => {
    const list = await api.call('GET', '/v1/msps', { token: partnerTeam });
    expect(list.json.items).toHaveLength(2);
    const one = await api.call('GET', `/v1/msps?distributorId=${italy}&state=approved`, { token: partnerTeam });
    expect(one.json.items.map(({ id }: { id: string }) => id)).toEqual([alpha]);
  });
});
