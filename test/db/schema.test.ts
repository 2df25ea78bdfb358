import { readFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { dumpSchema } from '../../db/schema/dumpSchema.js';
import { migrate } from '../../db/schema/migrate.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { LOGIN_PASSWORD, services } from '../support/services.js';

describe('the schema', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  afterAll(() => database.drop());

  it('is what db/schema/schema.sql shows; after a change of a migration: npm run schema', async () => {
    const kept = await readFile(new URL('../../../db/schema/schema.sql', import.meta.url), 'utf8');
    expect(await dumpSchema(database.ownerUrl)).toBe(kept);
  });

  it('stays the same when it is migrated once more', async () => {
    const before = await dumpSchema(database.ownerUrl);
    await migrate(database.ownerUrl, LOGIN_PASSWORD);
    expect(await dumpSchema(database.ownerUrl)).toBe(before);
  });

  it('has instants with time zone only', async () => {
    const found = await database.asOwner(
      `select table_name, column_name from information_schema.columns
       where table_schema = 'public' and table_name not like 'kontor_migration%'
         and data_type in ('timestamp without time zone', 'time without time zone', 'real', 'double precision', 'money')`,
    );
    expect(found).toEqual([]);
  });
});

describe('twenty processes that migrate an empty database at once', () => {
  const name = `kontor_${randomBytes(6).toString('hex')}`;
  const admin = async (sql: string) => {
    const client = new pg.Client({ connectionString: services().adminUrl });
    await client.connect();
    await client.query(sql);
    await client.end();
  };

  beforeAll(() => admin(`create database ${name}`));
  afterAll(() => admin(`drop database ${name} with (force)`));

  it('all succeed, and the schema is there once', async () => {
    const url = new URL(services().adminUrl);
    url.pathname = `/${name}`;
    const addresses = await Promise.all(Array.from({ length: 20 }, () => migrate(url.toString(), LOGIN_PASSWORD)));
    expect(new Set(addresses).size).toBe(1);
    const kept = await readFile(new URL('../../../db/schema/schema.sql', import.meta.url), 'utf8');
    expect(await dumpSchema(url.toString())).toBe(kept);
    const client = new pg.Client({ connectionString: url.toString() });
    await client.connect();
    const { rows } = await client.query<{ times: number }>(
      'select count(*)::int as times from kontor_migration group by name',
    );
    await client.end();
    expect(new Set(rows.map(({ times }) => times))).toEqual(new Set([1]));
  });
});
