import { createHash } from 'node:crypto';
import { ALL, type Database } from '../../db/connect.js';
import { findSigningKeys, type SigningKey } from '../../db/sites/signingKeyStore.js';
import type { Product } from '../../domain/catalog/index.js';
import { KontorError } from '../../domain/errors.js';
import { createGroupQueue, parseSignature, verifyMessage, type SignatureClaims } from '../../sites/index.js';
import { requireProductByCode } from './minimumVersion.js';
import type { Claims } from './refusals.js';

/** A signed request as it arrived. */
export interface SignedRequest {
  path: string;
  signature: string | undefined;
  /** Before content encoding. */
  body: Uint8Array;
  receivedAt: Date;
  /** By a person, in a file. */
  carried: boolean;
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
 * Proves a request by its signature. Keys are looked up in groups and never kept, so that a retired key is refused at
 * once. Throws what `parseSignature` and `verifyMessage` throw, UNKNOWN_KEY, and KEY_REVOKED for a retired signing key.
 * Whether the metered key lets the installation say what it says is judged once that is read (createIngest).
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

  return async ({ path, signature, body, receivedAt, carried }, told) => {
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
    await verifyMessage(body, parsed, key.publicKey, { path, siteId: key.siteId, receivedAt, carried });
    told.mspId = key.mspId;
    if (key.retired) throw new KontorError('KEY_REVOKED', 'This signing key was retired. Sign with the newer one.');
    return { key, product: requireProductByCode(key.product), claims: parsed.claims };
  };
}
