import type { Knex } from 'knex';

/** Programme, territories, distributors and MSPs; the row-level-security vocabulary every later table uses. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Settings are LOCAL to a transaction (db/connect.ts). Without any, nothing is visible.
    create function kontor_scope() returns text language sql stable parallel safe
      as $$ select coalesce(current_setting('kontor.scope', true), '') $$;
    create function kontor_msp() returns uuid language sql stable parallel safe
      as $$ select nullif(current_setting('kontor.msp_id', true), '')::uuid $$;
    create function kontor_distributor() returns uuid language sql stable parallel safe
      as $$ select nullif(current_setting('kontor.distributor_id', true), '')::uuid $$;

    create table programme (
      code text primary key,
      name text not null,
      zone text not null,
      vendor jsonb not null,
      settings jsonb not null default '{}'
    );

    create table distributor (
      id uuid primary key,
      code text not null unique check (code ~ '^[A-Z0-9]{2,8}$'),
      name text not null,
      registration_number text not null,
      address text[] not null,
      country text not null,
      email text not null,
      currency text not null,
      locale text not null,
      zone text not null
    );

    create table territory (
      country text primary key,
      programme_code text not null references programme,
      distributor_id uuid not null references distributor
    );

    create table programme_document (
      programme_code text not null references programme,
      filename text not null,
      title text not null,
      content_type text not null,
      content bytea not null,
      primary key (programme_code, filename)
    );

    create table msp (
      id uuid primary key,
      distributor_id uuid not null references distributor,
      programme_code text not null references programme,
      name text not null,
      registration_number text not null,
      address text[] not null,
      country text not null,
      contact_name text not null,
      email text not null,
      mail_domain text not null,
      locale text not null,
      zone text not null,
      state text not null check (state in ('applied', 'approved', 'rejected', 'expired')),
      duplicate_of uuid[] not null default '{}',
      applied_at timestamptz not null,
      decide_until timestamptz not null,
      decided_at timestamptz,
      decided_by text,
      decision_reason text
    );
    create index msp_by_distributor on msp (distributor_id);
    -- Only letters and digits tell registration numbers apart (domain/msp.ts, comparableRegistrationNumber).
    create function kontor_comparable_number(number text) returns text language sql immutable parallel safe
      as $$ select upper(regexp_replace(number, '[^[:alnum:]]', '', 'g')) $$;
    create index msp_by_registration_number on msp (kontor_comparable_number(registration_number));
    create index msp_by_mail_domain on msp (mail_domain);

    alter table msp enable row level security;
    alter table msp force row level security;
    create policy msp_visible on msp using (
      (select kontor_scope()) = 'all'
      or id = (select kontor_msp())
      or distributor_id = (select kontor_distributor())
    ) with check ((select kontor_scope()) = 'all');

    -- Called by later migrations for each table that belongs to an MSP: a row is visible to the partner team and the
    -- workers (scope all), to its MSP, and to that MSP's distributor; only the first two may write it.
    create procedure kontor_protect(target regclass) language plpgsql as $$
    begin
      execute format('alter table %s enable row level security', target);
      execute format('alter table %s force row level security', target);
      execute format($policy$create policy visible on %s using (
          (select kontor_scope()) = 'all'
          or msp_id = (select kontor_msp())
          or ((select kontor_distributor()) is not null and msp_id in (select id from msp))
        ) with check ((select kontor_scope()) = 'all' or msp_id = (select kontor_msp()))$policy$, target);
    end $$;

    -- Issued means frozen: attached to every insert-only table.
    create function kontor_refuse_change() returns trigger language plpgsql as $$
    begin
      raise exception 'rows of % are never changed or deleted once written', tg_table_name
        using errcode = 'integrity_constraint_violation';
    end $$;
  `);
}
