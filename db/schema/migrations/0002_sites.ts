import type { Knex } from 'knex';

/** Tenants, sites, their keys and installations, and term licences. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table tenant (
      msp_id uuid not null references msp,
      id uuid not null,
      ref text not null,
      name text not null,
      state text not null check (state in ('onboarding', 'active', 'closed')),
      created_at timestamptz not null,
      primary key (msp_id, id),
      unique (msp_id, ref)
    );

    create table site (
      msp_id uuid not null references msp,
      id uuid not null unique,
      programme_code text not null,
      -- The first month it may report: nothing earlier is accepted.
      from_period text not null,
      name text not null,
      product text not null,
      state text not null check (state in ('created', 'active', 'retired')),
      contact text not null default 'ok' check (contact in ('ok', 'warned', 'blocked', 'disabled')),
      created_at timestamptz not null,
      activated_at timestamptz,
      last_contact_at timestamptz,
      primary key (msp_id, id),
      unique (msp_id, name),
      foreign key (msp_id, programme_code) references participation (msp_id, programme_code)
    );

    create table site_tenant (
      msp_id uuid not null,
      site_id uuid not null,
      tenant_id uuid not null,
      primary key (msp_id, site_id, tenant_id),
      foreign key (msp_id, site_id) references site (msp_id, id),
      foreign key (msp_id, tenant_id) references tenant (msp_id, id)
    );

    -- The key itself is shown once and never stored; key_hash is SHA-256 of its 256 random bits.
    create table metered_key (
      msp_id uuid not null,
      id uuid not null,
      site_id uuid not null,
      key_hash bytea not null unique,
      state text not null check (state in ('issued', 'active', 'disabled', 'revoked', 'destroyed')),
      issued_at timestamptz not null,
      ended_at timestamptz,
      reason text,
      primary key (msp_id, id),
      foreign key (msp_id, site_id) references site (msp_id, id)
    );
    create unique index metered_key_one_live on metered_key (msp_id, site_id)
      where state in ('issued', 'active', 'disabled');

    -- One row per installation that activated with the site's key: a second one is detected, not merged.
    create table installation (
      msp_id uuid not null,
      site_id uuid not null,
      id uuid not null,
      metered_key_id uuid not null,
      product_version text not null,
      activated_at timestamptz not null,
      primary key (msp_id, site_id, id),
      foreign key (msp_id, site_id) references site (msp_id, id),
      foreign key (msp_id, metered_key_id) references metered_key (msp_id, id)
    );

    -- Ed25519 public keys; at most two live ones per installation, for rotation.
    create table signing_key (
      msp_id uuid not null,
      site_id uuid not null,
      installation_id uuid not null,
      id text not null unique,
      public_key bytea not null check (length(public_key) = 32),
      registered_at timestamptz not null,
      retired_at timestamptz,
      primary key (msp_id, id),
      foreign key (msp_id, site_id, installation_id) references installation (msp_id, site_id, id)
    );
    create index signing_key_by_installation on signing_key (msp_id, site_id, installation_id);

    create table term_licence (
      msp_id uuid not null,
      id uuid not null,
      site_id uuid not null,
      tenant_id uuid,
      meter text not null,
      count integer not null check (count > 0),
      starts_on date not null,
      ends_on date not null check (ends_on > starts_on),
      primary key (msp_id, id),
      foreign key (msp_id, site_id) references site (msp_id, id),
      foreign key (msp_id, tenant_id) references tenant (msp_id, id)
    );
    create index term_licence_by_site on term_licence (msp_id, site_id);

    call kontor_protect('tenant');
    call kontor_protect('site', '(msp_id, programme_code) in (select msp_id, programme_code from participation)');
    call kontor_protect('site_tenant', 'site_id in (select id from site)');
    call kontor_protect('metered_key', 'site_id in (select id from site)');
    call kontor_protect('installation', 'site_id in (select id from site)');
    call kontor_protect('signing_key', 'site_id in (select id from site)');
    call kontor_protect('term_licence', 'site_id in (select id from site)');
  `);
}
