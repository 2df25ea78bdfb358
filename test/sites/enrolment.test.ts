import { execFile } from 'node:child_process';
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SIGNATURE_HEADER, signMessage } from '../../sites/index.js';
import { destroyKey } from '../support/destroyKey.js';
import { checkIns, CHECK_INS, newPublicKey, startIngest } from './ingestFixture.js';

const ENROLMENTS = '/v1/site/enrolments';
const CLIENT = fileURLToPath(new URL('../../clients/kontor.js', import.meta.url));
const run = promisify(execFile);
const PRODUCT = { programme: 'msp', product: 'mail-server' } as const;

/** MSP Alpha has the tenants north, with a customer of its own, and south; new installations enrol without a key. */
describe('an installation without a key', () => {
  let ingest: Awaited<ReturnType<typeof startIngest>>;
  let msp: string;
  let other: string;
  let beta: string;
  let customer: string;
  let north: string;
  let south: string;

  beforeAll(async () => {
    ingest = await startIngest({ guessesPerMinute: 10_000 });
    const { api, month, mspId } = ingest;
    msp = await api.token('service_provider', { companyId: mspId });
    const distributorId = await month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
    beta = await month.msp({ name: 'MSP Beta', distributorId });
    other = await api.token('service_provider', { companyId: beta });
    const tenant = async (ref: string) => {
      const { json } = await api.call('POST', `/v1/msps/${mspId}/tenants`, { token: msp, body: { ref, name: ref } });
      return String(json.id);
    };
    [north, south] = [await tenant('north'), await tenant('south')];
    const companyId = await month.company('customer');
    await ingest.sql('update tenant set customer_id = $1 where id = $2', [companyId, north]);
    customer = await api.token('customer', { companyId });
  });
  afterAll(() => ingest.api.close());

  const path = (mspId: string = ingest.mspId) => `/v1/msps/${mspId}/enrolment-tokens`;
  const ask = (body: object = {}, token = msp, mspId: string = ingest.mspId) =>
    ingest.api.call('POST', path(mspId), { token, body: { ...PRODUCT, ...body } });
  const made = async (body: object = {}) => {
    const { status, json } = await ask(body);
    expect(status).toBe(201);
    return json as { id: string; account: string; token: string; expiresAt: string };
  };
  const enrol = (body: object) => ingest.api.call('POST', ENROLMENTS, { body });
  const asked = ({ account, token }: { account: string; token: string }, more: object = {}) => ({
    ...{ version: 1, account, token, installationId: randomUUID(), siteName: `Site ${randomUUID()}` },
    ...{ product: 'mail-server', productVersion: '8.1.0', signingKey: { publicKey: newPublicKey() } },
    ...more,
  });
  const listed = async (id: string, as = msp) => {
    const { json } = await ingest.api.call('GET', `${path()}?limit=200`, { token: as });
    return json.items.find((one: { id: string }) => one.id === id) as Record<string, unknown> | undefined;
  };
  const revoke = (id: string, as = msp, mspId: string = ingest.mspId) =>
    ingest.api.call('DELETE', `${path(mspId)}/${id}`, { token: as });

  it('enrols with account and token: the site is added, serves the tenant, and is heard by what it signs', async () => {
    const token = await made({ tenantId: north });
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const signingKey = { publicKey: publicKey.export({ format: 'jwk' }).x };
    const body = asked(token, { siteName: 'Branch', signingKey });
    const { status, json } = await enrol(body);
    expect([status, json]).toEqual([
      201,
      expect.objectContaining({ mspId: ingest.mspId, checkInSeconds: 86_400, minimumVersion: '8.0.0' }),
    ]);
    const site = await ingest.api.call('GET', `/v1/msps/${ingest.mspId}/sites/${json.siteId}`, { token: msp });
    expect(site.json).toMatchObject({ name: 'Branch', state: 'active', kind: 'managed', product: 'mail-server' });
    const text = JSON.stringify(checkIns(5));
    const claims = {
      ...{ kid: json.signingKeyId, iat: Math.floor(Date.now() / 1000), nonce: randomBytes(16).toString('base64url') },
      ...{ period: new Date().toISOString().slice(0, 7), path: CHECK_INS, site: json.siteId },
    };
    const heard = await ingest.api.call('POST', CHECK_INS, {
      body: Buffer.from(text),
      headers: {
        'content-type': 'application/json',
        [SIGNATURE_HEADER]: await signMessage(Buffer.from(text), claims, privateKey),
      },
    });
    expect([heard.status, heard.json.accepted]).toEqual([200, 1]);
    expect(
      await ingest.sql(
        `select i.enrolled_by, k.kind, k.state, k.tenant_id = t.id as "endsWithTenant", t.ref from installation i
         join metered_key k on k.id = i.metered_key_id
         join site_tenant a on a.site_id = i.site_id join tenant t on t.id = a.tenant_id where i.site_id = $1`,
        [json.siteId],
      ),
    ).toEqual([{ enrolled_by: 'token', kind: 'metered', state: 'active', endsWithTenant: true, ref: 'north' }]);
    expect(await listed(token.id)).toMatchObject({ state: 'used', uses: 1, used: 1, tenantId: north });
    const [started] = await ingest.sql<{ kind: string }>('select kind from subscription where tenant_id = $1', [north]);
    expect(started).toEqual({ kind: 'metered' });
  });

  it('enrols by the reference client, which asks again in vain for another site', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kontor-enrol-'));
    const client = async (...args: string[]) => (await run(process.execPath, [CLIENT, ...args])).stdout;
    try {
      const { account, token } = await made();
      const by = (siteName: string) =>
        client('enrol', folder, ingest.api.url, account, token, siteName, 'mail-server', '8.1');
      const first = await by('By the client');
      expect(await by('By the client')).toBe(first);
      await expect(by('Another')).rejects.toMatchObject({ code: 1 });
      const counts = join(folder, 'counts.json');
      await writeFile(counts, '[]');
      expect(JSON.parse(await client('check-in', folder, counts))).toMatchObject({ accepted: 1 });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('shows the token once: neither the list nor the database nor the audit trail has it', async () => {
    const { token, expiresAt } = await made();
    expect(Math.round((Date.parse(expiresAt) - Date.now()) / 86_400_000)).toBe(7);
    const list = await ingest.api.call('GET', path(), { token: msp });
    const kept = await ingest.sql('select t::text from enrolment_token t union all select a::text from audit_event a');
    const secret = token.slice('kontor_enrol_'.length);
    expect(JSON.stringify([list.json, kept])).not.toContain(secret);
    const again = { token: msp, body: PRODUCT, headers: { 'idempotency-key': randomUUID() } };
    expect((await ingest.api.call('POST', path(), again)).status).toBe(201);
    expect((await ingest.api.call('POST', path(), again)).json.code).toBe('STATE_CONFLICT');
  });

  it('gets the same answer when it asks again, fifty times at once, later with a newer version, and after the token ended', async () => {
    const token = await made({ uses: 2 });
    const body = asked(token);
    const answers = await Promise.all(Array.from({ length: 50 }, () => enrol(body)));
    const [first] = answers;
    expect(first?.status).toBe(201);
    expect(new Set(answers.map(({ json }) => JSON.stringify(json))).size).toBe(1);
    expect(await listed(token.id)).toMatchObject({ state: 'open', used: 1 });
    await revoke(token.id);
    const name = { name: 'Renamed meanwhile' };
    await ingest.api.call('PATCH', `/v1/msps/${ingest.mspId}/sites/${first?.json.siteId}`, { token: msp, body: name });
    expect((await enrol({ ...body, productVersion: '8.2' })).json).toEqual(first?.json);
  });

  it('is refused as something else under a token that it used: another key, another site', async () => {
    const body = asked(await made({ uses: 5 }));
    const { json } = await enrol(body);
    for (const more of [{ signingKey: { publicKey: newPublicKey() } }, { siteName: 'Elsewhere' }]) {
      const answer = await enrol({ ...body, ...more });
      expect([answer.status, answer.json.code]).toEqual([409, 'ID_REUSED_WITH_OTHER_CONTENT']);
    }
    expect(await ingest.sql('select count(*)::int as n from signing_key where site_id = $1', [json.siteId])).toEqual([
      { n: 1 },
    ]);
  });

  it('is one of two that race for a token of one use, and at most as many as its uses get in', async () => {
    for (const [uses, racing] of [
      [1, 2],
      [3, 12],
    ] as const) {
      const token = await made({ uses });
      const answers = await Promise.all(Array.from({ length: racing }, () => enrol(asked(token))));
      const codes = answers.map(({ status, json }) => (status === 201 ? 'in' : json.code)).sort();
      const expected = Array.from({ length: racing }, (_, i) => (i < racing - uses ? 'ENROLMENT_ENDED' : 'in'));
      expect(codes).toEqual(expected);
      const left =
        await ingest.sql(`select used, (select count(*)::int from enrolment e where e.token_id = t.id) as kept
        from enrolment_token t where id = '${token.id}'`);
      expect(left).toEqual([{ used: uses, kept: uses }]);
    }
  });

  it('races with others for one new site, by tokens of their own: all are installations of that site', async () => {
    const siteName = 'Wanted by many';
    const tokens = await Promise.all([made(), made(), made(), made()]);
    const answers = await Promise.all(tokens.map((token) => enrol(asked(token, { siteName }))));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(new Set(answers.map(({ json }) => json.siteId)).size).toBe(1);
  });

  it('learns from a refusal not whether account or token was wrong, and the tries are counted', async () => {
    const token = await made();
    const unknown = { account: token.account, token: `kontor_enrol_${randomBytes(32).toString('base64url')}` };
    const answers = [
      await enrol(asked(unknown)),
      await enrol(asked({ ...token, account: beta })),
      await enrol(asked({ ...token, account: randomUUID() })),
      await enrol(asked({ account: randomUUID(), token: 'x' })),
    ];
    const told = answers.map(({ status, json: { code, title, detail, errors } }) =>
      JSON.stringify([status, code, title, detail, errors]),
    );
    expect(answers[0]).toMatchObject({ status: 401, json: { code: 'ENROLMENT_REFUSED' } });
    expect(new Set(told).size).toBe(1);
    expect((await ingest.claims()).find(({ code }) => code === 'ENROLMENT_REFUSED')).toMatchObject({ attempts: 4 });
    expect((await enrol(asked(token))).status).toBe(201);
  });

  it.each([
    ['revoked', (id: string) => revoke(id)],
    [
      'expired',
      (id: string) =>
        ingest.sql(
          `update enrolment_token set made_at = now() - interval '8 days', expires_at = now() - interval '1 s' where id = $1`,
          [id],
        ),
    ],
  ])('is refused with a token that is %s, and the partner team finds it', async (why, end) => {
    const token = await made();
    await end(token.id);
    const { status, json } = await enrol(asked(token));
    expect([status, json.code, json.detail]).toEqual([403, 'ENROLMENT_ENDED', expect.stringContaining(why)]);
    expect(await listed(token.id)).toMatchObject({ state: why, used: 0 });
    const team = await ingest.api.token('vendor');
    const found = await ingest.api.call('GET', '/v1/refused-messages?code=ENROLMENT_ENDED', { token: team });
    expect(found.json.items[0]).toMatchObject({ code: 'ENROLMENT_ENDED', mspId: ingest.mspId });
  });

  it.each([
    ['a version that is too old', 'PRODUCT_VERSION_TOO_OLD', { productVersion: '7.9' }, '/productVersion'],
    ['another product than the token', 'VALIDATION_FAILED', { product: 'scanner' }, '/product'],
    ['no site', 'VALIDATION_FAILED', { siteName: undefined }, '/siteName'],
    ['a name that is too long', 'VALIDATION_FAILED', { siteName: 'x'.repeat(121) }, '/siteName'],
    ['a name with NUL', 'BODY_MALFORMED', { siteName: 'a\u0000b' }, undefined],
    ['half of a character', 'BODY_MALFORMED', { siteName: 'a\ud800b' }, undefined],
    ['a token beyond measure', 'VALIDATION_FAILED', { token: 'x'.repeat(10_000) }, '/token'],
    ['an account that is none', 'VALIDATION_FAILED', { account: 'alpha' }, '/account'],
    [
      'a public key of small order',
      'VALIDATION_FAILED',
      { signingKey: { publicKey: Buffer.alloc(32).toString('base64url') } },
      '/signingKey/publicKey',
    ],
    ['a member that nobody knows', 'VALIDATION_FAILED', { mspId: randomUUID() }, '/mspId'],
  ])('is refused with %s, and uses nothing up', async (_what, code, more, field) => {
    const token = await made();
    const { status, json } = await enrol({ ...asked(token), ...more });
    expect([status, json.code, json.errors?.[0]?.field]).toEqual([field === undefined ? 400 : 422, code, field]);
    expect(await listed(token.id)).toMatchObject({ used: 0 });
  });

  it('joins a site that there is as by activation: of the same product, that serves the tenant, with a key in force', async () => {
    const { siteId, keyId } = await ingest.site();
    const [{ name: siteName } = { name: '' }] = await ingest.sql<{ name: string }>(
      'select name from site where id = $1',
      [siteId],
    );
    const { json } = await enrol(asked(await made(), { siteName }));
    expect(json.siteId).toBe(siteId);
    expect(await ingest.sql('select metered_key_id as id from installation where site_id = $1', [siteId])).toEqual([
      { id: keyId },
    ]);
    expect((await enrol(asked(await made({ tenantId: south }), { siteName }))).json).toMatchObject({
      code: 'VALIDATION_FAILED',
      errors: [{ field: '/siteName' }],
    });
    expect((await enrol(asked(await made(), { siteName, siteKind: 'standalone' }))).json).toMatchObject({
      code: 'VALIDATION_FAILED',
      errors: [{ field: '/siteKind' }],
    });
    const scanner = asked(await made({ product: 'scanner' }), { siteName, product: 'scanner' });
    expect((await enrol(scanner)).json.code).toBe('NAME_TAKEN');
    await ingest.sql(
      `update metered_key set state = 'revoked', ended_how = 'revoked', ended_at = now(), ended_by = 'vendor' where id = $1`,
      [keyId],
    );
    expect((await enrol(asked(await made(), { siteName }))).json.code).toBe('KEY_REVOKED');
  });

  it('by a token of a tenant joins no site that others share, and moves no installation that is there', async () => {
    const { siteId } = await ingest.site();
    const [{ name: siteName } = { name: '' }] = await ingest.sql<{ name: string }>(
      `with shared as (
         insert into site_tenant (msp_id, site_id, reference, tenant_id, from_period)
         select msp_id, $1, 'shared ' || ref, id, '2026-01' from tenant where id = any($2::uuid[]))
       select name from site where id = $1`,
      [siteId, [north, south]],
    );
    const shared = (await enrol(asked(await made({ tenantId: north }), { siteName }))).json;
    expect([shared.code, shared.errors[0].field]).toEqual(['VALIDATION_FAILED', '/siteName']);
    expect(shared.errors[0].message).toContain('serves other tenants too');
    const body = asked(await made(), { siteName });
    expect((await enrol(body)).json.siteId).toBe(siteId);
    const { installationId } = body;
    const taken = (await enrol(asked(await made(), { siteName, installationId }))).json;
    expect([taken.code, taken.errors[0].field]).toEqual(['STATE_CONFLICT', '/installationId']);
  });

  it('ends with its key: destroyed, it asks again in vain', async () => {
    const body = asked(await made());
    const { siteId } = (await enrol(body)).json;
    const [key] = await ingest.sql<{ id: string }>('select id from metered_key where site_id = $1', [siteId]);
    await destroyKey(
      (to, sent) => ingest.api.call('POST', to, { token: msp, body: sent }),
      `/v1/msps/${ingest.mspId}/sites/${siteId}/keys/${key?.id ?? ''}`,
    );
    expect((await enrol(body)).json.code).toBe('KEY_REVOKED');
  });

  it('is refused while its MSP may not have it: suspended, gone, the product not enabled, the subscription ended', async () => {
    const token = await made({ tenantId: south });
    const refused = async () => {
      const { status, json } = await enrol(asked(token));
      return [status, json.code, json.detail];
    };
    const participation = (state: string) =>
      ingest.sql(
        `update participation set state = $2, left_period = case when $2 = 'left' then '2026-01' end
        where msp_id = $1`,
        [ingest.mspId, state],
      );
    await participation('suspended');
    expect(await refused()).toEqual([409, 'STATE_CONFLICT', expect.stringContaining('is suspended')]);
    await participation('left');
    expect(await refused()).toEqual([409, 'STATE_CONFLICT', expect.stringContaining('takes no part')]);
    await participation('approved');
    const settings = (version: number, enabledByOrder: string[]) =>
      ingest.sql(
        `insert into programme_setting (programme_code, version, from_period, zone, settings, set_at, set_by)
         select programme_code, $1, from_period, zone, $2, set_at, set_by from programme_setting where version = 1`,
        [version, { orders: { enabledByOrder } }],
      );
    await settings(2, ['mail-server']);
    expect(await refused()).toEqual([409, 'STATE_CONFLICT', expect.stringContaining('an order enables')]);
    expect((await ask()).json).toMatchObject({ code: 'STATE_CONFLICT', errors: [{ field: '/product' }] });
    await settings(3, []);
    await ingest.sql(`update subscription set kind = 'ended' where tenant_id = $1`, [south]);
    expect(await refused()).toEqual([409, 'STATE_CONFLICT', expect.stringContaining('subscription')]);
    await ingest.sql(`update subscription set kind = 'metered' where tenant_id = $1`, [south]);
    expect((await enrol(asked(token))).status).toBe(201);
  });

  it('is asked for by those whose view may activate software, for what is theirs', async () => {
    const { api, mspId } = ingest;
    const operator = await api.token('service_provider', { companyId: mspId, level: 'operator' });
    const reader = await api.token('service_provider', { companyId: mspId, level: 'reader' });
    const limited = await api.token('service_provider', { companyId: mspId, tenantIds: [north] });
    const statusOf = async (body: object, as: string, of: string = mspId) => (await ask(body, as, of)).status;
    expect(await statusOf({}, operator)).toBe(201);
    expect(await statusOf({}, await api.token('vendor'))).toBe(201);
    expect(await statusOf({ tenantId: north }, limited)).toBe(201);
    expect(await statusOf({ tenantId: north }, customer)).toBe(201);
    expect(await statusOf({ tenantId: south }, limited)).toBe(404);
    expect(await statusOf({ tenantId: south }, customer)).toBe(404);
    expect(await statusOf({ tenantId: randomUUID() }, msp)).toBe(404);
    expect(await statusOf({}, limited)).toBe(403);
    expect(await statusOf({}, customer)).toBe(403);
    expect(await statusOf({}, reader)).toBe(403);
    expect(await statusOf({}, other)).toBe(404);
    expect(await statusOf({ tenantId: north }, other, beta)).toBe(404);
    for (const view of ['reseller', 'partner'] as const) {
      const token = await api.token(view, { companyId: await ingest.month.company(view) });
      expect(await statusOf({ tenantId: north }, token)).toBe(403);
    }
    // No subscription to that product runs, and a customer starts none.
    expect((await ask({ tenantId: north, product: 'scanner' }, customer)).json).toMatchObject({
      status: 409,
      errors: [{ field: '/product' }],
    });
    const whole = await made();
    const ofSouth = await made({ tenantId: south });
    const ofNorth = await made({ tenantId: north });
    expect(await listed(ofNorth.id, customer)).toMatchObject({ id: ofNorth.id });
    for (const { id } of [whole, ofSouth]) {
      expect(await listed(id, customer)).toBeUndefined();
      expect((await revoke(id, customer)).status).toBe(404);
    }
    expect((await revoke(whole.id, other)).status).toBe(404);
    expect((await revoke(whole.id, other, beta)).status).toBe(404);
    expect((await revoke(ofNorth.id, reader)).status).toBe(403);
    expect((await revoke(ofNorth.id, customer)).status).toBe(204);
    expect((await revoke(ofNorth.id)).status).toBe(204);
    const events = await ingest.sql(`select count(*)::int as n from audit_event where subject = $1 and action = $2`, [
      `enrolmentToken:${ofNorth.id}`,
      'enrolmentToken.revoked',
    ]);
    expect(events).toEqual([{ n: 1 }]);
  });

  it.each([
    ['has passed', { expiresAt: '2026-01-01T00:00:00Z' }, '/expiresAt'],
    ['lies too far ahead', { expiresAt: new Date(Date.now() + 91 * 86_400_000) }, '/expiresAt'],
    ['has no use', { uses: 0 }, '/uses'],
    ['has too many', { uses: 101 }, '/uses'],
  ])('gets no token whose terms are off: it %s', async (_what, body, field) => {
    expect((await ask(body)).json).toMatchObject({ status: 422, errors: [{ field }] });
  });

  it('is guessed at a few times a minute from one address', async () => {
    const guessed = await startIngest({ guessesPerMinute: 3 });
    try {
      const body = asked({ account: guessed.mspId, token: 'x' });
      const statuses = [];
      for (let i = 0; i < 4; i += 1) statuses.push((await guessed.api.call('POST', ENROLMENTS, { body })).status);
      expect(statuses).toEqual([401, 401, 401, 429]);
    } finally {
      await guessed.api.close();
    }
  });
});
