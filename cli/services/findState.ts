import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { KontorError } from '../../domain/errors.js';
import { DEFAULT_DATA_DIR, dataDirOf } from '../paths.js';
import { readState, type ServicesState } from './stateFile.js';

/**
 * The services a command means: those of the data directory given, else those of the default one, else the only ones that
 * run in a folder below it, where `kontor demo` keeps its own. Null where none run; CONFIGURATION_INVALID, naming the
 * folders, where several do.
 */
export async function findState(
  data: string | undefined,
  defaultDir = DEFAULT_DATA_DIR,
): Promise<ServicesState | null> {
  if (data !== undefined) return readState(dataDirOf(data));
  const own = await readState(defaultDir);
  if (own !== null) return own;
  const folders = await readdir(defaultDir, { withFileTypes: true }).catch(() => []);
  const running: { dir: string; state: ServicesState }[] = [];
  for (const folder of folders.filter((entry) => entry.isDirectory())) {
    const dir = join(defaultDir, folder.name);
    const state = await readState(dir);
    if (state !== null) running.push({ dir, state });
  }
  if (running.length > 1) {
    const named = running.map(({ dir }) => `--data ${dir}`).join(', ');
    throw new KontorError('CONFIGURATION_INVALID', `Services run in several folders, name one: ${named}.`);
  }
  return running[0]?.state ?? null;
}
