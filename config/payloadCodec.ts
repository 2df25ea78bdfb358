import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { KontorError } from '../domain/errors.js';
import { openBytes, sealBytes } from './aead.js';
import type { EncryptionKey } from './encryptionKeys.js';

/** What payloads that were encrypted here say of themselves. */
export const ENCRYPTED = 'binary/encrypted';

const PAYLOAD = proto.temporal.api.common.v1.Payload;

const textOf = (bytes: Uint8Array | null | undefined) => (bytes == null ? '' : Buffer.from(bytes).toString('utf8'));

/** The key's name is authenticated with the text, so that none can be put for another. */
const spokenFor = (keyId: string) => `${ENCRYPTED}/${keyId}`;

/**
 * Encrypts and authenticates whatever Temporal keeps of arguments, results, failures, memos and details: AES-256-GCM over the
 * whole payload, with a nonce of its own, under the first key; nonce, text and tag one after the other. Each of the keys
 * decrypts, so a new one is put first and the old one stays until nothing it encrypted is kept.
 *
 * Decoding throws PAYLOAD_REFUSED for what carries no known key, was changed, or is not encrypted at all: whoever can write
 * to Temporal but has no key decides nothing.
 */
export function createPayloadCodec(keys: readonly [EncryptionKey, ...EncryptionKey[]]): PayloadCodec {
  const [first] = keys;
  const byId = new Map(keys.map((key) => [key.id, key]));

  const encode = (payload: Payload): Payload => {
    return {
      metadata: { encoding: Buffer.from(ENCRYPTED), 'encryption-key-id': Buffer.from(first.id) },
      data: sealBytes(first.key, spokenFor(first.id), PAYLOAD.encode(payload).finish()),
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
    try {
      return PAYLOAD.decode(openBytes(key.key, spokenFor(keyId), Buffer.from(payload.data ?? [])));
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
