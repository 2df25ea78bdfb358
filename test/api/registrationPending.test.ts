import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { monthFixture } from '../support/month.js';
import { startTestApi, type TestApi } from './testApi.js';

describe('while no worker runs', () => {
  let api: TestApi;
  let token: string;
  beforeAll(async () => {
    api = await startTestApi({ limits: { updateTimeoutMs: 1_000 } });
    token = await api.token('vendor');
    const distributorId = await monthFixture(api.database.db).distributor({
      code: 'IT',
      currency: 'EUR',
      country: 'IT',
    });
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
});
