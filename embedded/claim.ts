import { randomUUID } from 'node:crypto';
import { chmod, link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { EmbeddedError, errorCode } from './errors.js';
import { identify, isRunning, type ProcessIdentity } from './process.js';

const ownerSchema = z.object({ pid: z.number(), startedAt: z.string() });
/** Each turn either wins or removes a dead owner's claim; more turns than this means many starts at one moment. */
const MAX_TURNS = 20;

/**
 * Takes a data directory for this process alone, by a file in it that names the process; returns what gives it back.
 * Makes the directory if need be, closed to other users. A claim whose process has died is taken over, so a killed run
 * never blocks the next.
 *
 * @throws EmbeddedError EMBEDDED_IN_USE while another living process, or this one, holds it
 */
export async function claim(folder: string, what: string): Promise<() => Promise<void>> {
  const me = identify(process.pid);
  if (me === null)
    throw new EmbeddedError('EMBEDDED_UNSUPPORTED', 'Neither /proc nor ps tells when a process started.');
  // Only the directory itself is closed: PostgreSQL may have to pass through those above it as another user.
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o700);
  const file = join(folder, 'owner');
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    if (await create(file, JSON.stringify(me))) return () => rm(file, { force: true });
    const claimed = await readFile(file, 'utf8').catch(() => '');
    const owner = parseOwner(claimed);
    if (owner !== null && isRunning(owner)) {
      throw new EmbeddedError(
        'EMBEDDED_IN_USE',
        `${what} in ${folder} is already run by process ${owner.pid}; stop that one first.`,
      );
    }
    await discard(file, claimed);
  }
  throw new EmbeddedError('EMBEDDED_IN_USE', `${what} in ${folder} is being started by others.`);
}

/** Whole or not at all: a hard link refuses to replace, and the file behind it is already complete. */
async function create(file: string, content: string): Promise<boolean> {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, content);
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Renaming lets only one of several starters remove a dead claim; a fresh one that slipped in is put back. */
async function discard(file: string, expected: string): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
    if ((await readFile(aside, 'utf8')) !== expected) await link(aside, file);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes(errorCode(error) ?? '')) throw error;
  }
  await rm(aside, { force: true });
}

function parseOwner(claimed: string): ProcessIdentity | null {
  try {
    return ownerSchema.parse(JSON.parse(claimed));
  } catch {
    return null;
  }
}
