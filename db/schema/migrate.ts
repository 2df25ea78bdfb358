import knex, { type Knex } from 'knex';
import { KontorError } from '../../domain/errors.js';
import { migrationSource } from './migrations/index.js';
import { ensureRoles, grantRoles, LOGIN_ROLE } from './roles.js';
import { compareMigrations, type SchemaFaults } from './schemaFaults.js';

const LOCK = `select pg_advisory_xact_lock(hashtext('kontor_migrate'))`;

const TABLE = 'kontor_migration';

async function faultsOf(db: Knex): Promise<SchemaFaults> {
  const found = await db.raw<{ rows: { there: boolean }[] }>(`select to_regclass('${TABLE}') is not null as there`);
  if (found.rows[0]?.there !== true) return compareMigrations([]);
  const done = await db.raw<{ rows: { name: string }[] }>(`select name from ${TABLE} order by id`);
  return compareMigrations(done.rows.map(({ name }) => name));
}

/** What fails is thrown; knex would print it as well, on stdout, which is for the result. */
const SILENT = { warn: () => undefined, error: () => undefined };

function connectOwner(url: string): Knex {
  return knex({ client: 'pg', connection: { connectionString: url }, pool: { min: 0, max: 2 }, log: SILENT });
}

/** What `migrate` would do, and what a newer version of Kontor has done. Writes nothing; the database may be empty. */
export async function migrationFaults(ownerUrl: string): Promise<SchemaFaults> {
  const db = connectOwner(ownerUrl);
  try {
    return await faultsOf(db);
  } finally {
    await db.destroy();
  }
}

/**
 * Brings the database at `ownerUrl` up to date and makes sure the login role `kontor_app` exists with `password`.
 * Safe to run from many processes at once: the second waits for the first. Returns the login role's address. Throws
 * CONFIGURATION_INVALID where a newer version of Kontor has migrated it.
 */
export async function migrate(ownerUrl: string, password: string): Promise<string> {
  const db = connectOwner(ownerUrl);
  try {
    const { newer } = await faultsOf(db);
    if (newer.length > 0) {
      throw new KontorError(
        'CONFIGURATION_INVALID',
        `A newer version of Kontor has migrated this database (${newer.join(', ')}): migrate with that version.`,
      );
    }
    // Committed first: migrations run on a connection of their own.
    await db.transaction(async (lock) => {
      await lock.raw(LOCK);
      await ensureRoles(lock, password);
    });
    await db.transaction(async (lock) => {
      await lock.raw(LOCK);
      await db.migrate.latest({
        migrationSource,
        tableName: TABLE,
        disableMigrationsListValidation: false,
      });
      await grantRoles(lock);
    });
  } finally {
    await db.destroy();
  }
  const url = new URL(ownerUrl);
  url.username = LOGIN_ROLE;
  url.password = encodeURIComponent(password);
  return url.toString();
}
