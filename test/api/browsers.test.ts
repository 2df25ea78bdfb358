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

describe('a browser that comes back from a provider in vain', () => {
  const back = (path: string, headers: Record<string, string>) => api.call('GET', path, { headers });
  const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

  it('is shown a page in its language that says what to do, and nothing that was sent', async () => {
    const path = '/v1/sign-in/nobody/callback?state=%3Cscript%3Ealert(1)%3C/script%3E&error=access_denied';
    const page = await back(path, { accept, 'accept-language': 'de-DE,de;q=0.9,en;q=0.5' });
    const html = page.bytes.toString();
    expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect(html).toContain('<html lang="de">');
    expect(html).toContain('Sie sind nicht angemeldet');
    expect(html).toMatch(/diese Nummer: [0-9a-f-]{36}/);
    expect(html).not.toMatch(/script|nobody|access_denied/);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('set-cookie')).toBeNull();
  });

  it('is told the same as JSON where it asks for that, and everywhere else', async () => {
    const programs = ['application/json', '*/*'];
    for (const each of programs) {
      const { json } = await back('/v1/sign-in/nobody/callback', { accept: each });
      expect(json.code).toBe('NOT_FOUND');
    }
    expect((await back('/v1/me', { accept })).json.code).toBe('UNAUTHENTICATED');
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
