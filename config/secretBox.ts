import { KontorError } from '../domain/errors.js';
import { openBytes, sealBytes } from './aead.js';
import type { EncryptionKey } from './encryptionKeys.js';

/** Keeps secrets that Kontor has to know in clear: those of authenticators, and of its clients at identity providers. */
export interface SecretBox {
  /** As the database keeps it: the key's name and the encrypted secret, good for this place alone. */
  seal(secret: string, place: SecretPlace): string;
  /** Throws CONFIGURATION_INVALID where its key is not known or does not fit, and where it is not encrypted. */
  open(sealed: string, place: string): string;
}

/** Whose secret it is: a person's authenticator, Kontor's as the client of a provider, or its own key; with the id. */
export type SecretPlace = `totp/${string}` | `identityProvider/${string}` | `answerKey/${string}`;

const SEALED = /^([A-Za-z0-9._-]{1,64}):([A-Za-z0-9_-]+)$/;

/**
 * Seals with AES-256-GCM under the first key; each of the keys opens. Whoever has a copy of the database but no key has none of
 * the secrets, and none can be put into another's place.
 */
export function createSecretBox(keys: readonly [EncryptionKey, ...EncryptionKey[]]): SecretBox {
  const [first] = keys;
  const contextOf = (keyId: string, place: string) => `kontor/${keyId}/${place}`;
  return {
    seal: (secret, place) =>
      `${first.id}:${sealBytes(first.key, contextOf(first.id, place), Buffer.from(secret, 'utf8')).toString('base64url')}`,
    open: (sealed, place) => {
      const [, keyId, encoded] = SEALED.exec(sealed) ?? [];
      if (keyId === undefined || encoded === undefined) {
        throw new KontorError('CONFIGURATION_INVALID', `A secret in the database (${place}) is not encrypted.`);
      }
      const key = keys.find(({ id }) => id === keyId);
      if (key === undefined) {
        throw new KontorError(
          'CONFIGURATION_INVALID',
          `A secret in the database was encrypted with the key "${keyId}". Add it to SECRET_KEYS, behind the newest.`,
        );
      }
      try {
        return openBytes(key.key, contextOf(keyId, place), Buffer.from(encoded, 'base64url')).toString('utf8');
      } catch (cause) {
        const message = `A secret in the database (${place}) does not fit its key "${keyId}".`;
        throw new KontorError('CONFIGURATION_INVALID', message, [], { cause });
      }
    },
  };
}

/** For whoever checks what others have sealed: null where it cannot be opened. */
export function createSecretOpener(
  keys: readonly [EncryptionKey, ...EncryptionKey[]],
): (sealed: string, place: string) => string | null {
  const box = createSecretBox(keys);
  return (sealed, place) => {
    try {
      return box.open(sealed, place);
    } catch (error) {
      if (error instanceof KontorError) return null;
      throw error;
    }
  };
}
