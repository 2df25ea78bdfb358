import type { Knex } from 'knex';

/** How people prove who they are, and the sessions that begin with it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table person_password (
      person_id uuid primary key references person,
      -- scrypt with its parameters and salt.
      hash text not null,
      set_at timestamptz not null
    );

    -- An authenticator: asked for at sign-in once it is confirmed by a first code.
    create table person_totp (
      person_id uuid primary key references person,
      -- Encrypted with SECRET_KEYS.
      sealed_secret text not null,
      made_at timestamptz not null,
      confirmed_at timestamptz,
      -- Of the last code that was accepted: none of this step or before is again.
      last_step bigint
    );

    create table recovery_code (
      person_id uuid not null references person,
      hash bytea not null,
      made_at timestamptz not null,
      used_at timestamptz,
      primary key (person_id, hash)
    );

    -- Good until it expires, and all but those of an application or a waiting list once. The secret is made when the link is shown or mailed; until then there is none.
    create table one_time_link (
      id uuid primary key,
      person_id uuid references person,
      kind text not null check (kind in ('invitation', 'reset', 'contact', 'application', 'waiting')),
      membership_id uuid references membership,
      -- Of an address that is to be confirmed.
      contact_id uuid references company_contact,
      -- Of an application that its applicant follows, or withdraws, as often as she likes.
      applicant_id uuid,
      programme_code text,
      -- Of a wish to be told, which whoever follows it confirms, and withdraws; it goes with the wish.
      waiting_id uuid references waiting_list on delete cascade,
      token_hash bytea unique,
      made_at timestamptz not null,
      made_by uuid,
      expires_at timestamptz not null,
      used_at timestamptz,
      withdrawn_at timestamptz,
      foreign key (applicant_id, programme_code) references participation (msp_id, programme_code),
      check ((kind in ('invitation', 'reset')) = (person_id is not null)),
      check ((kind = 'invitation') = (membership_id is not null)),
      check ((kind = 'contact') = (contact_id is not null)),
      check ((kind = 'application') = (applicant_id is not null)),
      check ((kind = 'waiting') = (waiting_id is not null)),
      check ((kind in ('application', 'waiting')) = (programme_code is not null))
    );
    create index one_time_link_by_person on one_time_link (person_id, made_at);
    create index one_time_link_by_contact on one_time_link (contact_id);
    create index one_time_link_by_waiting on one_time_link (waiting_id);

    -- Tries to sign in that failed, for an address, of a login or not, and for the host they come from.
    create table sign_in_failure (
      subject bytea primary key,
      failures integer not null,
      last_at timestamptz not null,
      wait_until timestamptz
    );

    -- A person at a browser, acting by one membership in one view.
    create table session (
      id uuid primary key,
      person_id uuid not null references person,
      membership_id uuid not null,
      view text not null,
      token_hash bytea not null unique,
      opened_at timestamptz not null,
      last_used_at timestamptz not null,
      idle_seconds integer not null,
      ends_at timestamptz not null,
      ended_at timestamptz,
      -- Where from and with what, for the person's own list.
      address text not null,
      agent text not null,
      foreign key (person_id, membership_id) references membership (person_id, id)
    );
    create index session_by_person on session (person_id, opened_at);

    call kontor_protect_team('person_password');
    call kontor_protect_team('person_totp');
    call kontor_protect_team('recovery_code');
    call kontor_protect_team('one_time_link');
    call kontor_protect_team('sign_in_failure');
    call kontor_protect_team('session');
  `);
}
