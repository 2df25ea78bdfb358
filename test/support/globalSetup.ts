import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { migrate } from '../../db/schema/migrate.js';
import { findTemporalBinary, startPostgres, startTemporal } from '../../embedded/index.js';
import { LOGIN_PASSWORD, TEMPLATE, type Services } from './services.js';

/** For the suites: see startServices. */
export default function globalSetup(): Promise<void> {
  return startServices({ inMemory: true });
}

/**
 * One PostgreSQL with fsync off, one Temporal dev server and one migrated template database for the whole run. A Temporal
 * server that keeps its data in memory is not to be restarted.
 */
export async function startServices({ inMemory }: { inMemory: boolean }): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'kontor-test-'));
  // As root, PostgreSQL runs as an account of its own, which has to get through to its data.
  await chmod(dataDir, 0o755);
  const cacheDir = fileURLToPath(new URL('../../../.kontor/cache', import.meta.url));
  const [postgres, temporal] = await Promise.all([
    startPostgres({ dataDir: join(dataDir, 'postgres'), fsync: false }),
    findTemporalBinary({
      cacheDir,
      ...(process.env.TEMPORAL_CLI === undefined ? {} : { explicit: process.env.TEMPORAL_CLI }),
    }).then((binary) =>
      startTemporal({
        binary,
        dataDir: join(dataDir, 'temporal'),
        inMemory,
        logFile: join(dataDir, 'temporal.log'),
        // By default 4,096 events, which would take a test a minute.
        dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': 200 },
      }),
    ),
  ]);
  const admin = new pg.Client({ connectionString: postgres.adminUrl });
  await admin.connect();
  await admin.query(`create database ${TEMPLATE}`);
  await admin.end();
  const templateUrl = new URL(postgres.adminUrl);
  templateUrl.pathname = `/${TEMPLATE}`;
  await migrate(templateUrl.toString(), LOGIN_PASSWORD);

  const services: Services = { adminUrl: postgres.adminUrl, temporalAddress: temporal.address };
  process.env.KONTOR_TEST_SERVICES = JSON.stringify(services);
  (globalThis as { kontorTestServices?: unknown }).kontorTestServices = { postgres, temporal, dataDir };
}
