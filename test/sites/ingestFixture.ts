import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import type { Limits } from '../../api/http/limits.js';
import { newKey } from '../../api/newKey.js';
import { ALL } from '../../db/connect.js';
import { insertKey } from '../../db/sites/meteredKeyStore.js';
import { insertSites } from '../../db/sites/siteStore.js';
import type { ProductCode } from '../../domain/catalog/index.js';
import { parsePeriod } from '../../domain/period.js';
import { SIGNATURE_HEADER, signMessage, type SignatureClaims } from '../../sites/index.js';
import { startTestApi, type Answer } from '../api/testApi.js';
import { monthFixture } from '../support/month.js';

export const CHECK_INS = '/v1/site/check-ins';
export const REPORTS = '/v1/site/usage-reports';
export const SIGNING_KEYS = '/v1/site/signing-keys';
export const MAILBOX = 'mail-server.mailbox';
const MAIL_SERVER = { product: 'mail-server', productVersion: '8.1' } as const;

/** A public key as installations send it. */
export function newPublicKey(): string {
  return String(generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x);
}

/** Signed differently than it should be, or tampered with on the way. */
export interface Twist {
  claims?: Partial<SignatureClaims>;
  signature?: (signature: string) => string;
  body?: (body: string) => string;
}

export interface Installation {
  siteId: string;
  installationId: string;
  signingKeyId: string;
  /** The activation, to be sent again. */
  activation: Record<string, unknown>;
  send(path: string, message: unknown, twist?: Twist): Promise<Answer>;
}

export function checkIns(count: unknown, observedAt = new Date(), sentAt = new Date()) {
  return { sentAt, checkIns: [{ observedAt, counts: [{ tenant: 'main', meter: MAILBOX, count }] }] };
}

export function report(peak: unknown, { period = '2026-03', revision = 1, sentAt = new Date() } = {}) {
  return { sentAt, period, revision, lines: [{ tenant: 'main', meter: MAILBOX, peak }] };
}

/** The API over a database of its own with one MSP, whose sites' mail servers speak to it. */
export async function startIngest(limits: Partial<Limits> = {}, { temporal = false }: { temporal?: boolean } = {}) {
  // Nobody waits for a site's activation here: unless a test asks for it, there is no Temporal to tell of it.
  const api = await startTestApi({ ...(temporal ? {} : { temporalAddress: '127.0.0.1:1' }), limits });
  const month = monthFixture(api.database.db);
  const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
  const mspId = await month.msp({ name: 'MSP Alpha', distributorId });

  const site = async (
    fromPeriod = '2024-01',
    product: ProductCode = 'mail-server',
  ): Promise<{ siteId: string; keyId: string; key: string }> => {
    const { key, keyHash } = newKey();
    const made = { mspId, siteId: randomUUID() };
    const keyId = randomUUID();
    const at = new Date();
    await api.database.db.transaction(ALL, async (trx) => {
      await insertSites(trx, mspId, [
        {
          siteId: made.siteId,
          programme: 'msp',
          name: `Site ${made.siteId}`,
          product,
          kind: 'managed',
          channel: 'push',
          fromPeriod: parsePeriod(fromPeriod),
          at,
          remindAt: [],
        },
      ]);
      await insertKey(trx, made, { keyId, kind: 'metered', keyHash, state: 'issued', at });
    });
    return { siteId: made.siteId, keyId, key };
  };

  const activate = (body: Record<string, unknown>) => api.call('POST', '/v1/site/activations', { body });

  const install = async (
    siteId: string,
    key: string,
    {
      product,
      productVersion,
      ...named
    }: { product: ProductCode; productVersion: string; siteName?: string; siteKind?: 'standalone' } = MAIL_SERVER,
  ): Promise<Installation> => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const installationId = randomUUID();
    const activation = {
      key,
      installationId,
      product,
      productVersion,
      ...named,
      signingKey: { publicKey: publicKey.export({ format: 'jwk' }).x },
    };
    const { json } = await activate(activation);
    const signingKeyId = String(json.signingKeyId);
    return {
      siteId,
      installationId,
      signingKeyId,
      activation,
      send: async (path, message, { claims, signature, body } = {}) => {
        const text = typeof message === 'string' ? message : JSON.stringify(message);
        const period = path === REPORTS ? /"period":"([^"]+)"/.exec(text)?.[1] : new Date().toISOString().slice(0, 7);
        const signed = await signMessage(
          Buffer.from(text),
          {
            kid: signingKeyId,
            iat: Math.floor(Date.now() / 1000),
            nonce: randomBytes(16).toString('base64url'),
            period: period ?? '2026-03',
            path,
            site: siteId,
            ...claims,
          },
          privateKey,
        );
        return api.call('POST', path, {
          body: Buffer.from(body?.(text) ?? text),
          headers: { 'content-type': 'application/json', [SIGNATURE_HEADER]: signature?.(signed) ?? signed },
        });
      },
    };
  };

  return {
    api,
    month,
    mspId,
    site,
    activate,
    install,
    /** A new site with its one installation. */
    installed: async (fromPeriod?: string) => {
      const { siteId, key } = await site(fromPeriod);
      return install(siteId, key);
    },
    sql: <Row extends object>(sql: string, values: unknown[] = []) => api.database.asOwner<Row>(sql, values),
    /** Of senders that were proven, each message. */
    refusals: () =>
      api.database.asOwner<{
        code: string;
        claimed_period: string | null;
        claimed_site: string | null;
        msp_id: string;
      }>('select code, claimed_period, claimed_site, msp_id from refused_message order by id'),
    /** Of others, how many there were. */
    claims: () =>
      api.database.asOwner<{ code: string; programme: string | null; period: string | null; attempts: number }>(
        `select code, programme_code as programme, claimed_period as period, attempts::int from refused_claims
         order by code, claimed_period nulls first, programme_code nulls first`,
      ),
  };
}
