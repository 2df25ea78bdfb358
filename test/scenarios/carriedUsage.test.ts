import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CHECK_INS, startIngest } from '../sites/ingestFixture.js';

const CLIENT = fileURLToPath(new URL('../../clients/kontor.js', import.meta.url));
const MAILBOX = 'mail-server.mailbox';
const DAY_MS = 86_400_000;
const run = promisify(execFile);

interface UsageFile {
  version: number;
  messages: { body: string; signature: string }[];
}

/**
 * A site without a network: its key is activated once from the MSP's own desk; from then on it signs a month into a file by the
 * reference client, and somebody of the MSP uploads that.
 */
describe('a site whose usage is carried in a file', () => {
  let ingest: Awaited<ReturnType<typeof startIngest>>;
  let token: string;
  let folder: string;
  let state: string;
  let siteId: string;
  let publicKey: string;
  let file: UsageFile;
  const lastMonth = new Date(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth() - 1, 1));
  const period = lastMonth.toISOString().slice(0, 7);

  const client = async (args: string[], offsetMs = 0) => {
    const env = { ...process.env, KONTOR_CLOCK_OFFSET_S: String(offsetMs / 1_000) };
    return (await run(process.execPath, [CLIENT, ...args], { env })).stdout;
  };
  const json = async (content: unknown) => {
    const path = join(folder, `${randomUUID()}.json`);
    await writeFile(path, JSON.stringify(content));
    return path;
  };
  const newFile = () => join(folder, `${randomUUID()}.usage.json`);
  const upload = (body: unknown, as = token, mspId = ingest.mspId) =>
    ingest.api.call('POST', `/v1/msps/${mspId}/usage-files`, { token: as, body: body as object });
  const read = async (path: string) => JSON.parse(await readFile(path, 'utf8')) as UsageFile;
  const counts = (count: number) => json([{ tenant: 'main', meter: MAILBOX, count }]);
  const stored = () =>
    ingest.sql<{ channel: string; offset: number; quantities: number[] }>(
      `select channel, clock_offset_seconds as offset, quantities from check_in where site_id = $1 order by counted_at`,
      [siteId],
    );

  beforeAll(async () => {
    ingest = await startIngest();
    token = await ingest.api.token('service_provider', { companyId: ingest.mspId });
    folder = await mkdtemp(join(tmpdir(), 'kontor-carried-'));
    state = join(folder, 'state');
    const site = await ingest.site();
    siteId = site.siteId;
    await client(['activate', state, ingest.api.url, site.key, 'mail-server', '8.1']);
    const [key] = await ingest.sql<{ key: string }>(
      `select encode(public_key, 'base64') as key from signing_key where site_id = $1`,
      [siteId],
    );
    publicKey = Buffer.from(key?.key ?? '', 'base64').toString('base64url');
  });
  afterAll(async () => {
    await ingest.api.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('signs ten days ago what it counted, and a report of the month, into one file that anybody may look at', async () => {
    const path = newFile();
    await client(['check-in-file', state, path, await counts(12)], -10 * DAY_MS);
    const lines = await json([{ tenant: 'main', meter: MAILBOX, peak: 14 }]);
    await client(['report-file', state, path, period, lines], -10 * DAY_MS);
    file = await read(path);
    const shown = JSON.parse(await client(['verify', path, publicKey])) as { isSigned: boolean; message: object }[];
    expect(shown.map(({ isSigned }) => isSigned)).toEqual([true, true]);
    expect(shown[1]?.message).toMatchObject({ period, lines: [{ peak: 14 }] });
    const altered = { ...file, messages: [{ ...file.messages[0], body: file.messages[1]?.body }] };
    const other = await json(altered);
    await expect(client(['verify', other, publicKey])).rejects.toMatchObject({ code: 1 });
  });

  it('is taken as it was signed: the way is no deviation of its clock, and contact is of the day of signing', async () => {
    const { status, json: answer } = await upload(file);
    expect([status, answer.items]).toEqual([
      200,
      [
        expect.objectContaining({ siteId, kind: 'checkIns', accepted: 1, repeated: 0, period: null }),
        expect.objectContaining({ siteId, kind: 'usageReport', accepted: 1, period }),
      ],
    ]);
    expect(await stored()).toEqual([{ channel: 'file', offset: 0, quantities: [12] }]);
    const path = newFile();
    await client(['check-in-file', state, path, await counts(11)], -12 * DAY_MS);
    expect((await upload(await read(path))).status).toBe(200);
    const shown = await ingest.api.call('GET', `/v1/msps/${ingest.mspId}/sites/${siteId}`, { token });
    expect(Math.round((Date.now() - Date.parse(shown.json.lastContactAt)) / DAY_MS)).toBe(10);
  });

  it('counts once, however often it is uploaded', async () => {
    const again = await upload(file);
    expect(again.json.items.map(({ accepted, repeated }: Record<string, number>) => [accepted, repeated])).toEqual([
      [0, 1],
      [0, 1],
    ]);
    expect(await stored()).toHaveLength(2);
  });

  it('moves what was observed by a clock that is days ahead (rule 3)', async () => {
    const path = newFile();
    await client(['check-in-file', state, path, await counts(13)], 2 * DAY_MS);
    expect((await upload(await read(path))).status).toBe(200);
    const newest = (await stored()).at(-1);
    expect(newest?.quantities).toEqual([13]);
    expect(Math.round((newest?.offset ?? 0) / 86_400)).toBe(2);
  });

  it('is stored whole or not at all; each message that is wrong is named, and the partner team sees it', async () => {
    const path = newFile();
    await client(['check-in-file', state, path, await counts(15)]);
    const good = (await read(path)).messages[0];
    const [first, second] = file.messages;
    const before = await stored();
    const { status, json: problem } = await upload({
      version: 1,
      messages: [good, { body: second?.body, signature: first?.signature }],
    });
    expect([status, problem.code, problem.errors]).toEqual([
      401,
      'SIGNATURE_INVALID',
      [expect.objectContaining({ field: '/messages/1', code: 'SIGNATURE_INVALID' })],
    ]);
    expect(await stored()).toEqual(before);
    expect((await ingest.claims()).map(({ code }) => code)).toContain('SIGNATURE_INVALID');
  });

  it('names the field of a message that is wrong in itself', async () => {
    const path = newFile();
    await client(['check-in-file', state, path, await json([{ tenant: 'main', meter: MAILBOX, count: -1 }])]);
    const { status, json: problem } = await upload(await read(path));
    expect([status, problem.code, problem.errors[0].field]).toEqual([
      422,
      'QUANTITY_INVALID',
      '/messages/0/body/checkIns/0/counts/0/count',
    ]);
  });

  it('is neither what a site sent by itself nor the other way about', async () => {
    const sent = await ingest.api.call('POST', CHECK_INS, {
      body: Buffer.from(file.messages[0]?.body ?? '', 'base64url'),
      headers: { 'content-type': 'application/json', 'kontor-signature': file.messages[0]?.signature ?? '' },
    });
    expect([sent.status, sent.json.code]).toEqual([401, 'SIGNATURE_INVALID']);
  });

  it('is too old after 90 days', async () => {
    const path = newFile();
    await client(['check-in-file', state, path, await counts(9)], -91 * DAY_MS);
    expect((await upload(await read(path))).json.code).toBe('SIGNATURE_EXPIRED');
  });

  it('is refused from another MSP, which is told no more than of a key that nobody knows', async () => {
    const distributorId = await ingest.month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
    const stranger = await ingest.month.msp({ name: 'MSP Beta', distributorId });
    const strangers = await ingest.api.token('service_provider', { companyId: stranger });
    expect((await upload(file, strangers)).json.code).toBe('NOT_FOUND');
    expect((await upload(file, strangers, stranger)).json.errors).toEqual([
      expect.objectContaining({ field: '/messages/0', code: 'UNKNOWN_KEY' }),
      expect.objectContaining({ field: '/messages/1', code: 'UNKNOWN_KEY' }),
    ]);
    const reader = await ingest.api.token('service_provider', { companyId: ingest.mspId, level: 'reader' });
    expect((await upload(file, reader)).json.code).toBe('FORBIDDEN');
  });

  it('tells the audit trail who uploaded what', async () => {
    const [event] = await ingest.sql<{ after: { messages: number; sites: string[]; sha256: string } }>(
      `select after from audit_event where action = 'usage.uploaded' order by id limit 1`,
    );
    expect(event?.after).toMatchObject({
      messages: 2,
      sites: [siteId],
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });
});
