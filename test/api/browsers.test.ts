import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addPerson, PASSWORD } from '../support/people.js';
import { startTestApi, type TestApi } from './testApi.js';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi({ publicUrl: 'https://kontor.example' });
});
afterAll(() => api.close());

describe('every answer', () => {
  it.each(['/healthz', '/openapi.json', '/docs/', '/console/link', '/v1/me', '/v1/sign-in/providers', '/nowhere'])(
    'of %s tells browsers what they may do with it: nothing but what it is for',
    async (path) => {
      const { headers } = await api.call('GET', path);
      const policy = headers.get('content-security-policy') ?? '';
      for (const directive of ['default-src', 'object-src', 'base-uri', 'form-action', 'frame-ancestors']) {
        expect(policy).toContain(`${directive} 'none'`);
      }
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('access-control-allow-origin')).toBeNull();
      expect(headers.get('content-type')).toMatch(/; charset=utf-8$/);
    },
  );

  it('is none to TRACE', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sent = request(`${api.url}/v1/me`, { method: 'TRACE', headers: { cookie: 'seen=1' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.once('error', reject);
      sent.end();
    });
    expect(status).toBe(404);
  });
});

describe('the cookie of a session over TLS', () => {
  it('has a name that no other host can give a cookie, and is sent over TLS alone', async () => {
    const { email } = await addPerson(api.database.db);
    const opened = await api.call('POST', '/v1/session', { body: { email, password: PASSWORD } });
    const [cookie = ''] = opened.headers.getSetCookie();
    expect(cookie).toMatch(/^__Host-kontor_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
    const [pair = ''] = cookie.split(';');
    expect((await api.call('GET', '/v1/me', { headers: { cookie: pair } })).status).toBe(200);
    const planted = pair.replace('__Host-', '');
    expect((await api.call('GET', '/v1/me', { headers: { cookie: planted } })).status).toBe(401);
  });
});
