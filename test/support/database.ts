import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { connect, type Database } from '../../db/connect.js';
import { LOGIN_PASSWORD, services, TEMPLATE } from './services.js';

export interface TestDatabase {
  /** As the login role, with row level security. */
  db: Database;
  appUrl: string;
  /** As the owner, who may do anything. */
  ownerUrl: string;
  /** Runs SQL as the owner and returns the rows. */
  asOwner<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** A database of its own for one suite, cloned from the migrated template. */
export async function createTestDatabase(poolSize = 6): Promise<TestDatabase> {
  const { adminUrl } = services();
  const name = `kontor_${randomBytes(6).toString('hex')}`;
  await withClient(adminUrl, async (client) => {
    // One clone at a time: PostgreSQL refuses a template that another session is just copying.
    await client.query(`select pg_advisory_lock(hashtext('kontor_test_clone'))`);
    await client.query(`create database ${name} template ${TEMPLATE}`);
  });
  const ownerUrl = new URL(adminUrl);
  ownerUrl.pathname = `/${name}`;
  const appUrl = new URL(ownerUrl);
  appUrl.username = 'kontor_app';
  appUrl.password = LOGIN_PASSWORD;
  const db = connect(appUrl.toString(), poolSize);
  return {
    db,
    appUrl: appUrl.toString(),
    ownerUrl: ownerUrl.toString(),
    asOwner: (sql, values) => withClient(ownerUrl.toString(), async (client) => (await client.query(sql, values)).rows),
    drop: async () => {
      await db.close();
      await withClient(adminUrl, (client) => client.query(`drop database ${name} with (force)`));
    },
  };
}
