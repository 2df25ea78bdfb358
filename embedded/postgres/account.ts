import { spawnSync } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { EmbeddedError } from '../errors.js';

export type OtherAccount = { uid: number; gid: number };
/** The operating-system account PostgreSQL runs as; null means our own. */
export type Account = OtherAccount | null;

const SYSTEM_PATH = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };

/**
 * PostgreSQL refuses to run as root, and initdb wants an account that is listed in passwd. An ordinary user is its own
 * account. Root takes, in this order: the owner of a cluster made earlier, `postgres`, a new `postgres`, `nobody`.
 *
 * @throws EmbeddedError EMBEDDED_UNSUPPORTED for a root that can become none of them
 */
export async function postgresAccount(pgdata: string): Promise<Account> {
  if (process.getuid?.() !== 0) return null;
  const owner = await stat(pgdata).catch(() => null);
  if (owner !== null && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const found = lookUp('postgres') ?? create('postgres') ?? lookUp('nobody');
  if (found === null) {
    throw new EmbeddedError(
      'EMBEDDED_UNSUPPORTED',
      'PostgreSQL does not run as root, and no other account exists here: add one named postgres, or set DATABASE_URL.',
    );
  }
  if (!succeedsAs(found, 'true', [])) {
    throw new EmbeddedError(
      'EMBEDDED_UNSUPPORTED',
      `PostgreSQL does not run as root, and root may not become uid ${found.uid} here; set DATABASE_URL.`,
    );
  }
  return found;
}

/** Runs a shell test as the account, `$1` … being `args`: only the kernel knows what a path lets another user do. */
export function succeedsAs(account: Account, script: string, args: string[]): boolean {
  const run = spawnSync('/bin/sh', ['-c', script, 'sh', ...args], {
    ...account,
    cwd: '/',
    env: SYSTEM_PATH,
    stdio: 'ignore',
  });
  return run.status === 0;
}

function lookUp(name: string): Account {
  const [uid, gid] = ['-u', '-g'].map((flag) => {
    const run = spawnSync('id', [flag, name], { encoding: 'utf8', env: SYSTEM_PATH });
    return run.status === 0 ? Number.parseInt(run.stdout, 10) : Number.NaN;
  });
  return uid !== undefined && gid !== undefined && uid > 0 && gid >= 0 ? { uid, gid } : null;
}

function create(name: string): Account {
  const flags = ['--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent', '--shell', '/bin/false'];
  spawnSync('useradd', [...flags, name], { stdio: 'ignore', env: SYSTEM_PATH });
  return lookUp(name);
}
