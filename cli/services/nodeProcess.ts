import { fork, type ChildProcess } from 'node:child_process';
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { childEnvironment, ENV_FOLLOWS, type Env } from '../../config/env.js';
import { EmbeddedError } from '../../embedded/index.js';

/** A process of Kontor's own: the worker or the API. */
export interface NodeProcess<Ready> {
  /** What it said when it was ready. */
  ready: Ready;
  pid: number;
  /** Resolves when it ends without having been stopped, with what happened and the end of its log. */
  died: Promise<EmbeddedError>;
  /** Sends a message and resolves with the first answer `schema` accepts; null when none comes in time. */
  ask<T>(message: string, schema: z.ZodType<T>): Promise<T | null>;
  stop(): Promise<void>;
}

export interface NodeProcessSpec<Ready> {
  /** As people call it. */
  name: string;
  main: string;
  env: Partial<Record<keyof Env, string>>;
  /** What leads to the services, once they run. Until then the process loads its modules. */
  leads: Promise<Partial<Record<keyof Env, string>>>;
  /** Its output is appended here; nothing of it reaches the terminal. */
  logFile: string;
  /** The message by which it says that it is ready. */
  ready: z.ZodType<Ready>;
}

const PRELOAD = new URL('./endWithParent.js', import.meta.url).href;
const READY_TIMEOUT_MS = 60_000;
/** The worker gives activities 30 s to end; whoever takes longer is killed. */
const STOP_GRACE_MS = 45_000;
const ANSWER_TIMEOUT_MS = 2_000;
const MAX_LOG_BYTES = 20_000_000;
const TOLD_LOG_BYTES = 2_000;

/** glibc keeps a heap per thread and core that grow and stay: with two of them a worker needs a third less memory. */
const FEWER_ARENAS = { MALLOC_ARENA_MAX: '2' };

/**
 * Starts a Node process with an IPC channel, in a process group of its own, so that Ctrl-C is the CLI's to handle.
 *
 * @throws EmbeddedError EMBEDDED_START_FAILED with the end of its log when it ends or stays silent; what `leads` rejects with
 */
export async function startNodeProcess<Ready>(spec: NodeProcessSpec<Ready>): Promise<NodeProcess<Ready>> {
  const log = await openLog(spec.logFile);
  const child = fork(spec.main, [ENV_FOLLOWS], {
    env: { ...childEnvironment(spec.env), ...FEWER_ARENAS },
    execArgv: ['--enable-source-maps', '--import', PRELOAD],
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
    detached: true,
    cwd: dirname(fileURLToPath(new URL('../..', import.meta.url))),
  });
  await log.close();
  let stopping = false;
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      resolve(error.message);
    });
    child.once('exit', (code, signal) => {
      resolve(`exit ${code ?? signal ?? ''}`);
    });
  });
  const stop = async () => {
    stopping = true;
    await endChild(child, ended);
  };
  const failure = async (what: string) =>
    new EmbeddedError('EMBEDDED_START_FAILED', `${what}. ${await tailOf(spec.logFile)}`);

  try {
    child.send(await spec.leads, () => undefined);
  } catch (error) {
    await stop();
    throw error;
  }
  const first = await answerOf(child, spec.ready, READY_TIMEOUT_MS);
  if (first === null) {
    const how = hasEnded(child) ? await ended : `not ready in ${READY_TIMEOUT_MS / 1_000} s`;
    await stop();
    throw await failure(`${spec.name} did not start (${how})`);
  }
  return {
    ready: first.answer,
    pid: child.pid ?? 0,
    died: new Promise((resolve) => {
      void ended.then(async (how) => {
        if (!stopping) resolve(await failure(`${spec.name} ended by itself (${how})`));
      });
    }),
    ask: async (message, schema) => {
      const answer = answerOf(child, schema, ANSWER_TIMEOUT_MS);
      if (child.connected) child.send(message, () => undefined);
      return (await answer)?.answer ?? null;
    },
    stop,
  };
}

function answerOf<T>(child: ChildProcess, schema: z.ZodType<T>, timeoutMs: number): Promise<{ answer: T } | null> {
  if (hasEnded(child)) return Promise.resolve(null);
  return new Promise((resolve) => {
    const settle = (result: { answer: T } | null) => {
      clearTimeout(timer);
      child.off('message', listen);
      child.off('exit', gone);
      resolve(result);
    };
    const listen = (message: unknown) => {
      const parsed = schema.safeParse(message);
      if (parsed.success) settle({ answer: parsed.data });
    };
    const gone = () => {
      settle(null);
    };
    const timer = setTimeout(gone, timeoutMs);
    child.on('message', listen);
    child.once('exit', gone);
  });
}

async function endChild(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (hasEnded(child) || child.pid === undefined) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
  await ended;
  clearTimeout(timer);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** A log that has grown large makes room for a new one; the old one is kept beside it. */
async function openLog(file: string) {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size > MAX_LOG_BYTES) await rename(file, `${file}.old`);
  return await open(file, 'a');
}

async function tailOf(file: string): Promise<string> {
  const text = (await readFile(file, 'utf8').catch(() => '')).slice(-TOLD_LOG_BYTES).trim();
  return text === '' ? `It logged nothing to ${file}.` : `The end of ${file}:\n${text}`;
}
