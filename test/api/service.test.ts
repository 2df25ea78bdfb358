import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createProbeServer, serveProbes } from '../../config/probes.js';
import { monthFixture } from '../support/month.js';
import { startTestApi, type TestApi } from './testApi.js';

describe('the service', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.close());

  it('says that it lives, and whether the database and Temporal answer', async () => {
    expect((await api.call('GET', '/healthz')).json).toEqual({ status: 'ok' });
    expect(await api.probes.ready()).toEqual({ database: 'ok', temporal: 'ok' });
  });

  it('case 52: shows what it measures, and whether it is ready, on a listener of its own alone', async () => {
    for (const path of ['/metrics', '/readyz']) expect((await api.call('GET', path)).status).toBe(404);
    const server = createProbeServer(api.probes);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const ask = (path: string, host = `127.0.0.1:${port}`) =>
      new Promise<number | undefined>((resolve) => {
        get({ port, path, headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
      });
    expect([await ask('/healthz'), await ask('/readyz'), await ask('/metrics'), await ask('/v1/msps')]).toEqual([
      ...[200, 200, 200, 404],
    ]);
    // A page whose name points to this machine has that name.
    expect([await ask('/metrics', `pages.example:${port}`), await ask('/metrics', 'worker:9464')]).toEqual([421, 200]);
    const busy = serveProbes({ METRICS_PORT: port, HOST: '127.0.0.1' }, api.probes);
    await expect(busy).rejects.toThrow(`METRICS_PORT ${port} of 127.0.0.1 cannot be used`);
    await new Promise((resolve) => server.close(resolve));
  });

  it('case 58, a relative: answers to its own names and addresses alone, whatever is asked for; a probe of its life apart', async () => {
    const { port } = new URL(api.url);
    const ask = (path: string, host: string) =>
      new Promise<[number | undefined, string]>((resolve, reject) => {
        const request = get({ host: '127.0.0.1', port, path, headers: { host } }, (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (part: string) => (text += part));
          response.on('end', () => {
            resolve([response.statusCode, text]);
          });
        });
        request.on('error', reject);
      });
    for (const own of ['localhost', `LOCALHOST:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]) {
      expect([own, (await ask('/openapi.json', own))[0]]).toEqual([own, 200]);
    }
    for (const other of [
      `pages.example:${port}`,
      `127.0.0.1.pages.example:${port}`,
      'x',
      'localhost.',
      '203.0.113.7',
    ]) {
      for (const path of ['/', '/docs/', '/console/', '/openapi.json', '/v1/me']) {
        const [status, text] = await ask(path, other);
        expect([other, path, status]).toEqual([other, path, 421]);
        expect(JSON.parse(text)).toMatchObject({
          code: 'HOST_NOT_ALLOWED',
          detail: expect.stringContaining('PUBLIC_URL'),
        });
      }
      expect((await ask('/healthz', other))[0]).toBe(200);
    }
  });

  it('answers to the host of its public address, too', async () => {
    const proxied = await startTestApi({ publicUrl: 'https://kontor.example' });
    const { port } = new URL(proxied.url);
    const ask = (host: string) =>
      new Promise<number | undefined>((resolve) => {
        get({ host: '127.0.0.1', port, path: '/openapi.json', headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
      });
    try {
      expect([await ask('kontor.example'), await ask('Kontor.example:443'), await ask('other.example')]).toEqual([
        200, 200, 421,
      ]);
    } finally {
      await proxied.close();
    }
  });

  it('measures requests by the template of their route, without ids', async () => {
    const token = await api.token('vendor');
    const id = '6f1c1a52-0000-4000-8000-000000000000';
    await api.call('GET', `/v1/msps/${id}`, { token });
    const { text } = await api.probes.metrics();
    expect(text).toContain(
      'kontor_http_request_duration_seconds_count{method="GET",route="/v1/msps/{mspId}",status="404"} 1',
    );
    expect(text).toMatch(/kontor_database_statements \d+/);
    expect(text).toContain('process_cpu_seconds_total');
    expect(text).not.toContain(id);
  });

  it('documents itself without asking another host', async () => {
    const page = await api.call('GET', '/docs/');
    const html = page.bytes.toString();
    const linked = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address ?? '');
    expect(linked.length).toBeGreaterThan(2);
    for (const address of linked) {
      expect(address).not.toMatch(/^(\w+:)?\/\//);
      const asset = await api.call('GET', new URL(address, `${api.url}/docs/`).pathname);
      expect([address, asset.status, asset.bytes.length > 0]).toEqual([address, 200, true]);
    }
    expect(html).not.toMatch(/<script>|\son\w+=/);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).not.toMatch(/https?:|\*/);
    expect(policy).toContain("script-src 'self'");
    expect((await api.call('GET', '/docs')).headers.get('location')).toBe('/docs/');
    const [root, other] = [await api.call('GET', '/'), await api.call('POST', '/')];
    expect([root.status, root.headers.get('location'), other.status]).toEqual([302, 'docs/', 404]);
  });
});

describe('without Temporal', () => {
  it('reading goes on, readiness says so, and starting anything can be tried again', async () => {
    const api = await startTestApi({ temporalAddress: '127.0.0.1:1', limits: { temporalTimeoutMs: 500 } });
    try {
      const token = await api.token('vendor');
      await monthFixture(api.database.db).programme({ firstPeriod: '2026-01' });
      expect(await api.probes.ready()).toEqual({ database: 'ok', temporal: 'down' });
      expect((await api.call('GET', '/v1/runs', { token })).status).toBe(200);
      const started = await api.call('POST', '/v1/programmes/msp/runs', { token, body: { period: '2026-01' } });
      expect([started.status, started.json.code]).toEqual([503, 'TEMPORAL_UNAVAILABLE']);
      expect(Number(started.headers.get('retry-after'))).toBeGreaterThan(0);
    } finally {
      await api.close();
    }
  });
});
