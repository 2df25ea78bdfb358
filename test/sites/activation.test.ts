import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newKey } from '../../api/newKey.js';
import { checkIns, CHECK_INS, newPublicKey, SIGNING_KEYS, startIngest } from './ingestFixture.js';

const PUBLIC_KEY = newPublicKey();

describe('activating a site', () => {
  let ingest: Awaited<ReturnType<typeof startIngest>>;

  beforeAll(async () => {
    ingest = await startIngest();
  });
  afterAll(() => ingest.api.close());

  const attempt = (key: string, more: Record<string, unknown> = {}) => ({
    key,
    installationId: randomUUID(),
    product: 'mail-server',
    productVersion: '8.0.0',
    signingKey: { publicKey: PUBLIC_KEY },
    ...more,
  });

  it('makes key and site active, and gives the same answer to the same activation', async () => {
    const { siteId, key } = await ingest.site();
    const body = attempt(key);
    const first = await ingest.activate(body);
    const again = await ingest.activate({ ...body, key: key.toLowerCase().replaceAll('-', ' ').replace('km ', 'KM-') });
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.json).toEqual(first.json);
    expect(first.json).toMatchObject({ siteId, mspId: ingest.mspId, checkInSeconds: 86_400 });
    expect(
      await ingest.sql(
        `select s.state, k.state as key, s.activated_at is not null as activated,
           (select count(*)::int from installation i where i.site_id = s.id) as installations
         from site s join metered_key k on k.site_id = s.id where s.id = $1`,
        [siteId],
      ),
    ).toEqual([{ state: 'active', key: 'active', activated: true, installations: 1 }]);
  });

  it('keeps a second installation on the same key apart instead of merging it (rule 3)', async () => {
    const { siteId, key } = await ingest.site();
    const [one, two] = [await ingest.activate(attempt(key)), await ingest.activate(attempt(key))];
    expect(one.json.signingKeyId).not.toBe(two.json.signingKeyId);
    expect(await ingest.sql('select count(*)::int as n from installation where site_id = $1', [siteId])).toEqual([
      { n: 2 },
    ]);
  });

  it('an installation is one, in whatever letters its id comes, and never replaces itself', async () => {
    const { siteId, key } = await ingest.site();
    const body = attempt(key);
    const first = await ingest.activate(body);
    const installationId = body.installationId.toUpperCase();
    expect((await ingest.activate({ ...body, installationId })).json).toEqual(first.json);
    expect(await ingest.sql('select id from installation where site_id = $1', [siteId])).toEqual([
      { id: body.installationId },
    ]);
    expect(await ingest.activate({ ...body, replaces: installationId })).toMatchObject({
      status: 409,
      json: { code: 'STATE_CONFLICT', errors: [{ field: '/replaces' }] },
    });
  });

  it('counts fifty identical activations at once as one', async () => {
    const { siteId, key } = await ingest.site();
    const body = attempt(key);
    const answers = await Promise.all(Array.from({ length: 50 }, () => ingest.activate(body)));
    expect(new Set(answers.map(({ json }) => JSON.stringify(json))).size).toBe(1);
    expect(await ingest.sql('select count(*)::int as n from signing_key where site_id = $1', [siteId])).toEqual([
      { n: 1 },
    ]);
  });

  it.each([
    ['a key nobody issued', 401, 'UNKNOWN_KEY', () => newKey().key, {}],
    [
      'a mistyped key',
      422,
      'VALIDATION_FAILED',
      (key: string) => key.slice(0, -1) + (key.endsWith('0') ? '1' : '0'),
      {},
    ],
    ['a version that is too old', 422, 'PRODUCT_VERSION_TOO_OLD', undefined, { productVersion: '7.99.9' }],
    ['another product', 422, 'VALIDATION_FAILED', undefined, { product: 'scanner' }],
    ['a field nobody agreed on', 422, 'VALIDATION_FAILED', undefined, { mspId: randomUUID() }],
  ])('refuses %s with its own code, and says so to the partner team', async (_what, status, code, other, more) => {
    const { siteId, key } = await ingest.site();
    const answer = await ingest.activate(attempt(other?.(key) ?? key, { period: '2026-03', ...more }));
    expect([answer.status, answer.json.code]).toEqual([status, code]);
    const codes = [...(await ingest.refusals()), ...(await ingest.claims())].map((refused) => refused.code);
    expect(codes).toContain(code);
    expect(await ingest.sql('select state from site where id = $1', [siteId])).toEqual([{ state: 'created' }]);
  });

  it('counts an unknown key under the month its installation claims', async () => {
    const period = new Date().toISOString().slice(0, 7);
    await ingest.activate(attempt(newKey().key, { period }));
    expect(await ingest.claims()).toContainEqual({ code: 'UNKNOWN_KEY', programme: null, period, attempts: 1 });
  });

  it.each([
    ['revoked', 'KEY_REVOKED'],
    ['destroyed', 'KEY_REVOKED'],
    ['disabled', 'KEY_DISABLED'],
  ])('refuses a key that is %s', async (state, code) => {
    const { keyId, key } = await ingest.site();
    await ingest.sql(
      `update metered_key set state = $2, ended_how = $2, ended_at = now(),
         ended_by = case when $2 <> 'disabled' then 'vendor' end where id = $1`,
      [keyId, state],
    );
    expect((await ingest.activate(attempt(key))).json.code).toBe(code);
  });

  it('lets no new installation onto a blocked site, but the ones it has (rule 6)', async () => {
    const { siteId, key } = await ingest.site();
    const body = attempt(key);
    await ingest.activate(body);
    await ingest.sql(`update site set contact = 'blocked' where id = $1`, [siteId]);
    expect((await ingest.activate(attempt(key))).json.code).toBe('KEY_DISABLED');
    expect((await ingest.activate(body)).status).toBe(201);
  });

  it('keeps two signing keys alive for rotation and retires the oldest', async () => {
    const site = await ingest.installed();
    const rotate = () => site.send(SIGNING_KEYS, { publicKey: newPublicKey() });
    expect((await rotate()).status).toBe(201);
    expect((await site.send(CHECK_INS, checkIns(5))).status).toBe(200);
    expect((await rotate()).status).toBe(201);
    const answer = await site.send(CHECK_INS, checkIns(5));
    expect([answer.status, answer.json.code]).toEqual([403, 'KEY_REVOKED']);
    expect(
      await ingest.sql(
        'select count(*) filter (where retired_at is null)::int as live, count(*)::int as n from signing_key where site_id = $1',
        [site.siteId],
      ),
    ).toEqual([{ live: 2, n: 3 }]);
    expect((await ingest.activate(site.activation)).json.code).toBe('STATE_CONFLICT');
  });
});
