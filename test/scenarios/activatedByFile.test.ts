import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { destroyKey } from '../support/destroyKey.js';
import { newPublicKey, startIngest } from '../sites/ingestFixture.js';

const CLIENT = fileURLToPath(new URL('../../clients/kontor.js', import.meta.url));
const DAY_MS = 86_400_000;
const run = promisify(execFile);

interface Request {
  installationId: string;
  nonce: string;
  madeAt: string;
}

/** A machine without a network writes a request file, somebody uploads it, and carries back what Kontor signed. */
describe('a machine that is activated by a request file and a response file', () => {
  let ingest: Awaited<ReturnType<typeof startIngest>>;
  let msp: string;
  let customer: string;
  let folder: string;
  let state: string;
  let site: { siteId: string; keyId: string; key: string };
  let kontorsKey: string;
  let request: Request;
  let response: { body: string; signature: string };

  const client = async (args: string[], offsetMs = 0) => {
    const env = { ...process.env, KONTOR_CLOCK_OFFSET_S: String(offsetMs / 1_000) };
    return (await run(process.execPath, [CLIENT, ...args], { env })).stdout;
  };
  const fileOf = async (content: unknown) => {
    const path = join(folder, `${randomUUID()}.json`);
    await writeFile(path, JSON.stringify(content));
    return path;
  };
  const upload = (body: unknown, token = msp, mspId: string = ingest.mspId) =>
    ingest.api.call('POST', `/v1/msps/${mspId}/activation-files`, { token, body });
  const saying = (key: string, more: object = {}) => ({
    ...{ version: 1, key, installationId: randomUUID(), product: 'mail-server', productVersion: '8.1' },
    ...{ signingKey: { publicKey: newPublicKey() }, nonce: randomUUID(), madeAt: new Date(), ...more },
  });
  const taken = async (file: unknown, key = kontorsKey, offsetMs = 0) =>
    client(['response-file', state, await fileOf(file), key], offsetMs).then(
      (out) => JSON.parse(out) as Record<string, unknown>,
      (error: unknown) => (error as { stderr: string }).stderr.trim(),
    );
  const requested = async () => {
    const path = join(folder, `${randomUUID()}.json`);
    await client(['request-file', state, path, site.key, 'mail-server', '8.1']);
    return JSON.parse(await readFile(path, 'utf8')) as Request;
  };

  beforeAll(async () => {
    ingest = await startIngest();
    msp = await ingest.api.token('service_provider', { companyId: ingest.mspId, level: 'operator' });
    folder = await mkdtemp(join(tmpdir(), 'kontor-by-file-'));
    state = join(folder, 'state');
    site = await ingest.site();
    const team = await ingest.api.token('vendor');
    const added = await ingest.api.call('POST', `/v1/msps/${ingest.mspId}/tenants`, {
      token: team,
      body: { ref: 'north', name: 'North' },
    });
    const companyId = await ingest.month.company('customer');
    await ingest.sql('update tenant set customer_id = $1 where id = $2', [companyId, added.json.id]);
    await ingest.sql(
      `insert into site_tenant (msp_id, site_id, reference, tenant_id, from_period) values ($1, $2, 'main', $3, '2024-01')`,
      [ingest.mspId, site.siteId, added.json.id],
    );
    customer = await ingest.api.token('customer', { companyId });
  });
  afterAll(async () => {
    await ingest.api.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('tells the public key by which it signs, the same to all who ask at once, and keeps the private one encrypted', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => ingest.api.call('GET', '/v1/site/answer-key')));
    expect(new Set(answers.map(({ json }) => JSON.stringify(json))).size).toBe(1);
    kontorsKey = answers[0]?.json.publicKey;
    const [kept] = await ingest.sql<{ key: string }>('select sealed_private_key as key from answer_key');
    expect(kept?.key).toMatch(/^test:[\w-]+$/);
  });

  it('writes a request without a network; who may activate uploads it, and the machine takes the answer', async () => {
    request = await requested();
    const { status, json } = await upload(request);
    expect(status).toBe(201);
    response = json;
    expect(await taken(response)).toMatchObject({
      ...{ kind: 'activation', siteId: site.siteId, mspId: ingest.mspId, product: 'mail-server' },
      ...{ installationId: request.installationId, nonce: request.nonce, minimumVersion: '8.0.0' },
    });
    const path = join(folder, 'usage.json');
    const counts = await fileOf([{ tenant: 'main', meter: 'mail-server.mailbox', count: 3 }]);
    await client(['check-in-file', state, path, counts]);
    const body: unknown = JSON.parse(await readFile(path, 'utf8'));
    const usage = await ingest.api.call('POST', `/v1/msps/${ingest.mspId}/usage-files`, { token: msp, body });
    expect(usage.json.items).toEqual([expect.objectContaining({ siteId: site.siteId, accepted: 1 })]);
    const [event] = await ingest.sql<{ actor: { kind: string }; installation: string }>(
      `select actor, after ->> 'installationId' as installation from audit_event where action = 'activation.uploaded'`,
    );
    expect(event).toMatchObject({ actor: { kind: 'person' }, installation: request.installationId });
  });

  it('is the same installation however often the request is uploaded, at once too', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => upload(request)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    const told = await Promise.all(
      answers.map(async ({ json }) => ((await taken(json)) as { signingKeyId: string }).signingKeyId),
    );
    expect(new Set(told).size).toBe(1);
    expect(
      await ingest.sql(
        `select (select count(*)::int from installation where site_id = $1) as installations,
           (select count(*)::int from signing_key where site_id = $1) as keys`,
        [site.siteId],
      ),
    ).toEqual([{ installations: 1, keys: 1 }]);
  });

  it('takes no answer that was altered, is by another key, has expired, or is for an earlier request', async () => {
    const answer = JSON.parse(Buffer.from(response.body, 'base64url').toString()) as object;
    const altered = Buffer.from(JSON.stringify({ ...answer, expiresAt: '2199-01-01T00:00:00.000Z' }));
    const refused = /^Kontor did not sign this answer/;
    expect(await taken({ ...response, body: altered.toString('base64url') })).toMatch(refused);
    expect(await taken(response, newPublicKey())).toMatch(refused);
    expect(await taken(response, kontorsKey, 31 * DAY_MS)).toMatch(/has expired/);
    expect(await taken(response, kontorsKey, 29 * DAY_MS)).toMatchObject({ siteId: site.siteId });
    const next = await requested();
    expect(await taken(response)).toMatch(/another request/);
    expect(await taken((await upload(next)).json)).toMatchObject({ nonce: next.nonce });
    const stranger = await upload(saying(site.key, { nonce: next.nonce }));
    expect(await taken(stranger.json)).toMatch(/another installation/);
  });

  it.each([
    ['too old', 422, '/madeAt', { madeAt: new Date(Date.now() - 91 * DAY_MS) }],
    ['made too far ahead', 422, '/madeAt', { madeAt: new Date(Date.now() + 8 * DAY_MS) }],
    ['without a nonce', 422, '/nonce', { nonce: undefined }],
    ['with a nonce of nothing', 422, '/nonce', { nonce: 'short' }],
    ['with NUL', 400, undefined, { nonce: `${'n'.repeat(20)}\u0000` }],
    ['of a version that is too old', 422, '/productVersion', { productVersion: '7.9' }],
    ['of another product', 422, '/product', { product: 'scanner' }],
    ['of a machine that is licensed otherwise', 409, '/licence', { licence: { kind: 'term' } }],
    [
      'with a public key of small order',
      422,
      '/signingKey/publicKey',
      { signingKey: { publicKey: Buffer.alloc(32).toString('base64url') } },
    ],
    ['with a mistyped key', 422, '/key', { key: 'KM-1' }],
    ['with what nobody agreed on', 422, '/mspId', { mspId: randomUUID() }],
  ])('is refused a request that is %s', async (_what, status, field, more) => {
    const answer = await upload(saying(site.key, more));
    expect([answer.status, answer.json.errors?.[0]?.field]).toEqual([status, field]);
  });

  it('takes a request that was 89 days under way', async () => {
    expect((await upload(saying(site.key, { madeAt: new Date(Date.now() - 89 * DAY_MS) }))).status).toBe(201);
  });

  it('on new hardware within 30 days it is the same installation as before (rule 6)', async () => {
    const replacing = saying(site.key, { replaces: request.installationId });
    expect((await upload(replacing)).status).toBe(201);
    expect(
      await ingest.sql('select replaced_by as by, replaced_for_free as free from installation where id = $1', [
        request.installationId,
      ]),
    ).toEqual([{ by: replacing.installationId, free: true }]);
    expect((await upload(request)).json.code).toBe('STATE_CONFLICT');
  });

  it('is asked for by those whose view may activate software, of what they see', async () => {
    const { api, month, mspId } = ingest;
    const foreign = await ingest.site();
    expect((await upload(saying(site.key), customer)).status).toBe(201);
    expect((await upload(saying(foreign.key), customer)).json.code).toBe('UNKNOWN_KEY');
    expect((await upload(saying(foreign.key), await api.token('vendor'))).status).toBe(201);
    const reader = await api.token('service_provider', { companyId: mspId, level: 'reader' });
    expect((await upload(saying(site.key), reader)).status).toBe(403);
    for (const view of ['reseller', 'partner'] as const) {
      const token = await api.token(view, { companyId: await month.company(view) });
      expect((await upload(saying(site.key), token)).status).toBe(403);
    }
    const distributorId = await month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
    const beta = await month.msp({ name: 'MSP Beta', distributorId });
    const other = await api.token('service_provider', { companyId: beta });
    expect((await upload(saying(site.key), other)).json.code).toBe('NOT_FOUND');
    expect((await upload(saying(site.key), other, beta)).json.code).toBe('UNKNOWN_KEY');
    expect((await upload(saying(site.key), await api.token('vendor'), beta)).json.code).toBe('UNKNOWN_KEY');
  });

  it('is refused once its key is destroyed, and the partner team finds it', async () => {
    const other = await ingest.site();
    const body = saying(other.key);
    expect((await upload(body)).status).toBe(201);
    await destroyKey(
      (to, sent) => ingest.api.call('POST', to, { token: msp, body: sent }),
      `/v1/msps/${ingest.mspId}/sites/${other.siteId}/keys/${other.keyId}`,
    );
    expect((await upload(body)).json.code).toBe('KEY_REVOKED');
    const refused = await ingest.refusals();
    expect(refused.at(-1)).toMatchObject({ code: 'KEY_REVOKED', claimed_site: other.siteId, msp_id: ingest.mspId });
  });
});
