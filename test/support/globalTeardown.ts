import { rm } from 'node:fs/promises';
import type { EmbeddedPostgres, EmbeddedTemporal } from '../../embedded/index.js';

export default async function globalTeardown(): Promise<void> {
  const { kontorTestServices: started } = globalThis as unknown as {
    kontorTestServices?: { postgres: EmbeddedPostgres; temporal: EmbeddedTemporal; dataDir: string };
  };
  if (started === undefined) return;
  await started.temporal.stop();
  await started.postgres.stop();
  await rm(started.dataDir, { recursive: true, force: true });
}
