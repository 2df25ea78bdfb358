/**
 * Forward-only migrations, one concern each, in this order. In code, so that they ship with what they belong to.
 * `db/schema/schema.sql` is the dump of their sum and is compared by a test.
 */
import type { Knex } from 'knex';
import { up as parties } from './0001_parties.js';
import { up as sites } from './0002_sites.js';
import { up as usage } from './0003_usage.js';
import { up as prices } from './0004_prices.js';
import { up as runs } from './0005_runs.js';
import { up as statements } from './0006_statements.js';
import { up as outboxAudit } from './0007_outbox_audit.js';
import { up as people } from './0008_people.js';
import { up as orders } from './0009_orders.js';
import { up as signIn } from './0010_sign_in.js';
import { up as openId } from './0011_open_id.js';
import { up as corrections } from './0012_corrections.js';
import { up as retention } from './0013_retention.js';
import { up as tenantDocuments } from './0014_tenant_documents.js';
import { up as softwareReleases } from './0015_software_releases.js';
import { up as quotes } from './0016_quotes.js';
import { up as serviceDesk } from './0017_service_desk.js';

interface Migration {
  name: string;
  up(knex: Knex): Promise<void>;
}

const MIGRATIONS: readonly Migration[] = [
  { name: '0001_parties', up: parties },
  { name: '0002_sites', up: sites },
  { name: '0003_usage', up: usage },
  { name: '0004_prices', up: prices },
  { name: '0005_runs', up: runs },
  { name: '0006_statements', up: statements },
  { name: '0007_outbox_audit', up: outboxAudit },
  { name: '0008_people', up: people },
  { name: '0009_orders', up: orders },
  { name: '0010_sign_in', up: signIn },
  { name: '0011_open_id', up: openId },
  { name: '0012_corrections', up: corrections },
  { name: '0013_retention', up: retention },
  { name: '0014_tenant_documents', up: tenantDocuments },
  { name: '0015_software_releases', up: softwareReleases },
  { name: '0016_quotes', up: quotes },
  { name: '0017_service_desk', up: serviceDesk },
];

/** In their order. */
export const migrationNames: readonly string[] = MIGRATIONS.map(({ name }) => name);

export const migrationSource: Knex.MigrationSource<Migration> = {
  getMigrations: () => Promise.resolve([...MIGRATIONS]),
  getMigrationName: ({ name }) => name,
  getMigration: (migration) =>
    Promise.resolve({ up: (knex: Knex) => migration.up(knex), down: () => Promise.reject(new Error('forward only')) }),
};
