import { KontorError } from '../../domain/errors.js';
import { rows, type Trx } from '../connect.js';
import { migrationNames } from './migrations/index.js';

/** How the database's migrations differ from those that this version of Kontor knows. */
export interface SchemaFaults {
  /** Not done yet: `kontor migrate` does them. */
  pending: string[];
  /** Done by a newer version of Kontor. */
  newer: string[];
}

/** `done`: the names in the database. */
export function compareMigrations(done: readonly string[]): SchemaFaults {
  return {
    pending: migrationNames.filter((name) => !done.includes(name)),
    newer: done.filter((name) => !migrationNames.includes(name)),
  };
}

/**
 * As the login role sees it: returns what a newer version has done. Throws CONFIGURATION_INVALID with the command where
 * something is not done yet.
 */
export async function requireMigrated(trx: Trx): Promise<string[]> {
  const [database] = await rows<{ empty: boolean }>(trx, `select to_regclass('kontor_migration') is null as empty`, {});
  if (database?.empty === true) {
    throw new KontorError('CONFIGURATION_INVALID', 'The database is empty: run `kontor migrate` first.');
  }
  const done = await rows<{ name: string }>(trx, 'select name from kontor_migration order by id', {});
  const { pending, newer } = compareMigrations(done.map(({ name }) => name));
  if (pending.length === 0) return newer;
  throw new KontorError(
    'CONFIGURATION_INVALID',
    `The database is older than this version of Kontor (${pending.join(', ')}): run \`kontor migrate\` first.`,
  );
}
