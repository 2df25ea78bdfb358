import { z } from 'zod';

/** A key of AES-256, by the name that stands beside what it encrypted. */
export interface EncryptionKey {
  id: string;
  key: Buffer;
}

export const KEY_BYTES = 32;

function parseKey(entry: string): EncryptionKey | null {
  const [, id, encoded] = /^([A-Za-z0-9._-]{1,64})=([A-Za-z0-9+/]+={0,2})$/.exec(entry.trim()) ?? [];
  if (id === undefined || encoded === undefined) return null;
  const key = Buffer.from(encoded, 'base64');
  return key.length === KEY_BYTES ? { id, key } : null;
}

/** `ID=KEY` with commas between: the first one encrypts, all of them decrypt. The keys stand in no message. */
export const encryptionKeys = z.string().transform((text, context): [EncryptionKey, ...EncryptionKey[]] => {
  const entries = text.split(',');
  const keys = entries.flatMap((entry) => parseKey(entry) ?? []);
  const [first, ...older] = keys;
  if (first === undefined || keys.length !== entries.length) {
    context.addIssue(
      `ID=KEY with commas between, each key ${KEY_BYTES} bytes in base64: \`kontor codec key\` makes one`,
    );
  } else if (new Set(keys.map(({ id }) => id)).size !== keys.length) {
    context.addIssue('Two keys have the same ID');
  } else {
    return [first, ...older];
  }
  return z.NEVER;
});
