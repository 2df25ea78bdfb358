import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { EncryptionKey } from './encryptionKeys.js';

/** Makes links that prove by themselves what they are for: no row of the database stands behind them. */
export interface LinkSigner {
  /** The content, readable by whoever has the link, with the name of the key and its HMAC; of letters that an address may hold. */
  sign(content: string): string;
  /** The content; null where it was not signed with one of the keys, or a character was changed. */
  read(link: string): string | null;
}

const SIGNED = /^([A-Za-z0-9._-]{1,64})\.([A-Za-z0-9_-]{1,2000})\.([A-Za-z0-9_-]{43})$/;
const MAC_BYTES = 32;

/**
 * Signs with HMAC-SHA-256 under a key derived from the first one for links alone; one derived from any of the keys is believed, so
 * that links made before a key was replaced go on until they expire.
 */
export function createLinkSigner(keys: readonly [EncryptionKey, ...EncryptionKey[]]): LinkSigner {
  const [first] = keys;
  const derived = new Map(
    keys.map(({ id, key }) => [id, Buffer.from(hkdfSync('sha256', key, '', 'kontor/link', MAC_BYTES))]),
  );
  const macOf = (key: Buffer, signed: string) => createHmac('sha256', key).update(signed).digest();
  return {
    sign: (content) => {
      const signed = `${first.id}.${Buffer.from(content, 'utf8').toString('base64url')}`;
      return `${signed}.${macOf(derived.get(first.id) ?? Buffer.alloc(0), signed).toString('base64url')}`;
    },
    read: (link) => {
      const [, keyId = '', content = '', mac = ''] = SIGNED.exec(link) ?? [];
      const key = derived.get(keyId);
      if (key === undefined) return null;
      const given = Buffer.from(mac, 'base64url');
      // The last letter of base64 holds bits that say nothing: a link is good in one spelling alone.
      if (given.toString('base64url') !== mac || !timingSafeEqual(given, macOf(key, `${keyId}.${content}`)))
        return null;
      return Buffer.from(content, 'base64url').toString('utf8');
    },
  };
}
