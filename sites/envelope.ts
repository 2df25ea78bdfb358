/**
 * Versions of what sites send. A site is updated by its MSP, Kontor by the vendor: each of them may be the older one. A
 * message without a version is of version 1. Members that a newer version added are kept aside, so they must be optional
 * in meaning; in a message of a version we know, an unknown member is an error.
 */
import { z } from 'zod';
import { fieldError } from '../domain/errors.js';
import { jsonPointer } from '../domain/jsonPointer.js';
import type { Extra } from '../domain/siteMessage.js';

/** What this server speaks; told in every answer to a site. */
export const PROTOCOL_VERSION = 1;
/** JSON of what is kept aside of one message. */
const LARGEST_EXTRA_CHARACTERS = 32_768;

const NEWER = z.object({ version: z.number().int().gt(PROTOCOL_VERSION) });

function memberOf(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (within, key) => (typeof within === 'object' && within !== null ? Reflect.get(within, key) : undefined),
    value,
  );
}

/**
 * Takes out of a message of a newer version what the strict `schema` does not know; other messages stay as they are.
 * Throws VALIDATION_FAILED where a newer message carries more than is kept.
 */
export function setAside(message: unknown, schema: z.ZodType): { known: unknown; extra: Extra | null } {
  const strict = NEWER.safeParse(message).success ? schema.safeParse(message) : undefined;
  if (strict?.success !== false) return { known: message, extra: null };
  const known: unknown = structuredClone(message);
  const extra: Record<string, unknown> = {};
  for (const issue of strict.error.issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    const holder = memberOf(known, issue.path);
    if (typeof holder !== 'object' || holder === null) continue;
    for (const key of issue.keys) {
      extra[jsonPointer([...issue.path, key])] = Reflect.get(holder, key);
      Reflect.deleteProperty(holder, key);
    }
  }
  if (JSON.stringify(extra).length > LARGEST_EXTRA_CHARACTERS) {
    throw fieldError(
      'VALIDATION_FAILED',
      '/version',
      `Members that version ${PROTOCOL_VERSION} does not know take up to ${LARGEST_EXTRA_CHARACTERS} characters.`,
    );
  }
  return { known, extra: Object.keys(extra).length === 0 ? null : extra };
}
