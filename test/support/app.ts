import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { readEnv } from '../../config/env.js';
import { temporalOptions } from '../../config/temporalClient.js';
import { startInbox, type Fault, type Inbox } from '../../embedded/index.js';
import { setUpTemporal } from '../../starts/temporalSetup.js';
import type { TestDatabase } from './database.js';
import { createTestNamespace, testTemporal } from './temporal.js';

/** A process of Kontor's own, as it ships. */
export interface AppProcess {
  child: ChildProcess;
  /** Set once an API listens. */
  url: string;
  stop(): Promise<void>;
  /** As a fault would: no goodbye. */
  kill(): Promise<void>;
}

export interface TestApp {
  client: Client;
  taskQueue: string;
  inbox: Inbox;
  /** What its processes find in their environment. */
  env: Record<string, string>;
  startWorker(extra?: Record<string, string>): Promise<AppProcess>;
  startApi(): Promise<AppProcess>;
  stop(): Promise<void>;
}

async function start(script: string, env: Record<string, string>): Promise<AppProcess> {
  const path = fileURLToPath(new URL(`../../${script}`, import.meta.url));
  const child = fork(path, [], { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let output = '';
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, 'exit');
  const message = (await Promise.race([
    once(child, 'message'),
    exited.then(() => {
      throw new Error(`${script} ended before it was ready:\n${output}`);
    }),
  ])) as [{ listening?: string }];
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
  };
  return { child, url: message[0].listening ?? '', stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

/**
 * As a client does: what nobody answered in time (202 and `accepted`, or some that are pending) is asked again with the same
 * Idempotency-Key, which `send` is told, for as long as a minute of a busy machine may last.
 */
export async function askUntilAnswered(
  send: (key: string) => Promise<Response>,
  key: string = randomUUID(),
): Promise<Response> {
  const until = Date.now() + 60_000;
  for (;;) {
    const response = await send(key);
    if (response.status !== 202 || Date.now() >= until) return response;
    const { status, pending = 0 } = (await response.clone().json()) as { status?: string; pending?: number };
    if (status !== 'accepted' && pending === 0) return response;
  }
}

/** Worker and API processes over one suite's database, a namespace, a task queue and an inbox of its own. */
export async function createTestApp(
  database: TestDatabase,
  options: { fault?: Fault; env?: Record<string, string> } = {},
): Promise<TestApp> {
  const { address } = testTemporal();
  const namespace = await createTestNamespace();
  const dataDir = await mkdtemp(join(tmpdir(), 'kontor-app-'));
  const inbox = await startInbox({ dataDir, ...(options.fault === undefined ? {} : { fault: options.fault }) });
  const connection = await Connection.connect({ address });
  const taskQueue = new URL(database.ownerUrl).pathname.slice(1);
  const env = {
    DATABASE_URL: database.appUrl,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    TEMPORAL_TASK_QUEUE: taskQueue,
    SMTP_URL: inbox.smtpUrl,
    SECRET_KEYS: `test=${randomBytes(32).toString('base64')}`,
    RELEASES_DIR: join(dataDir, 'releases'),
    PORT: '0',
    LOG_LEVEL: 'warn',
    RENDER_THREADS: '1',
    ...options.env,
  };
  const started: AppProcess[] = [];
  const startOne = async (script: string, extra: Record<string, string>) => {
    const process = await start(script, { ...env, ...extra });
    started.push(process);
    return process;
  };
  const client = new Client({ connection, ...temporalOptions(readEnv(env)).options });
  // As `kontor migrate` does, before there is a programme.
  await setUpTemporal({ temporal: client, taskQueue }, []);
  return {
    client,
    taskQueue,
    inbox,
    env,
    startWorker: (extra = {}) => startOne('worker/main.js', extra),
    startApi: () => startOne('api/main.js', {}),
    stop: async () => {
      await Promise.all(started.map((process) => process.stop()));
      await connection.close();
      await inbox.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
