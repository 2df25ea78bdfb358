import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../../db/schema/migrate.js';
import { LOGIN_ROLE } from '../../db/schema/roles.js';
import type { Env } from '../../config/env.js';
import { startPostgres } from '../../embedded/index.js';
import type { PartOptions } from './partOptions.js';

/** A migrated database, as the login role reaches it. */
export interface DatabasePart {
  url: string;
  stop(): Promise<void>;
}

const DATABASE = 'kontor';

/**
 * The database the configuration names, or an embedded one. Migrated first wherever an owner's address is known: with
 * DATABASE_URL alone that is the owner's, unless it is the login role's already.
 */
export async function startDatabase(env: Env, options: PartOptions): Promise<DatabasePart> {
  const nothing = () => Promise.resolve();
  if (env.DATABASE_URL === undefined) return await startEmbedded(options);
  if (env.DATABASE_OWNER_URL !== undefined) {
    const { password } = new URL(env.DATABASE_URL);
    await migrate(env.DATABASE_OWNER_URL, decodeURIComponent(password));
    return { url: env.DATABASE_URL, stop: nothing };
  }
  if (new URL(env.DATABASE_URL).username === LOGIN_ROLE) return { url: env.DATABASE_URL, stop: nothing };
  return { url: await migrate(env.DATABASE_URL, await keptPassword(options.dataDir)), stop: nothing };
}

async function startEmbedded({ dataDir, fleeting, say, died }: PartOptions): Promise<DatabasePart> {
  let running = false;
  const postgres = await startPostgres({
    dataDir: join(dataDir, 'postgres'),
    fsync: !fleeting,
    log: (line) => {
      if (running) died(line);
      else say(line);
    },
  });
  running = true;
  try {
    const ownerUrl = await ensureDatabase(postgres.adminUrl);
    return { url: await migrate(ownerUrl, await keptPassword(dataDir)), stop: () => postgres.stop() };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

async function ensureDatabase(adminUrl: string): Promise<string> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    const found = await admin.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (found.rowCount === 0) await admin.query(`create database ${DATABASE}`);
  } finally {
    await admin.end();
  }
  const url = new URL(adminUrl);
  url.pathname = `/${DATABASE}`;
  return url.toString();
}

/** The login role's password, made at the first start; nobody has to know it. */
async function keptPassword(dataDir: string): Promise<string> {
  const file = join(dataDir, 'login-password');
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (kept !== '') return kept;
  const password = randomBytes(24).toString('base64url');
  await writeFile(file, password, { mode: 0o600 });
  return password;
}
