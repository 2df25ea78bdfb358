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

/** As the login role sees it. */
export async function schemaFaults(trx: Trx): Promise<SchemaFaults> {
  const done = await rows<{ name: string }>(trx, 'select name from kontor_migration order by id', {});
  return compareMigrations(done.map(({ name }) => name));
}
