import type { Knex } from 'knex';

/** What sites send: check-ins (partitioned by month of observation), usage reports, and what was refused. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- A check-in is what one installation counted at one instant; that is its identity. The three arrays are parallel:
    -- reference of the tenant (null: none named), meter, count.
    create table check_in (
      msp_id uuid not null,
      site_id uuid not null,
      installation_id uuid not null,
      observed_at timestamptz not null,
      -- observed_at, moved by the clock's deviation where that is over 24 hours (rule 3, clock off).
      counted_at timestamptz not null,
      sent_at timestamptz not null,
      received_at timestamptz not null,
      clock_offset_seconds integer not null,
      tenant_refs text[] not null,
      meters text[] not null,
      quantities integer[] not null,
      content_hash bytea not null,
      channel text not null check (channel in ('push', 'pull', 'file')),
      protocol_version integer not null check (protocol_version > 0),
      product_version text,
      backups_passed integer,
      backups_failed integer,
      backups_unknown integer,
      -- Members that a newer protocol added, by JSON pointer: kept aside, not understood.
      extra jsonb,
      primary key (msp_id, site_id, installation_id, observed_at)
    ) partition by range (observed_at);

    -- Months are UTC. Partitions are made on demand; the login role owns nothing, so this runs as the owner.
    create function kontor_check_in_partition(month date) returns void
      language plpgsql security definer set search_path = pg_catalog, public as $$
    declare
      first date := date_trunc('month', month);
      name text := 'check_in_' || to_char(first, 'YYYY_MM');
    begin
      if to_regclass('public.' || name) is not null then return; end if;
      perform pg_advisory_xact_lock(hashtext('kontor_check_in_partition'));
      execute format('create table if not exists public.%I partition of public.check_in for values from (%L) to (%L)',
        name, (first::timestamp at time zone 'UTC'), ((first + interval '1 month') at time zone 'UTC'));
      execute format('alter table public.%I set (autovacuum_vacuum_insert_scale_factor = 0.5)', name);
      -- The parent's policy guards what is read through it; read past it, a partition would show every MSP's rows.
      execute format('alter table public.%I enable row level security', name);
      execute format('alter table public.%I force row level security', name);
    end $$;

    -- One per installation, period and revision; the arrays as in check_in, peaks instead of counts.
    create table usage_report (
      msp_id uuid not null,
      site_id uuid not null,
      installation_id uuid not null,
      period text not null check (period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'),
      revision integer not null check (revision > 0),
      sent_at timestamptz not null,
      received_at timestamptz not null,
      clock_offset_seconds integer not null,
      tenant_refs text[] not null,
      meters text[] not null,
      peaks integer[] not null,
      content_hash bytea not null,
      channel text not null check (channel in ('push', 'pull', 'file')),
      protocol_version integer not null check (protocol_version > 0),
      product_version text,
      -- As in check_in.
      extra jsonb,
      primary key (msp_id, site_id, installation_id, period, revision)
    );
    create index usage_report_by_period on usage_report (period, msp_id, site_id);

    -- Refused by ingest: counted nowhere, but shown. No MSP where none could be told.
    create table refused_message (
      id bigint generated always as identity primary key,
      received_at timestamptz not null,
      code text not null,
      detail text not null,
      claimed_period text,
      claimed_site text,
      key_fingerprint text,
      msp_id uuid references msp_terms
    );
    create index refused_message_by_period on refused_message (claimed_period, code);

    create table used_nonce (
      signing_key_id text not null,
      nonce text not null,
      used_at timestamptz not null,
      primary key (signing_key_id, nonce)
    );
    create index used_nonce_by_time on used_nonce (used_at);

    call kontor_protect('check_in', 'site_id in (select id from site)');
    call kontor_protect('usage_report', 'site_id in (select id from site)');
    alter table refused_message enable row level security;
    alter table refused_message force row level security;
    create policy visible on refused_message using ((select kontor_scope()) = 'all');
  `);
}
