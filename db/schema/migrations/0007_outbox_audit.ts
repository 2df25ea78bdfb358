import type { Knex } from 'knex';

/** Outgoing mail, the audit trail and idempotency keys. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- One row per message and recipient; message_id is its identity whatever is retried. The body is made when it is
    -- sent, from kind and params, which are frozen here.
    create table outbox (
      id bigint generated always as identity primary key,
      message_id text not null unique,
      kind text not null,
      locale text not null,
      -- Null: not known yet; it is the confirmed contact of a company once it is sent, and until there is one it waits.
      recipient text,
      to_company uuid references company,
      purpose text check (purpose in ('statements', 'technical', 'legal')),
      params jsonb not null,
      programme_code text references programme,
      period text,
      msp_id uuid references msp_terms,
      distributor_id uuid references distributor_terms,
      statement_id uuid references statement,
      billing_pack_id uuid references billing_pack,
      -- pending → sending → sent | pending again (4xx) | bounced (5xx) | uncertain (cut after the body) | parked
      state text not null default 'pending'
        check (state in ('pending', 'sending', 'sent', 'bounced', 'uncertain', 'parked')),
      attempts integer not null default 0,
      not_before timestamptz not null,
      -- When its claimer was last heard of, and who that is.
      claimed_at timestamptz,
      claimed_by text,
      -- In which life of the database: kontor_database_life().
      claimed_in text,
      -- This claimer has begun to hand it over: from then on it may have been accepted.
      handed_at timestamptz,
      -- Given to the relay alone, which names it in a report of what it could not deliver; nobody else can know it.
      envelope_id uuid not null unique default gen_random_uuid(),
      last_response text,
      sent_at timestamptz,
      created_at timestamptz not null,
      check ((to_company is null) = (purpose is null)),
      check (recipient is not null or to_company is not null)
    );
    create index outbox_due on outbox (not_before, id) where state = 'pending';
    create index outbox_sending on outbox (claimed_at) where state = 'sending';
    create index outbox_by_period on outbox (programme_code, period, state);

    -- Append-only and chained: hash = SHA-256 of the previous hash and this row's canonical JSON.
    create table audit_event (
      id bigint primary key,
      at timestamptz not null,
      actor jsonb not null,
      action text not null,
      subject text not null,
      msp_id uuid,
      before jsonb,
      after jsonb,
      reason text,
      previous_hash bytea not null,
      hash bytea not null
    );
    create index audit_event_by_subject on audit_event (subject, id);
    create index audit_event_by_actor on audit_event ((actor ->> 'id'), id);
    create index audit_event_by_msp on audit_event (msp_id, id);

    -- The plan for the last event is made once per connection, often over an empty trail, and kept: it must not be the one
    -- that reads all of the trail for each event.
    create function kontor_chain_audit() returns trigger language plpgsql set enable_seqscan = off as $$
    declare
      last record;
      scope text := kontor_scope();
    begin
      perform pg_advisory_xact_lock(hashtext('kontor_audit_chain'));
      perform set_config('kontor.scope', 'all', true);
      select id, hash into last from audit_event order by id desc limit 1;
      new.id := coalesce(last.id, 0) + 1;
      new.previous_hash := coalesce(last.hash, '\\x');
      new.hash := sha256(new.previous_hash || convert_to(jsonb_build_array(new.id, extract(epoch from new.at), new.actor,
        new.action, new.subject, new.msp_id, new.before, new.after, new.reason)::text, 'UTF8'));
      perform set_config('kontor.scope', scope, true);
      return new;
    end $$;
    create trigger chain before insert on audit_event for each row execute function kontor_chain_audit();
    create trigger frozen before update or delete on audit_event for each row execute function kontor_refuse_change();
    create trigger frozen_all before truncate on audit_event execute function kontor_refuse_change();

    -- Answers already given under an Idempotency-Key, with the hash of the request they were given to.
    create table idempotency_key (
      principal text not null,
      key text not null,
      request_hash bytea not null,
      status integer not null,
      body jsonb not null,
      -- The process that works on the answer, by db/presence.ts.
      worked_on_by integer not null,
      created_at timestamptz not null,
      primary key (principal, key)
    );

    -- Batches of mails that were taken in hand, in the order of their commits. Temporal keeps the last of them too: a database
    -- that does not know that one was restored from a backup. Batch 0 is no batch; its token names the database and its copies.
    create table mail_batch (
      number bigint not null,
      token uuid not null default gen_random_uuid(),
      primary key (number, token)
    );
    create trigger frozen before update or delete on mail_batch for each row execute function kontor_refuse_change();

    -- One at a time: whoever knows a batch knows all before it. Call it last in a transaction.
    create function kontor_begin_mail_batch() returns setof mail_batch language plpgsql as $$
    begin
      perform pg_advisory_xact_lock(hashtext('kontor_mail_batch'));
      return query insert into mail_batch (number) select coalesce(max(b.number), 0) + 1 from mail_batch b returning *;
    end $$;

    -- Another one after a dump was restored (tables are made anew), a point in time was recovered, or a standby was promoted (a
    -- timeline of its own): a transaction that was committed may be missing in it.
    create function kontor_database_life() returns text language sql stable as $$
      select concat_ws('.', (select system_identifier from pg_control_system()),
        left(pg_walfile_name(pg_current_wal_insert_lsn()), 8), (select oid from pg_database where datname = current_database()),
        'outbox'::regclass::oid)
    $$;

    alter table outbox enable row level security;
    alter table outbox force row level security;
    create policy owned on outbox using ((select kontor_scope()) = 'all' or msp_id = (select kontor_msp()));
    create policy visible on outbox for select using (distributor_id = (select kontor_distributor()));

    -- A statement of its own, which the sender of mails asks for each: right before a body is handed over.
    create function kontor_hand_over_mails(ids bigint[], claimer text) returns setof bigint
      language plpgsql as $$
    begin
      perform set_config('kontor.scope', 'all', true);
      return query update outbox set handed_at = coalesce(handed_at, now())
        where id = any (ids) and claimed_by = claimer and state = 'sending' returning id;
    end $$;

    alter table audit_event enable row level security;
    alter table audit_event force row level security;
    create policy visible on audit_event for select using ((select kontor_scope()) = 'all');
    create policy appended on audit_event for insert with check (true);
  `);
}
