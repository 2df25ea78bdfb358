import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { admitToSession } from '../support/access.js';
import { monthFixture } from '../support/month.js';
import { startTestApi, type TestApi } from './testApi.js';

const cursor = (...values: unknown[]) => Buffer.from(JSON.stringify(values)).toString('base64url');

/** Sends bytes, waits a moment, and ends the connection as a client does that broke off. */
async function sendAndBreakOff(url: string, text: string): Promise<void> {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(text);
  await new Promise((resolve) => setTimeout(resolve, 200));
  socket.resetAndDestroy();
  await new Promise((resolve) => setTimeout(resolve, 300));
}

describe('requests of a hostile or careless sender', () => {
  let api: TestApi;
  let token: string;
  beforeAll(async () => {
    api = await startTestApi();
    token = await api.token('vendor', { level: 'administrator' });
    await monthFixture(api.database.db).programme();
  });
  afterAll(() => api.close());

  const linesAfter = async (work: () => Promise<unknown>) => {
    const before = api.logged().length;
    await work();
    await new Promise((resolve) => setTimeout(resolve, 20));
    return api
      .logged()
      .slice(before)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  };

  it.each([
    '/v1/audit?from=0000-01-01T00:00:00Z',
    '/v1/audit?until=9999-12-31T23:59:59Z',
    '/v1/audit?from=99999-01-01T00:00:00Z',
    `/v1/audit?after=${cursor('999999999999999999')}`,
    `/v1/audit?after=${cursor('9223372036854775808')}`,
    '/v1/audit?subject=%00',
    `/v1/people?after=${cursor('0000-01-01T00:00:00Z', '00000000-0000-0000-0000-000000000000')}`,
    `/v1/people?after=${cursor('+99999-01-01T00:00:00Z', '00000000-0000-0000-0000-000000000000')}`,
    `/v1/exchange-rates?after=${cursor('0000-01-01', 'EUR', 'x', 'USD')}`,
    `/v1/refused-claims?after=${cursor('9999-12-31', '', '\u0000', '')}`,
    `/v1/billing-packs?after=${cursor('2026-03', 'msp', 'x', 1e308)}`,
    `/v1/billing-packs?after=${cursor('2026-03', 'msp', 'x', 2 ** 40)}`,
    `/v1/programmes/msp/runs/2026-03/parked?after=${cursor(2 ** 31, 0)}`,
    '/v1/programmes/msp/runs/2099-12',
    '/v1/programmes/msp/runs/2000-01',
    '/v1/refused-messages?period=99999-01',
    '/v1/refused-messages?period=0000-01',
  ])('case 44: GET %s is answered, never by 500', async (path) => {
    const answer = await api.call('GET', path, { token });
    expect(answer.status).toBeLessThan(500);
    if (answer.status >= 400) expect([400, 404, 422]).toContain(answer.status);
  });

  it('case 51: never logs a token or key that was typed into a path', async () => {
    const secrets = ['kontor_canary-token-typed', 'KM-CANARY-0000-TYPED', 'canary@private.example'];
    const lines = await linesAfter(async () => {
      for (const secret of secrets) {
        for (const path of [`/${secret}`, `/v1/msps/${secret}`, `/v1/${secret}/sites`, `/docs/${secret}`]) {
          await api.call('GET', path, { token });
          await api.call('POST', path, { token, body: {} });
        }
      }
    });
    expect(lines.length).toBeGreaterThan(20);
    for (const secret of secrets) expect(JSON.stringify(lines)).not.toContain(secret);
    expect(lines.map(({ path }) => path)).toContain('/v1/msps/{mspId}');
  });

  it('case 53: logs who was refused: address, token, route and code', async () => {
    const unknownId = '0198f0c0-0000-7000-8000-000000000000';
    const reader = await api.token('vendor', { level: 'reader' });
    const lines = await linesAfter(async () => {
      await api.call('GET', '/v1/msps', { token: 'kontor_made-up' });
      await api.call('GET', '/v1/msps');
      await api.call('POST', '/v1/price-plans', { token: reader, body: {} });
      await api.call('GET', `/v1/msps/${unknownId}`, { token });
      await api.call('GET', '/nowhere', { token });
    });
    const ids = await api.database.asOwner<{ id: string }>('select id from api_token order by created_at');
    const [adminId, readerId] = ids.map(({ id }) => id);
    expect(lines).toMatchObject([
      {
        address: '127.0.0.1',
        refusedToken: expect.stringMatching(/^[0-9a-f]{8}$/),
        code: 'UNAUTHENTICATED',
        path: '/v1/msps',
      },
      { address: '127.0.0.1', code: 'UNAUTHENTICATED' },
      { address: '127.0.0.1', tokenId: readerId, code: 'FORBIDDEN', path: '/v1/price-plans' },
      { address: '127.0.0.1', tokenId: adminId, code: 'NOT_FOUND', path: `/v1/msps/${unknownId}` },
      { address: '127.0.0.1', code: 'NOT_FOUND' },
    ]);
    expect(lines.map(({ res }) => (res as { status: number }).status)).toEqual([401, 401, 403, 404, 404]);
  });

  it('case 54: answers with at most 50 errors, and in a few kilobytes', async () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`${i}${'x'.repeat(20)}`, i]));
    for (const body of [many, { ['x'.repeat(200_000)]: 1 }, { programme: '\u00e9'.repeat(120_000) }]) {
      const answer = await api.call('POST', '/v1/price-plans', { token, body });
      expect(answer.status).toBe(422);
      expect(answer.json.errors.length).toBeLessThanOrEqual(50);
      expect(answer.bytes.length).toBeLessThan(32_000);
    }
    const answer = await api.call('POST', '/v1/price-plans', { token, body: many });
    expect(answer.json.detail).toMatch(/The first 50 of 50\d\d are named/);
  });

  it.each(['{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '{"a":{"b":[{"c":1,"c":1}]}}', '{"":1,"":2}'])(
    'case 55: refuses %s: a member is named twice',
    async (text) => {
      const answer = await api.call('POST', '/v1/price-plans', { token, body: Buffer.from(text) });
      expect([answer.status, answer.json.code]).toEqual([400, 'BODY_MALFORMED']);
      const once = await api.call('POST', '/v1/price-plans', {
        token,
        body: Buffer.from('{"a:b":"c:d\\":","e":{"a:b":1}}'),
      });
      expect([once.status, once.json.code]).toEqual([422, 'VALIDATION_FAILED']);
    },
  );

  it('case 56: a body that breaks off is no outage: logged quietly, under its own code', async () => {
    const lines = await linesAfter(() =>
      sendAndBreakOff(
        api.url,
        `POST /v1/price-plans HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n` +
          'Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"name":',
      ),
    );
    expect(lines.filter(({ level }) => Number(level) >= 40)).toEqual([]);
    expect(lines.map(({ code }) => code)).toContain('REQUEST_ABORTED');
    expect(JSON.stringify(lines)).not.toContain('DATABASE_UNAVAILABLE');
  });

  it('case 57: what shows a secret, or was done just now, is kept nowhere on its way', async () => {
    const account = await api.call('POST', '/v1/service-accounts', {
      token,
      body: { name: 'Export', level: 'reader' },
    });
    const made = await api.call('GET', '/v1/me', { token });
    const failed = await api.call('POST', '/v1/session', { body: { email: 'a@b.example', password: 'wrong' } });
    expect([account, failed].map(({ headers }) => headers.get('cache-control'))).toEqual(['no-store', 'no-store']);
    expect(made.headers.get('cache-control')).toBe('private, no-cache');
    const headers = await admitToSession(api.database.db, 'vendor');
    expect((await api.call('GET', '/v1/me', { headers })).headers.get('cache-control')).toBe('no-store');
  });
});
