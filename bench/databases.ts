/** Databases of one embedded server: each arm gets a copy of the world's. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrate } from '../db/schema/migrate.js';
import { LOGIN_ROLE } from '../db/schema/roles.js';

export interface BenchDatabase {
  name: string;
  /** Of the superuser. */
  ownerUrl: string;
  /** Of the login role, with row level security. */
  appUrl: string;
}

export interface Databases {
  /** A migrated database with nothing in it. */
  create(name: string): Promise<BenchDatabase>;
  /** A copy; nobody may be connected to the original. */
  copy(original: string, name: string): Promise<BenchDatabase>;
  drop(name: string): Promise<void>;
}

/** Connects as the superuser, for as long as `work` takes. */
export async function asOwner<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export function createDatabases(adminUrl: string): Databases {
  const password = randomBytes(24).toString('base64url');
  const urlsOf = (name: string): BenchDatabase => {
    const ownerUrl = new URL(adminUrl);
    ownerUrl.pathname = `/${name}`;
    const appUrl = new URL(ownerUrl);
    appUrl.username = LOGIN_ROLE;
    appUrl.password = password;
    return { name, ownerUrl: ownerUrl.toString(), appUrl: appUrl.toString() };
  };
  const admin = (sql: string) => asOwner(adminUrl, (client) => client.query(sql));
  return {
    create: async (name) => {
      await admin(`create database ${name}`);
      const database = urlsOf(name);
      await migrate(database.ownerUrl, password);
      return database;
    },
    copy: async (original, name) => {
      await admin(`create database ${name} template ${original} strategy file_copy`);
      // What the copy left to write is not the arm's.
      await admin('checkpoint');
      return urlsOf(name);
    },
    drop: async (name) => {
      await admin(`drop database ${name} with (force)`);
    },
  };
}
