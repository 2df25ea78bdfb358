/**
 * Forward-only migrations, one concern each, in this order. In code, so that they ship with what they belong to.
 * `db/schema.sql` is the dump of their sum and is compared by a test.
 */
import type { Knex } from 'knex';
import * as parties from './0001_parties.js';
import * as sites from './0002_sites.js';
import * as usage from './0003_usage.js';
import * as prices from './0004_prices.js';
import * as runs from './0005_runs.js';
import * as statements from './0006_statements.js';
import * as outboxAuditAccess from './0007_outbox_audit_access.js';

interface Migration {
  name: string;
  up(knex: Knex): Promise<void>;
}

const MIGRATIONS: readonly Migration[] = [
  { name: '0001_parties', ...parties },
  { name: '0002_sites', ...sites },
  { name: '0003_usage', ...usage },
  { name: '0004_prices', ...prices },
  { name: '0005_runs', ...runs },
  { name: '0006_statements', ...statements },
  { name: '0007_outbox_audit_access', ...outboxAuditAccess },
];

export const migrationSource: Knex.MigrationSource<Migration> = {
  getMigrations: () => Promise.resolve([...MIGRATIONS]),
  getMigrationName: ({ name }) => name,
  getMigration: (migration) =>
    Promise.resolve({ up: (knex: Knex) => migration.up(knex), down: () => Promise.reject(new Error('forward only')) }),
};
