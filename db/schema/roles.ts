import type { Knex } from 'knex';

/** What the API and the workers connect as; it owns nothing. A transaction of an MSP, or of nobody, goes on as it. */
export const LOGIN_ROLE = 'kontor_app';
/** What a transaction goes on as that sees everything. */
const ALL_ROLE = 'kontor_all';
/** What a transaction of a distributor goes on as, and of a reader who is limited to tenants. */
const LIMITED_ROLE = 'kontor_limited';
/** What a transaction goes on as that removes what is kept no longer (rule 15): it sees everything and changes next to nothing. */
const RETENTION_ROLE = 'kontor_retention';

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
  'suspension',
  'tenant',
  'site',
  'site_tenant',
  'metered_key',
  'installation',
  'enrolment_token',
  'late_check_in',
  'former_key',
  'signing_key',
  'refused_claims',
  'term_licence',
  'purchase_order',
  'subscription',
  'subscription_cap',
  'price_plan',
  'billing_run',
  'run_shard',
  'run_participant',
  'discrepancy',
  'billing_pack_response',
  'statement_number',
  'correction',
  'credit_number',
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
  'legal_hold',
  'quote',
  'quote_number',
  'tenant_document_release',
  'msp_logo',
  'desk_columns',
  'software_release',
  'case_person',
  'service_desk',
  'case_comment',
  'saved_filter',
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
  'person_password',
  'waiting_list',
  'msp_logo',
  'saved_filter',
];
/** What the retention role may remove, as far as the policies `let_go` allow (migration 0012). */
const LET_GO = [
  'check_in',
  'late_check_in',
  'usage_report',
  'refused_message',
  'refused_claims',
  'statement',
  'statement_line',
  'statement_document',
  'billing_pack',
  'billing_pack_response',
  'billing_pack_statement',
  'case_person',
  'case_hand_over',
  'case_comment',
  'discrepancy',
  'reconciled_site',
  'run_participant',
  'outbox',
  'audit_event',
  'decision',
  'session',
  'one_time_link',
  'api_token',
  'waiting_list',
  'company_contact',
  'company_change',
];

/** Makes the roles where they are missing, before the migrations, whose policies name them. */
export async function ensureRoles(trx: Knex, password: string): Promise<void> {
  for (const role of [LOGIN_ROLE, ALL_ROLE, LIMITED_ROLE, RETENTION_ROLE]) {
    await trx.raw(
      `do $do$ begin
         if not exists (select from pg_roles where rolname = '${role}') then create role ${role}; end if;
       end $do$`,
    );
  }
  await trx.raw(`alter role ${LOGIN_ROLE} login nosuperuser nobypassrls password '${password.replaceAll("'", "''")}'`);
  // To go on as them is a step of its own: what they see the login role does not see without it.
  for (const role of [ALL_ROLE, LIMITED_ROLE, RETENTION_ROLE]) {
    await trx.raw(`alter role ${role} nologin nosuperuser nobypassrls`);
    await trx.raw(`grant ${role} to ${LOGIN_ROLE} with inherit false, set true`);
  }
}

/**
 * What the roles may do, and which policies are for which. Who a transaction is for decides the role (db/scope.ts), so that the
 * policies of others are no part of its plans: with all of them in each, planning took ten times as long, and longer than
 * most statements run. Scope all has none but that it sees everything; `kontor_protect` says which are for the limited alone.
 */
export async function grantRoles(trx: Knex): Promise<void> {
  const roles = [LOGIN_ROLE, ALL_ROLE, LIMITED_ROLE].join(', ');
  await trx.raw(`grant usage on schema public to ${roles}`);
  await trx.raw(`grant select, insert on all tables in schema public to ${roles}`);
  await trx.raw(`grant usage, select on all sequences in schema public to ${roles}`);
  await trx.raw(`grant update on ${UPDATES.join(', ')} to ${roles}`);
  await trx.raw(`grant delete on ${DELETES.join(', ')} to ${roles}`);
  await trx.raw(`grant usage on schema public to ${RETENTION_ROLE}`);
  await trx.raw(`grant select on all tables in schema public to ${RETENTION_ROLE}`);
  await trx.raw(`grant insert on audit_event to ${RETENTION_ROLE}`);
  await trx.raw(`grant delete on ${LET_GO.join(', ')} to ${RETENTION_ROLE}`);
  await trx.raw(`grant update (name, registration_number, address, version) on company to ${RETENTION_ROLE}`);
  await trx.raw(`grant update (decision_reason) on participation to ${RETENTION_ROLE}`);
  // From where on something is complete nobody else says.
  await trx.raw(`revoke insert on retained_from from ${roles}`);
  await trx.raw(`grant insert, update on retained_from to ${RETENTION_ROLE}`);
  await trx.raw(
    `do $do$
     declare
       protected record;
     begin
       for protected in select c.oid::regclass as name from pg_class c
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relrowsecurity
           and not c.relispartition and not exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'all')
       loop
         execute format('create policy "all" on %s to ${ALL_ROLE} using (true)', protected.name);
         execute format('create policy retention on %s for select to ${RETENTION_ROLE} using (true)', protected.name);
       end loop;
       for protected in select p.polname, c.oid::regclass as name from pg_policy p join pg_class c on c.oid = p.polrelid
         where c.relnamespace = 'public'::regnamespace and p.polroles = '{0}'
       loop
         execute format('alter policy %I on %s to ${LOGIN_ROLE}, ${LIMITED_ROLE}', protected.polname, protected.name);
       end loop;
     end $do$`,
  );
}
