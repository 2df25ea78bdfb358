import { rename, rm, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { identify, isRunning } from '../../embedded/process.js';

const STATE = z.object({
  process: z.object({ pid: z.number(), startedAt: z.string() }),
  /** Environment variables that lead to the running services. */
  env: z.record(z.string(), z.string()),
  apiUrl: z.string(),
  /** Null where a real service is configured: its own page is wherever its owner put it. */
  temporalUiUrl: z.string().nullable(),
  inboxUrl: z.string().nullable(),
});

/** Where the services of a data directory can be reached while `process` runs. Holds the login role's password. */
export type ServicesState = z.infer<typeof STATE>;

function fileIn(dataDir: string): string {
  return join(dataDir, 'services.json');
}

/** Written whole or not at all, readable by its owner alone. */
export async function writeState(dataDir: string, state: Omit<ServicesState, 'process'>): Promise<void> {
  const me = identify(process.pid) ?? { pid: process.pid, startedAt: '' };
  const draft = `${fileIn(dataDir)}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify({ process: me, ...state }, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, fileIn(dataDir));
}

export async function removeState(dataDir: string): Promise<void> {
  await rm(fileIn(dataDir), { force: true });
}

/** The services that run over `dataDir`; null when none do, also when they were killed and left their file behind. */
export async function readState(dataDir: string): Promise<ServicesState | null> {
  const text = await readFile(fileIn(dataDir), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    const state = STATE.parse(JSON.parse(text));
    return isRunning(state.process) ? state : null;
  } catch {
    return null;
  }
}
