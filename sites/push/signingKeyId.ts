import { createHash } from 'node:crypto';

/**
 * The key id (`kid`) of an installation's public key. Derived, not drawn: registering the same key again gives the same
 * id, and the same key on two installations two.
 */
export function signingKeyId(siteId: string, installationId: string, publicKey: Uint8Array): string {
  const hash = createHash('sha256').update(`${siteId}/${installationId}/`).update(publicKey).digest();
  return `sk_${hash.subarray(0, 18).toString('base64url')}`;
}
