import { access, constants, mkdir, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KontorError } from '../domain/errors.js';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));

export const PACKAGE_FILE = join(PACKAGE, 'package.json');

/** Where `kontor up` keeps its services' data unless told otherwise. */
export const DEFAULT_DATA_DIR = join(PACKAGE, '.kontor');

/** Compiled entry points of the processes that the CLI starts. */
export const WORKER_MAIN = fileURLToPath(new URL('../worker/main.js', import.meta.url));
export const API_MAIN = fileURLToPath(new URL('../api/main.js', import.meta.url));
export const SIMULATOR_MAIN = fileURLToPath(new URL('../simulator/main.js', import.meta.url));

/**
 * The absolute path of a `--data` option; `~` alone is what a shell leaves when it is quoted. Throws CONFIGURATION_INVALID for
 * an empty one, which a variable that is not set leaves: it would be the working directory.
 */
export function dataDirOf(option: string | undefined): string {
  if (option === undefined) return DEFAULT_DATA_DIR;
  if (option === '') throw new KontorError('CONFIGURATION_INVALID', '--data: name a folder.');
  return resolve(option.replace(/^~(?=\/|$)/, homedir()));
}

/**
 * A folder for downloads that outlive a data directory: the package's own where it can be written or somebody who could
 * has filled it, else one in `dataDir`.
 */
export async function cacheDirFor(dataDir: string): Promise<string> {
  const shared = join(DEFAULT_DATA_DIR, 'cache');
  try {
    await mkdir(shared, { recursive: true });
    await access(shared, constants.W_OK);
    return shared;
  } catch {
    const filled = await readdir(shared).catch(() => []);
    return filled.length > 0 ? shared : join(dataDir, 'cache');
  }
}
