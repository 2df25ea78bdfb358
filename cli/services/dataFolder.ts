import { chmod, mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { errorCode } from '../../embedded/errors.js';
import { KontorError } from '../../domain/errors.js';

/** On a folder in which everybody has files of their own, such as /tmp. */
const SHARED = 0o1000;

async function usable<T>(dir: string, work: () => Promise<T>): Promise<T> {
  return work().catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new KontorError('CONFIGURATION_INVALID', `${dir} cannot be used as a folder: ${why}.`);
  });
}

/** One try at each folder, from above: Node's own `recursive` tries for ever where a file system takes no folder, as /proc does. */
async function make(dir: string): Promise<void> {
  const makeIt = () =>
    mkdir(dir).catch(async (error: unknown) => {
      if (errorCode(error) !== 'EEXIST' || !(await stat(dir)).isDirectory()) throw error;
    });
  try {
    await makeIt();
  } catch (error) {
    const isAboveMissing = errorCode(error) === 'ENOENT' && dirname(dir) !== dir;
    if (!isAboveMissing) throw error;
    await make(dirname(dir));
    await makeIt();
  }
}

/** Makes a folder if need be, with those above it. Throws CONFIGURATION_INVALID where it cannot be made. */
export async function madeFolder(dir: string): Promise<void> {
  await usable(dir, () => make(resolve(dir)));
}

/** Makes a data directory and closes it to others; one that everybody shares is refused instead. Throws CONFIGURATION_INVALID. */
export async function closedFolder(dir: string): Promise<void> {
  await madeFolder(dir);
  await usable(dir, async () => {
    if (((await stat(dir)).mode & SHARED) !== 0) throw new Error('everybody shares it, give it a folder of its own');
    // Root's PostgreSQL, which is another user, passes through; nobody else sees what there is.
    await chmod(dir, process.getuid?.() === 0 ? 0o711 : 0o700);
  });
}
