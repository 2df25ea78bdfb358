// Writes db/schema/schema.sql: migrates an empty database on a PostgreSQL of its own and dumps what came of it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dumpSchema } from '../dist/db/schema/dumpSchema.js';
import { migrate } from '../dist/db/schema/migrate.js';
import { startPostgres } from '../dist/embedded/index.js';

const dataDir = await mkdtemp(join(tmpdir(), 'kontor-schema-'));
const postgres = await startPostgres({ dataDir: join(dataDir, 'postgres'), fsync: false });
try {
  await migrate(postgres.adminUrl, 'unused');
  await writeFile(new URL('../db/schema/schema.sql', import.meta.url), await dumpSchema(postgres.adminUrl));
} finally {
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}
