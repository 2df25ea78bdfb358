import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedError } from '../../embedded/index.js';
import { isRunning } from '../../embedded/process.js';
import { KontorError } from '../../domain/errors.js';
import { z } from 'zod';
import { madeFolder } from '../services/dataFolder.js';

const MARKER = 'kontor-demo';
const NOTE = 'Made by `kontor demo`, which deletes everything in this folder at its next start.\n';
const OWNER = z.object({ pid: z.number(), startedAt: z.string() });

/**
 * Makes `dir` an empty folder with a marker in it. Only a folder that is missing, empty or marked is touched: what
 * somebody else keeps there is never deleted.
 *
 * @throws KontorError CONFIGURATION_INVALID for a folder with other things in it, and for what cannot be one
 * @throws EmbeddedError EMBEDDED_IN_USE while a demo runs over it
 */
export async function freshDataDir(dir: string): Promise<void> {
  await madeFolder(dir);
  const names = await readdir(dir);
  if (names.length > 0 && !names.includes(MARKER)) {
    throw new KontorError(
      'CONFIGURATION_INVALID',
      `${dir} holds things that no demo made, and a demo starts from nothing: give an empty or new folder with --data.`,
    );
  }
  const owner = OWNER.safeParse(await json(join(dir, 'running', 'owner')));
  if (owner.success && isRunning(owner.data)) {
    throw new EmbeddedError(
      'EMBEDDED_IN_USE',
      `A demo runs in ${dir} (process ${owner.data.pid}); stop that one first.`,
    );
  }
  await writeFile(join(dir, MARKER), NOTE);
  // The marker goes last, so that a wipe cut short is taken up by the next start.
  for (const name of names) if (name !== MARKER) await rm(join(dir, name), { recursive: true, force: true });
}

async function json(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch {
    return null;
  }
}
