import knex from 'knex';
import { migrationSource } from './migrations/index.js';
import { ensureRoles, grantRoles, LOGIN_ROLE } from './roles.js';

const LOCK = `select pg_advisory_xact_lock(hashtext('kontor_migrate'))`;

/**
 * Brings the database at `ownerUrl` up to date and makes sure the login role `kontor_app` exists with `password`.
 * Safe to run from many processes at once: the second waits for the first. Returns the login role's address.
 */
export async function migrate(ownerUrl: string, password: string): Promise<string> {
  const db = knex({ client: 'pg', connection: { connectionString: ownerUrl }, pool: { min: 0, max: 2 } });
  try {
    // Committed first: migrations run on a connection of their own.
    await db.transaction(async (lock) => {
      await lock.raw(LOCK);
      await ensureRoles(lock, password);
    });
    await db.transaction(async (lock) => {
      await lock.raw(LOCK);
      await db.migrate.latest({
        migrationSource,
        tableName: 'kontor_migration',
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
