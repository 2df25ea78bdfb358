import { Connection } from '@temporalio/client';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { claim } from './claim.js';
import { freePort } from './ports.js';
import { endProcess, isRunning, type ProcessIdentity } from './process.js';
import { launch, withRetries } from './server.js';

export type EmbeddedTemporal = {
  /** Host and port of the gRPC front end. */
  address: string;
  /** The Web UI, without a slash at its end. */
  uiUrl: string;
  port: number;
  uiPort: number;
  /** Returns when the server is gone, within about a second. Running workflows stay in the database file. */
  stop(): Promise<void>;
};

export type TemporalOptions = {
  /** As found by findTemporalBinary. */
  binary: string;
  /** For the server alone; made if missing. */
  dataDir: string;
  /** Keeps nothing: what it knows ends with it. A fifth less work, in two thirds of the time (default: a file in `dataDir`). */
  inMemory?: boolean;
  /** Wanted ports on 127.0.0.1; others are taken where they are busy. Defaults 7233 and 8233. */
  port?: number;
  uiPort?: number;
  /** Made beside `default`. */
  namespace?: string;
  /** Dynamic configuration of the server by key: tests lower limits that take hours to reach. */
  dynamicConfig?: Record<string, number>;
  /** Everything the server says is appended here. */
  logFile: string;
  /** Told in one line each what happens outside the plain start. */
  log?: (line: string) => void;
};

/** What an operator filters by in the Web UI; registering them again on the same database file does no harm. */
export const SEARCH_ATTRIBUTES = [
  'Programme',
  'MspId',
  'DistributorId',
  'BillingPeriod',
  'Stage',
  'CaseState',
] as const;

/** A queue in one part: in four, as servers have it by default, tasks and polls of one machine look for each other. */
const ONE_MACHINE = { 'matching.numTaskqueueReadPartitions': 1, 'matching.numTaskqueueWritePartitions': 1 };
const READY_TIMEOUT_MS = 30_000;
const STOP_GRACE_MS = 10_000;
const CONNECT_TIMEOUT_MS = 2_000;
const MAX_ATTEMPTS = 5;
const CURABLE = /address already in use/i;
/** Printed when every port is bound: until then, whoever answers on our port may be somebody else's server. */
const BANNER = 'Temporal Server:';
const processSchema = z.object({ pid: z.number(), startedAt: z.string() });

/**
 * Starts Temporal's development server with its database in a file, so workflows survive a restart. A server left over
 * in `dataDir` by a killed run is stopped first. Synchronous=normal with a write-ahead log is four times as fast as the
 * default and loses nothing when a process dies (a power cut may cost the last moments).
 *
 * @throws EmbeddedError EMBEDDED_IN_USE, EMBEDDED_START_FAILED (with the end of the server's log)
 */
export async function startTemporal(opts: TemporalOptions): Promise<EmbeddedTemporal> {
  const log = opts.log ?? (() => undefined);
  const dataDir = resolve(opts.dataDir);
  const release = await claim(dataDir, 'Temporal');
  const processFile = join(dataDir, 'server.json');
  try {
    await mkdir(dirname(resolve(opts.logFile)), { recursive: true });
    await stopLeftOver(processFile, log);
    const { port, uiPort, server } = await withRetries(MAX_ATTEMPTS, CURABLE, async (attempt) => {
      const first = attempt === 1;
      const port = await freePort(first ? (opts.port ?? 7233) : undefined);
      const uiPort = await freePort(first ? (opts.uiPort ?? 8233) : undefined);
      const address = `127.0.0.1:${port}`;
      const server = await launch(
        {
          name: 'Temporal',
          program: opts.binary,
          args: serverArguments(dataDir, port, uiPort, opts),
          // Nothing of ours: TEMPORAL_ variables meant for clients would reach the server's own command line.
          env: { HOME: dataDir },
          account: null,
          logFile: resolve(opts.logFile),
          stopSignal: 'SIGTERM',
          stopGraceMs: STOP_GRACE_MS,
          readyTimeoutMs: READY_TIMEOUT_MS,
          log,
        },
        async (_pid, logged) => logged.includes(BANNER) && (await answers(address)),
      );
      await writeFile(processFile, JSON.stringify(server.identity));
      return { port, uiPort, server };
    });
    return {
      address: `127.0.0.1:${port}`,
      uiUrl: `http://127.0.0.1:${uiPort}`,
      port,
      uiPort,
      stop: async () => {
        await server.stop();
        await rm(processFile, { force: true });
        await release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}

function serverArguments(
  dataDir: string,
  port: number,
  uiPort: number,
  { namespace, inMemory = false, dynamicConfig = {} }: TemporalOptions,
): string[] {
  const file = ['--db-filename', join(dataDir, 'temporal.db')];
  const pragmas = ['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'];
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort)],
    ...(inMemory ? [] : [...file, ...pragmas]),
    ...['--log-level', 'warn', '--ui-disable-news-fetch', '--disable-config-file', '--disable-config-env'],
    ...(namespace === undefined || namespace === 'default' ? [] : ['--namespace', namespace]),
    ...Object.entries({ ...ONE_MACHINE, ...dynamicConfig }).flatMap(([key, value]) => [
      '--dynamic-config-value',
      `${key}=${value}`,
    ]),
    ...SEARCH_ATTRIBUTES.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
  ];
}

async function answers(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: CONNECT_TIMEOUT_MS });
    await connection.close();
    return true;
  } catch {
    return false;
  }
}

/** The start time kept beside the pid tells our server from a later process with the same pid. */
async function stopLeftOver(processFile: string, log: (line: string) => void): Promise<void> {
  const noted = await readFile(processFile, 'utf8').catch(() => '');
  const identity = parseIdentity(noted);
  if (identity === null || !isRunning(identity)) return;
  log(`Stopping the Temporal server that an earlier run left behind (process ${identity.pid}).`);
  await endProcess(identity, 'SIGTERM', STOP_GRACE_MS);
}

function parseIdentity(noted: string): ProcessIdentity | null {
  try {
    return processSchema.parse(JSON.parse(noted));
  } catch {
    return null;
  }
}
