import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { KontorError } from '../domain/errors.js';
import type { CodecKey } from './codecKeys.js';

/** What payloads that were encrypted here say of themselves. */
export const ENCRYPTED = 'binary/encrypted';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const PAYLOAD = proto.temporal.api.common.v1.Payload;

const textOf = (bytes: Uint8Array | null | undefined) => (bytes == null ? '' : Buffer.from(bytes).toString('utf8'));

/** The key's name is authenticated with the text, so that none can be put for another. */
const spokenFor = (keyId: string) => Buffer.from(`${ENCRYPTED}/${keyId}`, 'utf8');

/**
 * Encrypts and authenticates whatever Temporal keeps of arguments, results, failures, memos and details: AES-256-GCM over the
 * whole payload, with a nonce of its own, under the first key; nonce, text and tag one after the other. Each of the keys
 * decrypts, so a new one is put first and the old one stays until nothing it encrypted is kept.
 *
 * Decoding throws PAYLOAD_REFUSED for what carries no known key, was changed, or is not encrypted at all: whoever can write
 * to Temporal but has no key decides nothing.
 */
export function createPayloadCodec(keys: readonly [CodecKey, ...CodecKey[]]): PayloadCodec {
  const [first] = keys;
  const byId = new Map(keys.map((key) => [key.id, key]));

  const encode = (payload: Payload): Payload => {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, first.key, nonce).setAAD(spokenFor(first.id));
    const text = Buffer.concat([cipher.update(PAYLOAD.encode(payload).finish()), cipher.final()]);
    return {
      metadata: { encoding: Buffer.from(ENCRYPTED), 'encryption-key-id': Buffer.from(first.id) },
      data: Buffer.concat([nonce, text, cipher.getAuthTag()]),
    };
  };

  const decode = (payload: Payload): Payload => {
    if (textOf(payload.metadata?.encoding) !== ENCRYPTED) {
      throw new KontorError('PAYLOAD_REFUSED', 'A payload in Temporal is not encrypted: Kontor did not write it.');
    }
    const keyId = textOf(payload.metadata?.['encryption-key-id']);
    const key = byId.get(keyId);
    if (key === undefined) {
      throw new KontorError(
        'PAYLOAD_REFUSED',
        `A payload in Temporal was encrypted with the key "${keyId}". Add it to TEMPORAL_CODEC_KEYS, behind the newest.`,
      );
    }
    const data = Buffer.from(payload.data ?? []);
    try {
      const decipher = createDecipheriv(CIPHER, key.key, data.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
        .setAAD(spokenFor(keyId))
        .setAuthTag(data.subarray(-TAG_BYTES));
      const text = data.subarray(NONCE_BYTES, -TAG_BYTES);
      return PAYLOAD.decode(Buffer.concat([decipher.update(text), decipher.final()]));
    } catch (cause) {
      throw new KontorError('PAYLOAD_REFUSED', `A payload in Temporal does not fit its key "${keyId}".`, [], { cause });
    }
  };

  return {
    encode: (payloads) => Promise.resolve(payloads.map(encode)),
    // eslint-disable-next-line @typescript-eslint/require-await -- what it throws is a rejection
    decode: async (payloads) => payloads.map(decode),
  };
}
