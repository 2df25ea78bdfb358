import knex from 'knex';
import { migrationSource } from './migrations/index.js';

/** What the API and the workers connect as; it owns nothing. */
export const LOGIN_ROLE = 'kontor_app';

/** What the login role may do beyond reading and inserting, per table; it owns nothing and never truncates. */
const UPDATES = [
  'company',
  'company_contact',
  'company_zone',
  'msp_terms',
  'distributor_terms',
  'programme',
  'territory',
  'waiting_list',
  'programme_document',
  'participation',
  'participation_distributor',
  'tenant',
  'site',
  'site_tenant',
  'metered_key',
  'installation',
  'former_key',
  'signing_key',
  'refused_claims',
  'term_licence',
  'purchase_order',
  'subscription',
  'price_plan',
  'billing_run',
  'run_shard',
  'run_participant',
  'discrepancy',
  'statement_number',
  'outbox',
  'person',
  'service_account',
  'access_level',
  'membership',
  'api_token',
  'mandate',
  'person_password',
  'person_totp',
  'recovery_code',
  'one_time_link',
  'sign_in_failure',
  'session',
  'identity_provider',
  'person_identity',
  'idempotency_key',
];
const DELETES = [
  'company_view',
  'territory',
  'site_tenant',
  'used_nonce',
  'idempotency_key',
  'person_totp',
  'recovery_code',
  'sign_in_failure',
  'session',
  'enabled_product',
  'person_identity',
  'sign_in_attempt',
];

/**
 * Brings the database at `ownerUrl` up to date and makes sure the login role `kontor_app` exists with `password`.
 * Safe to run from many processes at once: the second waits for the first. Returns the login role's address.
 */
export async function migrate(ownerUrl: string, password: string): Promise<string> {
  const db = knex({ client: 'pg', connection: { connectionString: ownerUrl }, pool: { min: 0, max: 2 } });
  try {
    await db.transaction(async (lock) => {
      await lock.raw(`select pg_advisory_xact_lock(hashtext('kontor_migrate'))`);
      await db.migrate.latest({
        migrationSource,
        tableName: 'kontor_migration',
        disableMigrationsListValidation: false,
      });
      await lock.raw(
        `do $do$ begin
           if not exists (select from pg_roles where rolname = '${LOGIN_ROLE}') then create role ${LOGIN_ROLE}; end if;
         end $do$`,
      );
      await lock.raw(
        `alter role ${LOGIN_ROLE} login nosuperuser nobypassrls password '${password.replaceAll("'", "''")}'`,
      );
      await lock.raw(`grant usage on schema public to ${LOGIN_ROLE}`);
      await lock.raw(`grant select, insert on all tables in schema public to ${LOGIN_ROLE}`);
      await lock.raw(`grant usage, select on all sequences in schema public to ${LOGIN_ROLE}`);
      await lock.raw(`grant update on ${UPDATES.join(', ')} to ${LOGIN_ROLE}`);
      await lock.raw(`grant delete on ${DELETES.join(', ')} to ${LOGIN_ROLE}`);
    });
  } finally {
    await db.destroy();
  }
  const url = new URL(ownerUrl);
  url.username = LOGIN_ROLE;
  url.password = encodeURIComponent(password);
  return url.toString();
}
