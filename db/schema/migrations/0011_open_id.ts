import type { Knex } from 'knex';

/** Identity providers of companies, who signs in through them, and what a session through one may be used for. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Vouches for the people of one company, by OpenID Connect. The issuer never changes: its subjects are known people.
    create table identity_provider (
      id uuid primary key,
      company_id uuid not null references company,
      -- Part of its addresses here.
      code text not null,
      name text not null,
      issuer text not null,
      client_id text not null,
      -- As the provider gave it, encrypted with SECRET_KEYS; null: a public client, which PKCE alone protects.
      sealed_secret text,
      scopes text[] not null,
      -- The claim whose values give a level, and what each gives, the first that fits; null: people are invited by hand.
      level_claim text,
      levels jsonb not null,
      -- Whether somebody whom nobody invited is made a person, where a value gives her a level.
      makes_people boolean not null,
      -- Of addresses by which it may say who somebody is; the partner team has convinced itself that they are the company's.
      mail_domains text[] not null,
      -- Whether it is shown to everybody who is about to sign in.
      listed boolean not null,
      created_at timestamptz not null,
      -- Who made or last changed it: the people it makes are made by them (rule 18).
      set_by jsonb not null,
      ended_at timestamptz,
      check ((level_claim is null) = (levels = '[]')),
      unique (company_id, id)
    );
    create unique index identity_provider_code on identity_provider (code) where ended_at is null;
    create index identity_provider_by_company on identity_provider (company_id, created_at, id);

    -- Who somebody is for a provider: its subject, which it gives to nobody else.
    create table person_identity (
      id uuid primary key,
      person_id uuid not null references person,
      identity_provider_id uuid not null references identity_provider,
      subject text not null,
      linked_at timestamptz not null,
      last_used_at timestamptz not null,
      -- When its claims gave no level any more; null: they do, or what they gave was ended by hand.
      lapsed_at timestamptz,
      unique (identity_provider_id, subject),
      unique (identity_provider_id, person_id)
    );
    create index person_identity_by_person on person_identity (person_id, linked_at);

    -- Somebody on her way to a provider and back, in one browser. Nonce and code verifier follow from the secret in the
    -- browser's cookie: what is kept here finishes no sign-in.
    create table sign_in_attempt (
      state_hash bytea primary key,
      browser_hash bytea not null,
      identity_provider_id uuid not null references identity_provider,
      return_to text not null,
      expires_at timestamptz not null
    );
    create index sign_in_attempt_by_expiry on sign_in_attempt (expires_at);

    -- Null: by hand. Else the provider made it, changes it, and is the only way to act by it.
    alter table membership add column identity_provider_id uuid,
      add foreign key (company_id, identity_provider_id) references identity_provider (company_id, id);
    create index membership_by_identity_provider on membership (identity_provider_id)
      where identity_provider_id is not null;

    -- Null: the person proved who she is to Kontor itself. Else she acts for the provider's company alone.
    alter table session add column identity_provider_id uuid references identity_provider;

    call kontor_protect_team('identity_provider');
    call kontor_protect_team('person_identity');
    call kontor_protect_team('sign_in_attempt');

    -- Who sends that session's secret, as kontor_sender_by_token. Its last use is kept to the minute.
    create function kontor_sender_by_session(hash bytea) returns table (
      "credentialId" uuid, "membershipId" uuid, kind text, id uuid, name text, "companyId" uuid, "companyName" text,
      view text, level text, actions text[], "narrowedTo" text, tenants uuid[], "providerId" uuid)
      language plpgsql set plan_cache_mode = force_generic_plan as $$
    begin
      perform set_config('kontor.scope', 'all', true);
      return query
        select s.id, s.membership_id, w.kind, w.id, w.name, w."companyId", w."companyName", s.view, w.level, w.actions,
          null::text, w.tenants, s.identity_provider_id
        from session s cross join lateral kontor_acting(s.membership_id, s.view) w
        join membership m on m.id = s.membership_id
        left join identity_provider i on i.id = s.identity_provider_id
        where s.token_hash = hash and s.ended_at is null and s.ends_at > now()
          and s.last_used_at + make_interval(secs => s.idle_seconds) > now()
          and (i.id is null or (i.ended_at is null and i.company_id = m.company_id))
          and (m.identity_provider_id is null or m.identity_provider_id = i.id);
      if found then
        update session set last_used_at = now() where token_hash = hash and last_used_at < now() - interval '1 minute';
      end if;
      perform set_config('kontor.scope', '', true);
    end $$;
  `);
}
