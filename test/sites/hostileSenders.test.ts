import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { newKey } from '../../api/newKey.js';
import { ALL } from '../../db/connect.js';
import { insertKey } from '../../db/sites/meteredKeyStore.js';
import {
  checkIns,
  CHECK_INS,
  newPublicKey,
  REPORTS,
  report,
  SIGNING_KEYS,
  startIngest,
  type Installation,
} from './ingestFixture.js';
import { destroyKey } from '../support/destroyKey.js';

/** The signature's header, its text changed before it is encoded again. */
function withHeaderText(change: (text: string) => string): (signature: string) => string {
  return (signature) => {
    const [header = '', , value = ''] = signature.split('.');
    const text = Buffer.from(header, 'base64url').toString();
    return `${Buffer.from(change(text)).toString('base64url')}..${value}`;
  };
}

describe('messages that try the database', () => {
  let ingest: Awaited<ReturnType<typeof startIngest>>;
  let site: Installation;
  beforeAll(async () => {
    ingest = await startIngest();
    site = await ingest.installed();
  });
  afterAll(() => ingest.api.close());

  const NUL = '\u0000';
  it.each([
    ['kid', { kid: `sk_${NUL}` }, 400],
    ['nonce', { nonce: `${NUL}${'n'.repeat(20)}` }, 400],
    ['nonce, half of a character', { nonce: `\ud800${'n'.repeat(20)}` }, 400],
    ['period', { period: `2026-03${NUL}` }, 400],
    ['site', { site: NUL }, 400],
    ['path', { path: NUL }, 401],
    ['instant', { iat: Number.MAX_SAFE_INTEGER }, 401],
  ])(
    'case 44: with NUL and the like as %s are refused, and harm no other message of their group',
    async (_what, claims, status) => {
      const others = await Promise.all([ingest.installed(), ingest.installed(), ingest.installed()]);
      const [answer, ...rest] = await Promise.all([
        site.send(CHECK_INS, checkIns(1), { claims }),
        ...others.map((other) => other.send(CHECK_INS, checkIns(1))),
      ]);
      expect([answer.status, answer.json.code]).toEqual([status, expect.stringMatching(/^SIGNATURE_/)]);
      expect(rest.map((one) => one.status)).toEqual([200, 200, 200]);
    },
  );

  it.each(['0000-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59-23:59', '99999-01-01T00:00:00Z'])(
    'case 44: of the instant %s are refused',
    async (instant) => {
      for (const message of [
        { ...checkIns(1), sentAt: instant },
        { sentAt: new Date(), checkIns: [{ observedAt: instant, counts: [] }] },
      ]) {
        const answer = await site.send(CHECK_INS, message);
        expect([answer.status, typeof answer.json.code]).toEqual([422, 'string']);
      }
      expect((await site.send(REPORTS, { ...report(1), sentAt: instant })).status).toBe(422);
    },
  );

  it.each(['2000-01', '2099-12', '1999-12', '0000-00', '99999-01'])(
    'case 44: of the period %s are refused',
    async (period) => {
      const answer = await site.send(REPORTS, report(1, { period }), { claims: { period: '2026-03' } });
      expect([422, 409]).toContain(answer.status);
    },
  );

  it('case 55: that name a member twice are refused, in the body and in the header of the signature', async () => {
    const body = await site.send(CHECK_INS, JSON.stringify(checkIns(1)).replace('"count":1', '"count":1,"count":999'));
    expect([body.status, body.json.code]).toEqual([400, 'BODY_MALFORMED']);
    for (const twice of [
      (text: string) => text.replace('"alg":"EdDSA"', '"alg":"none","alg":"EdDSA"'),
      (text: string) => text.replace('"alg":"EdDSA"', '"\\u0061lg":"none","alg":"EdDSA"'),
      (text: string) => text.replace('"iat":', '"iat":1,"iat":'),
    ]) {
      const header = await site.send(CHECK_INS, checkIns(1), { signature: withHeaderText(twice) });
      expect([header.status, header.json.code]).toEqual([400, 'SIGNATURE_MALFORMED']);
    }
  });

  it.each([
    ['of small order', Buffer.alloc(32).toString('base64url')],
    ['of order 1', Buffer.from(`01${'00'.repeat(31)}`, 'hex').toString('base64url')],
    ['that is no point', Buffer.from(`02${'00'.repeat(31)}`, 'hex').toString('base64url')],
    ['in another form of base64', `${newPublicKey().slice(0, 42)}_`],
  ])('case 47: a public key %s is refused at activation and beside another key', async (_how, publicKey) => {
    const { key } = await ingest.site();
    const activation = await ingest.activate({
      ...site.activation,
      key,
      installationId: randomUUID(),
      signingKey: { publicKey },
    });
    expect([activation.status, activation.json.errors?.[0].field]).toEqual([422, '/signingKey/publicKey']);
    const next = await site.send(SIGNING_KEYS, { publicKey });
    expect([next.status, next.json.errors?.[0].field]).toEqual([422, '/publicKey']);
  });

  it('case 54: with thousands of unknown members get a short answer', async () => {
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`${i}${'x'.repeat(20)}`, i]));
    for (const message of [
      { ...checkIns(1), ...many },
      { ...checkIns(1), [`y${'z'.repeat(200_000)}`]: 1 },
    ]) {
      const answer = await site.send(CHECK_INS, message);
      expect([answer.status, answer.json.code]).toEqual([422, 'VALIDATION_FAILED']);
      expect(answer.json.errors.length).toBeLessThanOrEqual(50);
      expect(answer.bytes.length).toBeLessThan(32_000);
    }
  });
});

describe('keys that change while they are used', () => {
  let ingest: Awaited<ReturnType<typeof startIngest>>;
  let token: string;
  beforeAll(async () => {
    ingest = await startIngest();
    token = await ingest.api.token('vendor');
  });
  afterAll(() => ingest.api.close());

  it('case 46: rotate, activate and check in at once: one waits for the other, none fails', async () => {
    const { siteId, key } = await ingest.site();
    const installation = await ingest.install(siteId, key);
    const path = `/v1/msps/${ingest.mspId}/sites/${siteId}/keys/rotate`;
    const statuses = await Promise.all(
      Array.from({ length: 12 }, (_, round) => [
        ingest.api.call('POST', path, { token }),
        ingest.activate({ ...installation.activation, installationId: randomUUID() }),
        ingest.activate(installation.activation),
        installation.send(CHECK_INS, checkIns(1, new Date(Date.now() - round * 60_000))),
      ]).flat(),
    );
    const unexpected = statuses.filter(({ status, json }) => status >= 400 && json.code !== 'KEY_REVOKED');
    expect(unexpected.map(({ json }) => json)).toEqual([]);
  });

  it("case 46: end a tenant's key while new sites activate with it: one waits for the other, none fails", async () => {
    const tenant = await ingest.api.call('POST', `/v1/msps/${ingest.mspId}/tenants`, {
      token,
      body: { ref: 'north', name: 'North' },
    });
    const tenantId = String(tenant.json.id);
    for (let round = 0; round < 5; round += 1) {
      const { key, keyHash } = newKey();
      const keyId = randomUUID();
      await ingest.api.database.db.transaction(ALL, (trx) =>
        insertKey(
          trx,
          { mspId: ingest.mspId, tenantId },
          {
            keyId,
            kind: 'metered',
            keyHash,
            state: 'issued',
            at: new Date(),
            programme: 'msp',
            product: 'mail-server',
          },
        ),
      );
      const answers = await Promise.all([
        ...Array.from({ length: 5 }, (_, i) =>
          ingest.activate({
            key,
            installationId: randomUUID(),
            product: 'mail-server',
            productVersion: '8.1',
            signingKey: { publicKey: newPublicKey() },
            siteName: `Round ${round} site ${i}`,
          }),
        ),
        destroyKey(
          (to, body) => ingest.api.call('POST', to, { token, body }),
          `/v1/msps/${ingest.mspId}/tenants/${tenantId}/keys/${keyId}`,
        ),
      ]);
      const unexpected = answers.filter(({ status, json }) => status >= 400 && json.code !== 'KEY_REVOKED');
      expect(unexpected.map(({ json }) => json)).toEqual([]);
    }
  });
});
