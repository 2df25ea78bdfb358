import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KEY_BYTES } from '../../config/encryptionKeys.js';
import type { Env } from '../../config/env.js';

/**
 * SECRET_KEYS for the API where the configuration has none: a key that is made at the first start and kept in the data directory,
 * readable by its owner alone. A database without it is one without its authenticators.
 */
export async function keptSecretKeys(env: Env, dataDir: string): Promise<Partial<Record<keyof Env, string>>> {
  if (env.SECRET_KEYS !== undefined) return {};
  const file = join(dataDir, 'secret-keys');
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (kept !== '') return { SECRET_KEYS: kept };
  const made = `first=${randomBytes(KEY_BYTES).toString('base64')}`;
  await writeFile(file, made, { mode: 0o600 });
  return { SECRET_KEYS: made };
}
