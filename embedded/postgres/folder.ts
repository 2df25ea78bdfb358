import { createHash, randomUUID } from 'node:crypto';
import { chmod, chown, lstat, mkdir, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedError } from '../errors.js';
import { succeedsAs, type Account, type OtherAccount } from './account.js';

/** A file in the requested folder that says where the cluster went instead. */
const NOTE = 'moved-to';
const WRITABLE = 'test -r "$1" && test -w "$1" && test -x "$1"';

/**
 * The folder for the cluster's files: `requested` where the account can work in it, else a folder of its own under
 * /var/lib/kontor that a note in `requested` points to. Deleting `requested` therefore also means a new cluster.
 *
 * @throws EmbeddedError EMBEDDED_START_FAILED where the account can work in neither
 */
export async function clusterFolder(requested: string, account: Account): Promise<string> {
  if (account === null || (await changeOwner(requested, account))) return requested;
  const moved = (await movedTo(requested)) ?? (await movedFolder(requested, account));
  await mkdir(moved, { recursive: true });
  if (!(await changeOwner(moved, account))) {
    throw new EmbeddedError('EMBEDDED_START_FAILED', `uid ${account.uid} cannot keep PostgreSQL's data in ${moved}.`);
  }
  await writeFile(join(requested, NOTE), `${moved}\n`);
  return moved;
}

/** Where an earlier start put the cluster of `requested`; null if it has not been moved. */
export async function movedTo(requested: string): Promise<string | null> {
  const note = (await readFile(join(requested, NOTE), 'utf8').catch(() => '')).trim();
  return note === '' ? null : note;
}

/** A folder of root's that `account` can enter and only root can write to, because what lies in it is executed. */
export async function sharedFolder(account: OtherAccount): Promise<string> {
  for (const folder of ['/var/lib/kontor', join(tmpdir(), 'kontor-root')]) {
    try {
      await mkdir(folder, { recursive: true });
      if ((await lstat(folder)).uid !== 0) continue;
      await chmod(folder, 0o755);
    } catch {
      continue;
    }
    if (succeedsAs(account, 'cd "$1"', [folder])) return folder;
  }
  throw new EmbeddedError('EMBEDDED_START_FAILED', 'No folder that PostgreSQL could use as another user than root.');
}

async function movedFolder(requested: string, account: OtherAccount): Promise<string> {
  const parent = await sharedFolder(account);
  const digest = createHash('sha256')
    .update(await realpath(requested))
    .digest('hex')
    .slice(0, 16);
  // Without a note the requested folder is new: what an earlier one at the same path left here is out of reach.
  for (const name of await readdir(parent)) {
    if (name.startsWith(`${digest}-`)) await rm(join(parent, name), { recursive: true, force: true });
  }
  return join(parent, `${digest}-${randomUUID().slice(0, 8)}`);
}

/** Makes the account own the folder. False, and nothing changed, where it still cannot work in it. */
async function changeOwner(folder: string, account: OtherAccount): Promise<boolean> {
  const before = await stat(folder);
  await chown(folder, account.uid, account.gid).catch(() => undefined);
  const { uid } = await stat(folder);
  if (uid === account.uid && succeedsAs(account, WRITABLE, [folder])) return true;
  await chown(folder, before.uid, before.gid).catch(() => undefined);
  return false;
}
