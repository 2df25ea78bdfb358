import { spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { open, rename, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedError } from './errors.js';
import { endProcess, identify, type ProcessIdentity } from './process.js';
import { guard } from './reaper.js';

export type ServerSpec = {
  /** As people call it. */
  name: string;
  program: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  account: { uid: number; gid: number } | null;
  /** Its output is appended here; nothing of it reaches the terminal. */
  logFile: string;
  /** Asks it to stop in order, and for how long it may take before it is killed. */
  stopSignal: 'SIGINT' | 'SIGTERM';
  stopGraceMs: number;
  readyTimeoutMs: number;
  /** Told once if it ends without having been asked to. */
  log: (line: string) => void;
};

export type RunningServer = { identity: ProcessIdentity; stop(): Promise<void> };

const POLL_MS = 10;
const MAX_LOG_BYTES = 20_000_000;
const TOLD_LOG_BYTES = 2_000;

/**
 * Starts a server in a process group of its own (Ctrl-C is ours to handle), guarded so that it cannot outlive us, and
 * returns once `ready` says so. `ready` is asked again and again with the pid and what was logged since the start.
 *
 * @throws EmbeddedError EMBEDDED_START_FAILED with the end of its log if it ends or stays unready
 */
export async function launch(
  spec: ServerSpec,
  ready: (pid: number, logged: string) => Promise<boolean>,
): Promise<RunningServer> {
  const output = await openLog(spec.logFile);
  const child = spawn(spec.program, spec.args, {
    ...spec.account,
    env: spec.env,
    cwd: '/',
    detached: true,
    stdio: ['ignore', output.fd, output.fd],
  });
  closeSync(output.fd);
  const state: { running: boolean; stopping: boolean; ended: string | null } = {
    running: false,
    stopping: false,
    ended: null,
  };
  child.once('error', (error) => {
    state.ended = error.message;
  });
  child.once('exit', (code, signal) => {
    state.ended = `exit ${code ?? signal ?? ''}`;
    if (state.running && !state.stopping) {
      spec.log(`${spec.name} ended by itself (${state.ended}), see ${spec.logFile}`);
    }
  });
  const identity = child.pid === undefined ? null : identify(child.pid);
  const release = identity === null ? null : guard(identity, spec.stopSignal);
  const stop = async () => {
    state.stopping = true;
    if (identity !== null) await endProcess(identity, spec.stopSignal, spec.stopGraceMs);
    release?.();
  };
  const deadline = Date.now() + spec.readyTimeoutMs;
  while (state.ended === null && identity !== null && Date.now() < deadline) {
    if (await ready(identity.pid, await output.read())) {
      state.running = true;
      child.unref();
      return { identity, stop };
    }
    await sleep(POLL_MS);
  }
  await stop();
  const logged = (await output.read()).slice(-TOLD_LOG_BYTES).trim();
  const reason = state.ended ?? `not ready after ${spec.readyTimeoutMs} ms`;
  throw new EmbeddedError('EMBEDDED_START_FAILED', `${spec.name} did not start (${reason}). ${logged}`);
}

/** Tries again while the failure looks like one that another attempt, on other ports, can cure. */
export async function withRetries<T>(
  attempts: number,
  curable: RegExp,
  start: (attempt: number) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(attempt);
    } catch (error) {
      if (attempt === attempts || !(error instanceof EmbeddedError) || !curable.test(error.message)) throw error;
      await sleep(100 * attempt);
    }
  }
}

/** Appends to the file, set aside first when it has grown large; `read` returns what came since. */
async function openLog(file: string): Promise<{ fd: number; read(): Promise<string> }> {
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  if (size > MAX_LOG_BYTES) await rename(file, `${file}.1`);
  const fd = openSync(file, 'a', 0o600);
  const from = fstatSync(fd).size;
  const read = async () => {
    const handle = await open(file);
    try {
      const bytes = Buffer.alloc(Math.max(0, (await handle.stat()).size - from));
      await handle.read(bytes, 0, bytes.length, from);
      return bytes.toString();
    } finally {
      await handle.close();
    }
  };
  return { fd, read };
}
