import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findTemporalBinary, startPostgres, startTemporal } from '../../embedded/index.js';
import type { EmbeddedPostgres, EmbeddedTemporal } from '../../embedded/index.js';
import { fileURLToPath } from 'node:url';

interface Started {
  postgres: EmbeddedPostgres;
  temporal: EmbeddedTemporal;
  dataDir: string;
}

const started = () => (globalThis as unknown as { kontorTestServices: Started }).kontorTestServices;

async function pidOf(which: 'temporal' | 'postgres', dataDir: string): Promise<number> {
  if (which === 'temporal') {
    const { pid } = JSON.parse(await readFile(join(dataDir, 'temporal/server.json'), 'utf8')) as { pid: number };
    return pid;
  }
  return Number.parseInt(
    (await readFile(join(dataDir, 'postgres/pgdata/postmaster.pid'), 'utf8')).split('\n')[0] ?? '',
    10,
  );
}

/** Ends a service of this run without a goodbye, and starts it again over the same data on the same port after a while. */
export async function restartService(which: 'temporal' | 'postgres', awayMs: number): Promise<void> {
  const services = started();
  const { dataDir } = services;
  const service = services[which];
  // PostgreSQL's processes end by its own immediate shutdown: killed, they could leave memory behind that it cannot share.
  process.kill(await pidOf(which, dataDir), which === 'temporal' ? 'SIGKILL' : 'SIGQUIT');
  await service.stop().catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, awayMs));
  if (which === 'postgres') {
    services.postgres = await startPostgres({ dataDir: join(dataDir, 'postgres'), fsync: false, port: service.port });
    if (services.postgres.port !== service.port) throw new Error('PostgreSQL could not have its port again.');
    return;
  }
  const cacheDir = fileURLToPath(new URL('../../../.kontor/cache', import.meta.url));
  services.temporal = await startTemporal({
    binary: await findTemporalBinary({ cacheDir }),
    dataDir: join(dataDir, 'temporal'),
    logFile: join(dataDir, 'temporal.log'),
    port: service.port,
  });
  if (services.temporal.port !== service.port) throw new Error('Temporal could not have its port again.');
}
