import { randomBytes } from 'node:crypto';
import { createServer, request, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codecServer } from '../../api/codecServer.js';
import { readEnv } from '../../config/env.js';
import { createPayloadCodec } from '../../config/payloadCodec.js';
import { dataConverterOf } from '../../config/temporalClient.js';
import { TERMINAL } from '../../domain/access/actor.js';
import { closeResult, startClose } from '../../starts/closePeriod.js';
import { closePeriodId } from '../../workflows/closePeriod.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const PERIOD = '2026-03';
const UI = 'https://temporal.example';
const secret = () => randomBytes(32).toString('base64');
const OLD = `2025=${secret()}`;
const NEW = `2026=${secret()}`;
const keysOf = (text: string) => {
  const [first, ...others] = readEnv({ TEMPORAL_CODEC_KEYS: text }).TEMPORAL_CODEC_KEYS ?? [];
  if (first === undefined) throw new Error('no key');
  return [first, ...others] as const;
};
const payload = (text: string) => ({
  metadata: { encoding: Buffer.from('json/plain') },
  data: Buffer.from(JSON.stringify(text)),
});

describe('the payload codec', () => {
  const codec = createPayloadCodec([...keysOf(NEW)]);

  it('encrypts under the first key, never twice alike, and reads what it wrote', async () => {
    const twice = await codec.encode([payload('ACME'), payload('ACME')]);
    expect(String(twice[0]?.metadata?.['encryption-key-id'])).toBe('2026');
    expect(JSON.stringify(twice)).not.toContain('ACME');
    expect(twice[0]?.data).not.toEqual(twice[1]?.data);
    const [read] = await codec.decode(twice);
    expect(String(read?.data)).toBe('"ACME"');
    expect(String(read?.metadata?.encoding)).toBe('json/plain');
  });

  it('after a change of keys reads what the old one wrote, and only with it', async () => {
    const old = await createPayloadCodec([...keysOf(OLD)]).encode([payload('ACME')]);
    await expect(codec.decode(old)).rejects.toMatchObject({ code: 'PAYLOAD_REFUSED' });
    const [read] = await createPayloadCodec([...keysOf(`${NEW},${OLD}`)]).decode(old);
    expect(String(read?.data)).toBe('"ACME"');
  });

  it('refuses what it did not write', async () => {
    const [written] = await codec.encode([payload('ACME')]);
    const flipped = Buffer.from(written?.data ?? []);
    flipped[20] = (flipped[20] ?? 0) ^ 1;
    const others = createPayloadCodec([...keysOf(`2026=${secret()}`)]);
    const [foreign] = await others.encode([payload('ACME')]);
    for (const forged of [
      payload('plain'),
      {},
      { ...written, data: flipped },
      { ...written, data: Buffer.alloc(3) },
      { ...written, metadata: { ...written?.metadata, 'encryption-key-id': Buffer.from('2025') } },
      foreign ?? {},
    ]) {
      await expect(codec.decode([forged])).rejects.toMatchObject({ code: 'PAYLOAD_REFUSED' });
    }
  });

  it.each([
    ['no name', secret()],
    ['a short key', `a=${randomBytes(16).toString('base64')}`],
    ['a name twice', `a=${secret()},a=${secret()}`],
    ['a comma too many', `a=${secret()},`],
  ])('takes no keys with %s, and repeats none of them', (_what, text) => {
    const refused = expect.objectContaining({ code: 'CONFIGURATION_INVALID' });
    expect(() => readEnv({ TEMPORAL_CODEC_KEYS: text })).toThrow(refused);
    expect(() => readEnv({ TEMPORAL_CODEC_KEYS: text })).not.toThrow(text.slice(2, 20));
  });

  it.each(['temporal:7233', 'kontor.abcde.tmprl.cloud:7233', '10.0.0.7:7233', 'localhost.evil.example:7233'])(
    'is not to be had without keys towards %s',
    (address) => {
      expect(() => dataConverterOf(readEnv({ TEMPORAL_ADDRESS: address }))).toThrow('TEMPORAL_CODEC_KEYS');
    },
  );

  it.each(['127.0.0.1:7233', 'localhost:7233', '[::1]:7233'])('may be missing towards %s', (address) => {
    expect(dataConverterOf(readEnv({ TEMPORAL_ADDRESS: address }))).toBeUndefined();
  });
});

describe('a close whose payloads are encrypted', () => {
  let database: TestDatabase;
  let app: TestApp;
  let server: Server;
  beforeAll(async () => {
    database = await createTestDatabase();
    app = await createTestApp(database, { env: { TEMPORAL_CODEC_KEYS: `${NEW},${OLD}` } });
    const month = monthFixture(database.db);
    await month.programme({ firstPeriod: PERIOD });
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({
      currency: 'EUR',
      prices: { 'mail-server.mailbox': { model: 'per_unit', unitPrice: '2' } },
    });
    const mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    const site = await month.site({ mspId, name: 'one' });
    const lines = [{ tenant: 'main', meter: 'mail-server.mailbox', peak: 7 }] as const;
    await month.report(site, { period: PERIOD, lines: [...lines], receivedAt: '2026-04-02T12:00:00Z' });
    server = createServer(codecServer(createPayloadCodec([...keysOf(`${NEW},${OLD}`)]), UI)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    await app.startWorker();
  }, 120_000);
  afterAll(async () => {
    server.close();
    await app.stop();
    await database.drop();
  });

  const start = (period: string) =>
    startClose(
      { temporal: app.client, taskQueue: app.taskQueue },
      {
        programme: 'msp',
        period,
        openedBy: { ...TERMINAL, name: 'Somebody At The Terminal' },
        collectUntil: null,
        reviewUntil: null,
        skipReason: null,
      },
    );
  /** As whoever reads Temporal's database sees it. */
  const kept = async (period: string) => {
    const { history } = await app.client.workflowService.getWorkflowExecutionHistory({
      namespace: app.client.options.namespace,
      execution: { workflowId: closePeriodId('msp', period) },
    });
    return history?.events ?? [];
  };
  const textOf = (events: unknown) =>
    JSON.stringify(events, (_key, value: unknown) =>
      value instanceof Uint8Array || (value as { type?: string } | null)?.type === 'Buffer'
        ? Buffer.from((value as { data?: number[] }).data ?? (value as Uint8Array)).toString('latin1')
        : value,
    );
  const ask = (method: string, headers: Record<string, string>, body = '') =>
    new Promise<{ status: number; text: string; headers: Record<string, unknown> }>((resolve, reject) => {
      const { port } = server.address() as AddressInfo;
      const sent = request({ host: '127.0.0.1', port, path: '/decode', method, headers }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, text, headers: response.headers });
        });
      });
      sent.on('error', reject).end(body);
    });
  const json = { 'content-type': 'application/json', 'x-namespace': 'default' };

  it('ends as it does without, and Temporal keeps nothing to read; the Web UI reads it through the codec server', async () => {
    await start(PERIOD);
    const result = await closeResult({ temporal: app.client }, { programme: 'msp', period: PERIOD });
    expect(result).toMatchObject({ issued: 1, packs: 1 });
    const events = await kept(PERIOD);
    for (const plain of ['Somebody', 'openedBy', 'json/plain', 'statements issued', 'control totals']) {
      expect(textOf(events)).not.toContain(plain);
    }
    const [input] = events[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    const base64 = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString('base64');
    const metadata = Object.fromEntries(
      Object.entries(input?.metadata ?? {}).map(([name, value]) => [name, base64(value)]),
    );
    const body = JSON.stringify({ payloads: [{ metadata, data: base64(input?.data) }] });
    const answer = await ask('POST', { ...json, origin: UI }, body);
    expect(answer).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': UI } });
    const [read] = (JSON.parse(answer.text) as { payloads: { data: string }[] }).payloads;
    expect(Buffer.from(read?.data ?? '', 'base64').toString()).toContain('Somebody At The Terminal');
  }, 60_000);

  it('that fails keeps no message to read either, and is read with the keys', async () => {
    await start('2026-05');
    const ended = closeResult({ temporal: app.client }, { programme: 'msp', period: '2026-05' });
    await expect(ended).rejects.toMatchObject({ cause: { message: expect.stringContaining('2026-04') } });
    const events = await kept('2026-05');
    expect(events.some(({ activityTaskFailedEventAttributes: failed }) => failed?.failure != null)).toBe(true);
    expect(textOf(events)).not.toContain('2026-04');
    expect(textOf(events)).toContain('Encoded failure');
  }, 60_000);

  it.each([
    ['another page', { origin: 'https://evil.example' }, 403],
    ['no page', {}, 403],
    ['another name of this machine', { origin: UI, host: 'rebound.example:80' }, 403],
  ])('its codec server does not answer %s', async (_who, headers, status) => {
    expect((await ask('POST', { ...json, ...headers }, '{"payloads":[]}')).status).toBe(status);
    expect((await ask('OPTIONS', headers)).status).toBe(status);
  });

  it.each([
    ['nothing', '', 400],
    ['something else', '{"payloads":[{"data":7}]}', 400],
    ['what is not encrypted', '{"payloads":[{"data":"eA=="}]}', 422],
  ])('its codec server says what is wrong with %s', async (_what, body, status) => {
    const answer = await ask('POST', { ...json, origin: UI }, body);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toHaveProperty('message');
  });
});
