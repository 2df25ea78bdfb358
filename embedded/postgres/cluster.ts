import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { chown, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { EmbeddedError } from '../errors.js';
import type { Account } from './account.js';

export const SUPERUSER = 'postgres';
/** No locale of the machine's own is needed, and macOS's postgres insists on LC_ALL. */
export const POSTGRES_ENV = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' };
const DRAFT = 'pgdata.new-';

export type Cluster = { folder: string; native: string; account: Account };

/**
 * Makes the cluster in `<folder>/pgdata` unless it is there, and returns the superuser's password, kept beside it. It is
 * made in a draft folder and renamed, so a run killed half-way leaves nothing that looks finished. UTF-8, sorted by code
 * point, the same on every machine.
 *
 * @throws EmbeddedError EMBEDDED_START_FAILED with what initdb said; EMBEDDED_UNSUPPORTED for a uid without a name
 */
export async function ensureCluster(cluster: Cluster, opts: { fsync: boolean }): Promise<string> {
  const { folder, native, account } = cluster;
  const passwordFile = join(folder, 'superuser-password');
  const version = await readFile(join(folder, 'pgdata/PG_VERSION'), 'utf8').catch(() => null);
  if (version !== null) return await readFile(passwordFile, 'utf8');

  // A new name each time: the initdb of a run killed just now may still be busy in its own.
  const draft = join(folder, `${DRAFT}${randomUUID()}`);
  for (const name of await readdir(folder)) {
    if (name.startsWith(DRAFT)) await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
  }
  await rm(passwordFile, { force: true });
  const password = randomBytes(24).toString('base64url');
  await writeFile(passwordFile, password, { mode: 0o600, flag: 'wx' });
  await mkdir(draft, { mode: 0o700 });
  if (account !== null) {
    for (const path of [passwordFile, draft]) await chown(path, account.uid, account.gid);
  }
  await run(
    join(native, 'bin/initdb'),
    [
      `--pgdata=${draft}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
      ...(opts.fsync ? [] : ['--no-sync']),
    ],
    account,
  );
  await rename(draft, join(folder, 'pgdata'));
  return password;
}

async function run(program: string, args: string[], account: Account): Promise<void> {
  const child = spawn(program, args, { ...account, cwd: '/', env: POSTGRES_ENV, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  if (code === 0) return;
  if (stderr.includes('could not look up effective user ID')) {
    throw new EmbeddedError(
      'EMBEDDED_UNSUPPORTED',
      `PostgreSQL needs the uid it runs as to be listed in /etc/passwd: add it, or set DATABASE_URL. (${stderr.trim()})`,
    );
  }
  throw new EmbeddedError('EMBEDDED_START_FAILED', `initdb failed: ${stderr || stdout}`);
}
