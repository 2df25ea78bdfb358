import { randomBytes } from 'node:crypto';
import { hashKey } from '../db/sites/meteredKeyStore.js';
import { formatMeteredKey, KEY_BYTES } from '../domain/key.js';

/** A new metered key: the text is for its one showing, the hash is what is kept. */
export function newKey(): { key: string; keyHash: Buffer } {
  const secret = randomBytes(KEY_BYTES);
  return { key: formatMeteredKey(secret), keyHash: hashKey(secret) };
}
