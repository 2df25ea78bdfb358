import type { Knex } from 'knex';

/** Tenants and their units, sites, keys and installations, and term licences. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- A tenant, or a unit below it: a tree of any depth.
    create table tenant (
      msp_id uuid not null references msp_terms,
      id uuid not null unique,
      parent_id uuid,
      -- The customer's own company, where it has one: its people see what is theirs.
      customer_id uuid references company,
      ref text not null,
      name text not null,
      state text not null check (state in ('onboarding', 'active', 'closed')),
      -- From that period on nothing is assigned to it.
      closed_from text check (closed_from ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'),
      created_at timestamptz not null,
      primary key (msp_id, id),
      unique (msp_id, ref),
      foreign key (msp_id, parent_id) references tenant (msp_id, id)
    );
    create index tenant_by_parent on tenant (msp_id, parent_id);
    create index tenant_by_customer on tenant (customer_id) where customer_id is not null;

    create table site (
      msp_id uuid not null references msp_terms,
      id uuid not null unique,
      programme_code text not null,
      name text not null,
      product text not null,
      kind text not null check (kind in ('managed', 'standalone')),
      -- How its messages come in general; each message says by which channel it came.
      channel text not null check (channel in ('push', 'pull', 'file')),
      -- Its first month: nothing is accepted for an earlier one.
      from_period text not null check (from_period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'),
      state text not null check (state in ('created', 'active', 'retired')),
      contact text not null default 'ok' check (contact in ('ok', 'warned', 'blocked', 'disabled')),
      created_at timestamptz not null,
      activated_at timestamptz,
      -- Reminders to the MSP that are left, in order, while the state is created.
      remind_at timestamptz[] not null default '{}',
      last_contact_at timestamptz,
      primary key (msp_id, id),
      foreign key (msp_id, programme_code) references participation (msp_id, programme_code)
    );
    -- The name of a retired site is free again.
    create unique index site_name_in_use on site (msp_id, kontor_comparable_name(name)) where state <> 'retired';

    -- What a site calls a tenant or unit in its messages, from a period, until a period (exclusive).
    create table site_tenant (
      msp_id uuid not null,
      site_id uuid not null,
      reference text not null check (length(reference) <= 500),
      tenant_id uuid not null,
      from_period text not null check (from_period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'),
      until_period text check (until_period > from_period),
      primary key (msp_id, site_id, reference, from_period),
      foreign key (msp_id, site_id) references site (msp_id, id),
      foreign key (msp_id, tenant_id) references tenant (msp_id, id)
    );
    create unique index site_tenant_open on site_tenant (msp_id, site_id, reference) where until_period is null;
    create index site_tenant_by_tenant on site_tenant (msp_id, tenant_id);

    -- Of one site, or of a tenant and product: then any site that serves the tenant activates with it. The key itself is
    -- shown once and never stored; key_hash is SHA-256 of its 256 random bits.
    create table metered_key (
      msp_id uuid not null,
      id uuid not null,
      kind text not null check (kind in ('metered', 'additional')),
      site_id uuid,
      tenant_id uuid,
      programme_code text,
      product text,
      key_hash bytea not null unique,
      state text not null check (state in ('issued', 'active', 'disabled', 'revoked', 'destroyed')),
      issued_at timestamptz not null,
      -- What ended it first, and the instant from which that counts: a revocation may reach back.
      ended_how text check (ended_how in ('disabled', 'revoked', 'destroyed', 'rotated')),
      ended_at timestamptz,
      -- When that was said, where it reaches back; null: at that instant.
      end_noted_at timestamptz,
      -- Who revoked or destroyed it: what is used after its own revocation is billed to the MSP (case 17).
      ended_by text check (ended_by in ('msp', 'vendor')),
      reason text,
      primary key (msp_id, id),
      check ((ended_by is not null) = (ended_how is not null and ended_how in ('revoked', 'destroyed'))),
      check ((site_id is null) = (tenant_id is not null and programme_code is not null and product is not null)),
      check ((ended_how is null) = (ended_at is null)),
      check (end_noted_at > ended_at),
      check ((state in ('issued', 'active')) = (ended_how is null)),
      foreign key (msp_id, site_id) references site (msp_id, id),
      foreign key (msp_id, tenant_id) references tenant (msp_id, id),
      foreign key (msp_id, programme_code) references participation (msp_id, programme_code)
    );
    create unique index metered_key_one_live on metered_key (msp_id, site_id)
      where kind = 'metered' and state in ('issued', 'active', 'disabled');
    create index metered_key_by_site on metered_key (msp_id, site_id);

    -- That somebody asked to destroy a key, and why: it is destroyed once that is confirmed under this id.
    create table key_destruction (
      msp_id uuid not null,
      id uuid not null,
      metered_key_id uuid not null,
      -- The key's own.
      site_id uuid,
      tenant_id uuid,
      reason text not null,
      asked_at timestamptz not null,
      asked_by jsonb not null,
      primary key (msp_id, id),
      foreign key (msp_id, metered_key_id) references metered_key (msp_id, id)
    );

    -- A version as something that compares: 8.10 is newer than 8.9.3, and 8 the same as 8.0.0 (domain/catalog).
    create function kontor_version(version text) returns integer[] language sql immutable parallel safe
      as $$ select (string_to_array(version || '.0.0.0', '.')::integer[])[1:4] $$;

    -- One row per installation that activated: a second one on the same key is detected, not merged.
    create table installation (
      msp_id uuid not null,
      site_id uuid not null,
      id uuid not null,
      -- The key it uses now.
      metered_key_id uuid not null,
      enrolled_by text not null check (enrolled_by in ('key', 'token')),
      product_version text not null,
      activated_at timestamptz not null,
      -- Of the newest message: when it came, and the version it named.
      last_heard_at timestamptz,
      product_version_seen text,
      -- Neither is expected to report. Replaced for free (rule 6), it counts as one with its successor until then.
      replaced_by uuid,
      replaced_at timestamptz,
      replaced_for_free boolean,
      retired_at timestamptz,
      primary key (msp_id, site_id, id),
      check ((replaced_by is null) = (replaced_at is null) and (replaced_by is null) = (replaced_for_free is null)),
      check (replaced_by <> id),
      foreign key (msp_id, site_id) references site (msp_id, id),
      foreign key (msp_id, metered_key_id) references metered_key (msp_id, id),
      foreign key (msp_id, site_id, replaced_by) references installation (msp_id, site_id, id)
    );

    create index installation_by_id on installation (id);

    -- Lets new installations enrol without a key, as many as it has uses. The token itself is shown once and never stored;
    -- token_hash is SHA-256 of its 256 random bits.
    create table enrolment_token (
      msp_id uuid not null,
      id uuid not null,
      programme_code text not null,
      product text not null,
      -- Its sites serve this tenant; null: those that are added serve none yet.
      tenant_id uuid,
      token_hash bytea not null unique,
      uses integer not null check (uses between 1 and 100),
      used integer not null default 0 check (used between 0 and uses),
      made_at timestamptz not null,
      made_by jsonb not null,
      expires_at timestamptz not null check (expires_at > made_at),
      revoked_at timestamptz,
      primary key (msp_id, id),
      foreign key (msp_id, programme_code) references participation (msp_id, programme_code),
      foreign key (msp_id, tenant_id) references tenant (msp_id, id)
    );
    create index enrolment_token_by_time on enrolment_token (msp_id, made_at, id);

    -- Who used a token: asked again by the same installation it is the same use. asked_hash: of all that it said then.
    create table enrolment (
      msp_id uuid not null,
      token_id uuid not null,
      installation_id uuid not null,
      site_id uuid not null,
      asked_hash bytea not null,
      enrolled_at timestamptz not null,
      primary key (msp_id, token_id, installation_id),
      foreign key (msp_id, token_id) references enrolment_token (msp_id, id),
      foreign key (msp_id, site_id, installation_id) references installation (msp_id, site_id, id)
    );

    -- Keys an installation used before its present one, until when: what ended such a key counts for what it said then.
    create table former_key (
      msp_id uuid not null,
      site_id uuid not null,
      installation_id uuid not null,
      metered_key_id uuid not null,
      until_at timestamptz not null,
      primary key (msp_id, site_id, installation_id, metered_key_id),
      foreign key (msp_id, site_id, installation_id) references installation (msp_id, site_id, id),
      foreign key (msp_id, metered_key_id) references metered_key (msp_id, id)
    );

    -- What ended a key before a revocation as of an earlier instant took its place, and when: months that were frozen between
    -- were judged by it.
    create table former_end (
      msp_id uuid not null,
      metered_key_id uuid not null,
      ended_how text not null check (ended_how in ('revoked', 'destroyed', 'rotated')),
      ended_at timestamptz not null,
      ended_by text check (ended_by in ('msp', 'vendor')),
      noted_at timestamptz not null,
      replaced_at timestamptz not null check (replaced_at >= noted_at),
      primary key (msp_id, metered_key_id, replaced_at),
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

    -- The Ed25519 key by which Kontor signs what is carried to machines without a network. There is one; its private half is
    -- encrypted (config/secretBox.ts).
    create table answer_key (
      sole boolean primary key default true check (sole),
      id text not null unique,
      public_key bytea not null check (length(public_key) = 32),
      sealed_private_key text not null,
      made_at timestamptz not null
    );

    create table term_licence (
      msp_id uuid not null,
      id uuid not null,
      site_id uuid not null,
      tenant_id uuid,
      meter text not null,
      count integer not null check (count > 0),
      starts_on date not null,
      -- The first day it does not cover; earlier than agreed once it was ended.
      ends_on date not null check (ends_on >= starts_on),
      agreed_until date not null check (agreed_until > starts_on and agreed_until >= ends_on),
      -- Rule 21: it came into being by this order, approved.
      order_id uuid not null unique,
      -- The licence it extends, or follows.
      extends uuid,
      renews uuid,
      -- Of the term it belongs to; for its price.
      term_starts_on date not null,
      years integer not null check (years between 1 and 5),
      -- Agreed with the order: of one unit and year.
      unit_price numeric not null check (unit_price >= 0),
      price_currency text not null,
      billing text not null check (billing in ('whole', 'twelfths')),
      instalments integer not null check (instalments between 1 and 60),
      ended_at timestamptz,
      ended_by jsonb,
      end_reason text,
      primary key (msp_id, id),
      foreign key (msp_id, extends) references term_licence (msp_id, id),
      foreign key (msp_id, renews) references term_licence (msp_id, id),
      foreign key (msp_id, site_id) references site (msp_id, id),
      foreign key (msp_id, tenant_id) references tenant (msp_id, id)
    );
    create index term_licence_by_site on term_licence (msp_id, site_id);

    -- Of tenants a distributor sees those that a site or a key of a programme in which it bills is for.
    call kontor_protect('tenant',
      $$id in (select tenant_id from site_tenant) or id in (select tenant_id from metered_key where tenant_id is not null)$$,
      'id = any((select kontor_tenants())::uuid[])');
    call kontor_protect('site', '(msp_id, programme_code) in (select msp_id, programme_code from billed_now)',
      'id = any((select kontor_sites())::uuid[])');
    call kontor_protect('site_tenant',
      $$(until_period is null or until_period > (select kontor_this_period())) and site_id in (select id from site)$$,
      'tenant_id = any((select kontor_tenants())::uuid[])');
    call kontor_protect('metered_key',
      $$site_id in (select id from site) or (msp_id, programme_code) in (select msp_id, programme_code from billed_now)$$,
      'site_id = any((select kontor_sites())::uuid[]) or tenant_id = any((select kontor_tenants())::uuid[])');
    call kontor_protect('key_destruction', 'false',
      'site_id = any((select kontor_sites())::uuid[]) or tenant_id = any((select kontor_tenants())::uuid[])');
    call kontor_protect('installation', 'site_id in (select id from site)',
      'site_id = any((select kontor_sites())::uuid[])');
    call kontor_protect('enrolment_token', 'false', 'tenant_id = any((select kontor_tenants())::uuid[])');
    call kontor_protect('enrolment', 'false', 'false');
    call kontor_protect_team('answer_key');
    call kontor_protect('former_key', 'site_id in (select id from site)', 'false');
    call kontor_protect('former_end', 'metered_key_id in (select id from metered_key)', 'false');
    call kontor_protect('signing_key', 'site_id in (select id from site)', 'false');
    -- A licence of a whole site is shared by all that the site serves.
    call kontor_protect('term_licence', 'site_id in (select id from site)',
      $$tenant_id = any((select kontor_tenants())::uuid[])
        or tenant_id is null and site_id = any((select kontor_whole_sites())::uuid[])$$);

    -- All that a reader who is limited to tenants may write, where site or tenant is wholly its own: it destroys keys, by
    -- which a site without any other key retires (to lock it takes the same policy), which it asks for before, and gets
    -- additional ones.
    create policy destroyed on metered_key for update using (
      (select kontor_scope()) = 'tenants' and (site_id = any((select kontor_whole_sites())::uuid[])
        or tenant_id = any((select kontor_whole_tenants())::uuid[]))
    ) with check (
      (select kontor_scope()) = 'tenants' and state = 'destroyed' and (site_id = any((select kontor_whole_sites())::uuid[])
        or tenant_id = any((select kontor_whole_tenants())::uuid[]))
    );
    create policy asked on key_destruction for insert with check (
      (select kontor_scope()) = 'tenants' and (site_id = any((select kontor_whole_sites())::uuid[])
        or tenant_id = any((select kontor_whole_tenants())::uuid[]))
    );
    create policy added on metered_key for insert with check (
      (select kontor_scope()) = 'tenants' and kind = 'additional' and state = 'issued'
        and (site_id = any((select kontor_whole_sites())::uuid[])
          or tenant_id = any((select kontor_whole_tenants())::uuid[]))
    );
    -- Of a tenant that is wholly its own it also lets new installations enrol, and withdraws that.
    create policy made on enrolment_token for insert with check (
      (select kontor_scope()) = 'tenants' and tenant_id = any((select kontor_whole_tenants())::uuid[]) and used = 0
    );
    create policy withdrawn on enrolment_token for update
      using ((select kontor_scope()) = 'tenants' and tenant_id = any((select kontor_whole_tenants())::uuid[]))
      with check ((select kontor_scope()) = 'tenants' and tenant_id = any((select kontor_whole_tenants())::uuid[])
        and revoked_at is not null);
    create policy retired on site for update
      using ((select kontor_scope()) = 'tenants' and id = any((select kontor_whole_sites())::uuid[]))
      with check ((select kontor_scope()) = 'tenants' and state = 'retired'
        and id = any((select kontor_whole_sites())::uuid[]));

    -- Begins a transaction of a reader who is limited to tenants (db/connect.ts). What it reaches is looked up here, once,
    -- so that the policies need no other table: now or later, a site serves one of the tenants, or only such. A tenant is
    -- wholly the reader's when every unit below it is, and every site that uses one of its keys.
    create function kontor_enter_tenants(company uuid, tenants uuid[]) returns void language plpgsql as $$
    declare
      msps uuid[];
      sites uuid[];
      whole_sites uuid[];
      whole_tenants uuid[];
    begin
      perform set_config('kontor.scope', 'all', true);
      msps := array(select distinct msp_id from tenant where id = any(tenants));
      select array_agg(served.site_id), array_agg(served.site_id) filter (where served.whole)
        into sites, whole_sites
        from (select a.site_id, bool_or(a.tenant_id = any(tenants)) as reached, bool_and(a.tenant_id = any(tenants)) as whole
          from site_tenant a
          where a.msp_id = any(msps) and (a.until_period is null or a.until_period > kontor_this_period())
          group by 1) served
        where served.reached;
      with recursive shared as (
        select parent_id as id from tenant where msp_id = any(msps) and parent_id = any(tenants) and id <> all(tenants)
        union
        select k.tenant_id from metered_key k
          join installation i on i.msp_id = k.msp_id and i.metered_key_id = k.id
          where k.msp_id = any(msps) and k.tenant_id = any(tenants) and i.site_id <> all(coalesce(whole_sites, '{}'))
        union
        select t.parent_id from shared join tenant t on t.id = shared.id where t.parent_id is not null)
      select array_agg(id) into whole_tenants from unnest(tenants) as t (id) where id not in (select id from shared);
      perform set_config('kontor.tenants', tenants::text, true), set_config('kontor.msps', msps::text, true),
        set_config('kontor.sites', sites::text, true), set_config('kontor.whole_sites', whole_sites::text, true),
        set_config('kontor.whole_tenants', whole_tenants::text, true),
        set_config('kontor.company_id', company::text, true), set_config('kontor.scope', 'tenants', true);
    end $$;
  `);
}
