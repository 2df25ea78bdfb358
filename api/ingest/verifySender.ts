import { createHash } from 'node:crypto';
import { ALL, type Database } from '../../db/connect.js';
import { findSigningKeys, type SigningKey } from '../../db/sites/signingKeyStore.js';
import { productByCode, type Product } from '../../domain/catalog/index.js';
import { KontorError } from '../../domain/errors.js';
import { createGroupQueue, parseSignature, verifyMessage, type SignatureClaims } from '../../sites/index.js';
import type { Claims } from './refusals.js';

/** A signed request as it arrived. */
export interface SignedRequest {
  path: string;
  signature: string | undefined;
  /** Before content encoding. */
  body: Uint8Array;
  receivedAt: Date;
}

/** Who sent a request, proven but for its nonce, which is used up in the transaction that stores the message. */
export interface VerifiedSender {
  key: SigningKey;
  product: Product;
  claims: SignatureClaims;
}

export type VerifySender = (request: SignedRequest, claims: Claims) => Promise<VerifiedSender>;

/** First eight hex digits of a hash: enough to tell keys apart, too little to be one. */
export function fingerprint(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 8);
}

/**
 * Proves a request by its signature. Keys are looked up in groups and never kept, so that a retired or destroyed key is
 * refused at once. Throws what `parseSignature` and `verifyMessage` throw, UNKNOWN_KEY, and KEY_REVOKED for a retired
 * signing key or a destroyed metered key. A revoked metered key may still speak: what it says is evidence.
 */
export function createVerifySender(db: Database, mayIsolate: (error: unknown) => boolean): VerifySender {
  const lookups = createGroupQueue<string, SigningKey | null>({
    work: async (ids) => {
      const found = await db.transaction(ALL, (trx) => findSigningKeys(trx, [...new Set(ids)]));
      const byId = new Map(found.map((key) => [key.id, key]));
      return ids.map((id) => byId.get(id) ?? null);
    },
    largestGroup: 500,
    gatherMs: 0,
    capacity: 5_000,
    mayIsolate,
  });

  return async ({ path, signature, body, receivedAt }, told) => {
    const parsed = parseSignature(signature);
    told.claimedPeriod = parsed.claims.period;
    told.claimedSite = parsed.claims.site;
    told.keyFingerprint = fingerprint(parsed.claims.kid);
    const key = await lookups.submit(parsed.claims.kid);
    if (key === null) {
      throw new KontorError(
        'UNKNOWN_KEY',
        'Nobody registered this signing key. Activate the site with its metered key.',
      );
    }
    await verifyMessage(body, parsed, key.publicKey, { path, siteId: key.siteId, receivedAt });
    told.mspId = key.mspId;
    if (key.retired) throw new KontorError('KEY_REVOKED', 'This signing key was retired. Sign with the newer one.');
    if (key.keyState === 'destroyed') {
      throw new KontorError('KEY_REVOKED', 'The metered key of this installation was destroyed.');
    }
    const product = productByCode(key.product);
    if (product === undefined) throw new KontorError('INTERNAL', `The catalogue has no product "${key.product}".`);
    return { key, product, claims: parsed.claims };
  };
}
