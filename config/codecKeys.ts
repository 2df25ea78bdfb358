import { z } from 'zod';

/** A key of the payload codec: AES-256, by the name that stands beside what it encrypted. */
export interface CodecKey {
  id: string;
  key: Buffer;
}

const KEY_BYTES = 32;

function parseKey(entry: string): CodecKey | null {
  const [, id, encoded] = /^([A-Za-z0-9._-]{1,64})=([A-Za-z0-9+/]+={0,2})$/.exec(entry.trim()) ?? [];
  if (id === undefined || encoded === undefined) return null;
  const key = Buffer.from(encoded, 'base64');
  return key.length === KEY_BYTES ? { id, key } : null;
}

/** `ID=KEY` with commas between: the first one encrypts, all of them decrypt. The keys stand in no message. */
export const codecKeys = z.string().transform((text, context): CodecKey[] => {
  const entries = text.split(',');
  const keys = entries.flatMap((entry) => parseKey(entry) ?? []);
  if (keys.length !== entries.length) {
    context.addIssue(
      `ID=KEY with commas between, each key ${KEY_BYTES} bytes in base64: \`kontor codec key\` makes one`,
    );
  } else if (new Set(keys.map(({ id }) => id)).size !== keys.length) {
    context.addIssue('Two keys have the same ID');
  }
  return keys;
});
