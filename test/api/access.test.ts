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
    partnerTeam = await api.token('partner_team');
    const month = monthFixture(api.database.db);
    italy = await month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
    poland = await month.distributor({ code: 'PL', currency: 'PLN', country: 'PL' });
    alpha = await month.msp({ name: 'MSP Alpha', distributorId: italy });
    beta = await month.msp({ name: 'MSP Beta', distributorId: poland });
  });
  afterAll(() => api.close());

  it('works from its issue to its revocation, and is listed without its text', async () => {
    const body = { role: 'partner_team', name: 'Night shift' };
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
    const forged = `kontor_partner_team_${randomBytes(32).toString('base64url')}`;
    const raised = (await api.token('msp', { mspId: alpha })).replace('kontor_msp_', 'kontor_partner_team_');
    for (const token of [forged, raised, 'x', `${partnerTeam}x`, partnerTeam.slice(0, -1)]) {
      expect((await api.call('GET', '/v1/msps', { token })).status).toBe(401);
    }
    for (const authorization of ['Basic x', partnerTeam, 'Bearer', 'Bearer  ']) {
      expect((await api.call('GET', '/v1/msps', { headers: { authorization } })).status).toBe(401);
    }
  });

  it('of an MSP or a distributor belongs to one that exists', async () => {
    const wrong: [object, string][] = [
      [{ role: 'msp' }, '/mspId'],
      [{ role: 'msp', mspId: randomUUID() }, '/mspId'],
      [{ role: 'partner_team', mspId: alpha }, '/mspId'],
      [{ role: 'distributor', mspId: alpha, distributorId: italy }, '/mspId'],
      [{ role: 'distributor', distributorId: randomUUID() }, '/distributorId'],
    ];
    for (const [change, field] of wrong) {
      const { json } = await api.call('POST', '/v1/tokens', { token: partnerTeam, body: { name: 'x', ...change } });
      expect(json.errors.map((error: { field: string }) => error.field)).toEqual([field]);
    }
  });

  it('of an MSP shows that MSP alone', async () => {
    const token = await api.token('msp', { mspId: alpha });
    const list = await api.call('GET', '/v1/msps', { token });
    expect(list.json.items.map(({ name }: { name: string }) => name)).toEqual(['MSP Alpha']);
    expect((await api.call('GET', `/v1/msps/${alpha}`, { token })).status).toBe(200);
    expect((await api.call('GET', `/v1/msps/${beta}`, { token })).status).toBe(404);
  });

  it('of a distributor shows its own MSPs', async () => {
    const token = await api.token('distributor', { distributorId: poland });
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
