import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { monthFixture } from '../support/month.js';
import { startTestApi, type TestApi } from './testApi.js';

const PLAN = {
  programme: 'msp',
  name: 'Base',
  currency: 'EUR',
  fromPeriod: '2026-01',
  firstMonth: 'billed',
  prices: { 'mail-server.mailbox': { model: 'per_unit', unitPrice: '1.50' } },
};

describe('a request', () => {
  let api: TestApi;
  let token: string;
  beforeAll(async () => {
    api = await startTestApi();
    token = await api.token('vendor');
    await monthFixture(api.database.db).programme();
  });
  afterAll(() => api.close());

  const post = (body: Buffer, headers: Record<string, string> = {}) =>
    api.call('POST', '/v1/price-plans', { token, body, headers });

  it('that fails gets a problem document with a stable code and the id under which it is logged', async () => {
    const answer = await api.call('GET', '/v1/msps/not-a-uuid', { token });
    expect(answer.status).toBe(422);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.json).toEqual({
      type: 'urn:kontor:problem:validation-failed',
      title: 'Validation failed',
      status: 422,
      code: 'VALIDATION_FAILED',
      detail: expect.any(String),
      instance: expect.stringMatching(/^urn:uuid:[0-9a-f-]{36}$/),
      errors: [{ field: 'mspId', code: 'INVALID_FORMAT', message: expect.any(String) }],
    });
    expect(api.logged()).toContain(answer.json.instance.slice('urn:uuid:'.length));
  });

  it('names broken fields by JSON pointer', async () => {
    const prices = { 'mail-server.mailbox': { model: 'graduated', tiers: [{ upTo: 0, unitPrice: '1' }] } };
    const answer = await api.call('POST', '/v1/price-plans', { token, body: { ...PLAN, prices } });
    expect(answer.json.errors.map(({ field }: { field: string }) => field)).toContain(
      '/prices/mail-server.mailbox/tiers/0/upTo',
    );
  });

  it('to an address that does not exist is not found, whatever the address looks like', async () => {
    for (const path of [
      '/nothing',
      '/v1',
      '/v1/../../etc/passwd',
      '/v1/msps/%2e%2e%2f',
      '/docs/assets/..%2f..%2fpackage.json',
    ]) {
      expect((await api.call('GET', path, { token })).status).toBeGreaterThanOrEqual(404);
    }
    const garbled = await api.call('GET', '/v1/msps/%E0%A4%A', { token });
    expect([garbled.status, garbled.json.code]).toEqual([422, 'VALIDATION_FAILED']);
  });

  it('has a JSON body in UTF-8, announced as such', async () => {
    const valid = Buffer.from(JSON.stringify(PLAN));
    const form = await post(valid, { 'content-type': 'application/x-www-form-urlencoded' });
    expect([form.status, form.json.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    const latin = await post(valid, { 'content-type': 'application/json; charset=latin1' });
    expect([latin.status, latin.json.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    for (const text of ['{', '', 'null', '{"a":1}}', "{'a':1}", '{"a":NaN}']) {
      const answer = await post(Buffer.from(text));
      expect([400, 422]).toContain(answer.status);
    }
    const bytes = await post(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]));
    expect([bytes.status, bytes.json.code]).toEqual([400, 'BODY_MALFORMED']);
  });

  it('has exact types: no number for a text, no text for a number', async () => {
    const number = await api.call('POST', '/v1/price-plans', { token, body: { ...PLAN, name: 5 } });
    expect(number.json.errors[0]).toMatchObject({ field: '/name', code: 'INVALID_TYPE' });
    const prices = { 'mail-server.mailbox': { model: 'package', size: '10', packagePrice: '5' } };
    const text = await api.call('POST', '/v1/price-plans', { token, body: { ...PLAN, prices } });
    expect(text.json.errors[0]).toMatchObject({ field: '/prices/mail-server.mailbox/size', code: 'INVALID_TYPE' });
  });

  it('has a body of at most 256 KB, also after decompression', async () => {
    const large = Buffer.from(JSON.stringify({ ...PLAN, name: 'x'.repeat(300_000) }));
    const plain = await post(large);
    expect([plain.status, plain.json.code]).toEqual([413, 'BODY_TOO_LARGE']);
    const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024, 0x20));
    expect(bomb.length).toBeLessThan(256 * 1024);
    const before = process.memoryUsage().arrayBuffers;
    const inflated = await post(bomb, { 'content-encoding': 'gzip' });
    expect([inflated.status, inflated.json.code]).toEqual([413, 'BODY_TOO_LARGE']);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50 * 1024 * 1024);
    expect((await post(gzipSync(Buffer.from(JSON.stringify(PLAN))), { 'content-encoding': 'gzip' })).status).toBe(201);
    const odd = await post(Buffer.from('x'), { 'content-encoding': 'compress' });
    expect([odd.status, odd.json.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    const broken = await post(Buffer.from('not gzip'), { 'content-encoding': 'gzip' });
    expect([broken.status, broken.json.code]).toEqual([400, 'BODY_MALFORMED']);
  });

  it('has a body of at most 10 levels', async () => {
    const nested = (depth: number) => Buffer.from('['.repeat(depth) + ']'.repeat(depth));
    expect((await post(nested(10))).json.code).toBe('VALIDATION_FAILED');
    for (const depth of [11, 100_000]) {
      const answer = await post(nested(depth));
      expect([answer.status, answer.json.code]).toEqual([400, 'BODY_TOO_DEEP']);
    }
    expect((await post(Buffer.from(JSON.stringify({ ...PLAN, name: '[[[[[[[[[[[[ {{{{{{{{{{{' })))).status).toBe(201);
  });

  it('with a hostile name is refused, or kept as it is', async () => {
    for (const half of ['a\\u0000b', 'a\\ud800b']) {
      const answer = await post(Buffer.from(JSON.stringify(PLAN).replace('Base', half)));
      expect([answer.status, answer.json.code]).toEqual([400, 'BODY_MALFORMED']);
    }
    for (const name of ['a\r\nBcc: x@y.example', 'a\u202Eb', '  ']) {
      expect((await api.call('POST', '/v1/price-plans', { token, body: { ...PLAN, name } })).status).toBe(422);
    }
    const name = `<script>alert(1)</script> "; drop table price_plan; --`;
    const { json } = await api.call('POST', '/v1/price-plans', { token, body: { ...PLAN, name } });
    const list = await api.call('GET', '/v1/price-plans', { token });
    expect(list.json.items.find(({ id }: { id: string }) => id === json.id).name).toBe(name);
    expect(list.headers.get('x-content-type-options')).toBe('nosniff');
    expect(list.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('of numbers beyond all bounds is refused', async () => {
    for (const size of ['-1', '1e308', '9007199254740993', '1.5', '0']) {
      const prices = `{"mail-server.mailbox":{"model":"package","size":${size},"packagePrice":"5"}}`;
      const body = Buffer.from(JSON.stringify(PLAN).replace(/"prices":.*\}$/, `"prices":${prices}}`));
      expect((await post(body)).status).toBe(422);
    }
  });

  it('for what did not change gets 304', async () => {
    const first = await api.call('GET', '/v1/price-plans', { token });
    // fetch forbids caches on the way when it is given a validator: a plain request does not.
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, 'if-none-match': first.headers.get('etag') ?? '' };
      const sent = request(`${api.url}/v1/price-plans`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.once('error', reject);
      sent.end();
    });
    expect(status).toBe(304);
  });

  it('leaves no token, body or query in the log', async () => {
    await api.call('POST', '/v1/price-plans', { token, body: { ...PLAN, name: 'canary-body' } });
    await api.call('GET', '/v1/audit?subject=canary-query', { token });
    await api.call('GET', '/v1/audit', { token: 'kontor_canary-token' });
    expect(api.logged()).toContain('/v1/audit');
    for (const secret of [token, 'canary-body', 'canary-query', 'canary-token']) {
      expect(api.logged()).not.toContain(secret);
    }
  });

  it('that is refused before its body is read does not leave the body for the next one', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sent = request(`${api.url}/v1/price-plans`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': '10000000' },
      });
      sent.once('response', (response) => {
        resolve(response.headers.connection === 'close' ? response.statusCode : undefined);
        sent.destroy();
      });
      sent.once('error', reject);
      sent.write('{');
    });
    expect(status).toBe(401);
  });
});

describe('requests', () => {
  it('beyond the limit of their token or address wait', async () => {
    const api = await startTestApi({ limits: { perTokenPerMinute: 3, perAddressPerMinute: 6 } });
    try {
      const token = await api.token('vendor');
      const statuses: number[] = [];
      for (let i = 0; i < 4; i += 1) statuses.push((await api.call('GET', '/v1/msps', { token })).status);
      expect(statuses).toEqual([200, 200, 200, 429]);
      const other = await api.token('vendor');
      const allowed = await api.call('GET', '/v1/msps', { token: other });
      expect(allowed.status).toBe(200);
      expect(allowed.headers.get('ratelimit-policy')).toContain('q=3; w=60');
      await api.call('GET', '/v1/msps', { token: other });
      const refused = await api.call('GET', '/v1/msps', { token: other });
      expect([refused.status, refused.json.code]).toEqual([429, 'RATE_LIMITED']);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    } finally {
      await api.close();
    }
  });

  it('of one address are counted together, also where a proxy in front says whose they are', async () => {
    for (const [trustedProxies, statuses] of [
      [0, [200, 200, 429, 429]],
      [1, [200, 200, 200, 429]],
    ] as const) {
      const api = await startTestApi({ trustedProxies, limits: { perAddressPerMinute: 2 } });
      try {
        const from = async (address: string) =>
          (await api.call('GET', '/healthz', { headers: { 'x-forwarded-for': address } })).status;
        // Whatever stands before the proxy's own entry is the sender's word.
        const answers = [await from('192.0.2.1'), await from('192.0.2.1'), await from('192.0.2.1, 192.0.2.2')];
        expect([...answers, await from('192.0.2.9, 192.0.2.1')]).toEqual(statuses);
      } finally {
        await api.close();
      }
    }
  });
});
