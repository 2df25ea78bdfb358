import type { Knex } from 'knex';

/** Corrections by hand of issued statements, and the documents they lead to: credits, and revisions of a statement. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table correction (
      id uuid primary key,
      programme_code text not null references programme,
      msp_id uuid not null references msp_terms,
      statement_id uuid not null,
      -- Of that statement.
      distributor_id uuid not null references distributor_terms,
      period text not null,
      change text not null check (change in ('amount', 'quantity', 'waiver', 'reissue')),
      booking text not null check (booking in ('next_statement', 'credit', 'revision')),
      -- Of the statement; null: the statement as a whole.
      line_no integer,
      -- What was asked for, and what it comes to (domain CorrectionWish, CorrectionPlan).
      wish jsonb not null,
      plan jsonb not null,
      currency text not null,
      -- Negative: in favour of the MSP.
      amount_minor bigint not null,
      reason text not null check (reason <> ''),
      -- asked → confirmed | refused | withdrawn | expired
      state text not null check (state in ('asked', 'confirmed', 'refused', 'withdrawn', 'expired')),
      asked_at timestamptz not null,
      asked_by jsonb not null,
      remind_at timestamptz not null,
      decide_until timestamptz not null,
      -- Null: not known to run yet; a relay of the API starts it.
      workflow_started_at timestamptz,
      decided_at timestamptz,
      decided_by jsonb,
      decision_reason text,
      foreign key (msp_id, statement_id) references statement (msp_id, id),
      unique (msp_id, id),
      check ((state = 'asked') = (decided_at is null)),
      check ((change = 'reissue') = (booking = 'revision')),
      check (booking <> 'credit' or amount_minor < 0)
    );
    -- One waits at a time: what is left of a statement is then known to whoever confirms.
    create unique index correction_one_waits on correction (msp_id, statement_id) where state = 'asked';
    create index correction_by_statement on correction (statement_id);
    create index correction_by_time on correction (asked_at, id);
    create index correction_unstarted on correction (asked_at) where state = 'asked' and workflow_started_at is null;
    create index correction_to_book on correction (msp_id, programme_code)
      where state = 'confirmed' and booking = 'next_statement';
    call kontor_protect_team('correction');

    -- What two people have not confirmed changes nothing of what is billed.
    create function kontor_require_confirmation() returns trigger language plpgsql as $$
    begin
      if not exists (select from correction c
        where c.msp_id = new.msp_id and c.id = new.correction_id and c.state = 'confirmed' and c.booking = tg_argv[0]) then
        raise exception 'a correction takes effect once it is confirmed' using errcode = 'integrity_constraint_violation';
      end if;
      return new;
    end $$;
    alter table statement_line add foreign key (correction_id) references correction (id);
    create trigger confirmed after insert on statement_line for each row when (new.correction_id is not null)
      execute function kontor_require_confirmation('next_statement');

    -- Rule 13, for credits: the last number given per programme, distributor and year, and the end of their chain.
    create table credit_number (
      programme_code text not null references programme,
      distributor_id uuid not null references distributor_terms,
      year integer not null,
      last integer not null check (last >= 0),
      chain_hash bytea not null,
      primary key (programme_code, distributor_id, year)
    );
    call kontor_protect_team('credit_number');

    create table credit (
      id uuid primary key,
      correction_id uuid not null unique,
      programme_code text not null references programme,
      msp_id uuid not null references msp_terms,
      distributor_id uuid not null references distributor_terms,
      statement_id uuid not null,
      -- Of the statement that it corrects.
      period text not null,
      number text not null unique,
      sequence integer not null,
      year integer not null,
      credit_date date not null,
      currency text not null,
      total_minor bigint not null check (total_minor < 0),
      -- domain Credit.
      content jsonb not null,
      template_version integer not null,
      -- SHA-256 over the content, and over the chain up to this credit.
      content_hash bytea not null,
      previous_hash bytea not null,
      chain_hash bytea not null,
      issued_at timestamptz not null,
      foreign key (msp_id, statement_id) references statement (msp_id, id),
      foreign key (msp_id, correction_id) references correction (msp_id, id),
      unique (msp_id, id),
      unique (programme_code, distributor_id, year, sequence)
    );
    create index credit_by_statement on credit (msp_id, statement_id);
    create index credit_by_date on credit (credit_date, number);
    call kontor_protect('credit', 'distributor_id = (select kontor_distributor())', 'false');
    create trigger confirmed after insert on credit for each row execute function kontor_require_confirmation('credit');

    -- The same statement with its parties as they are now: revision 2, 3, … No amount is another.
    create table statement_revision (
      msp_id uuid not null,
      statement_id uuid not null,
      revision integer not null check (revision > 1),
      correction_id uuid not null unique,
      distributor_id uuid not null references distributor_terms,
      -- domain Statement without its lines.
      content jsonb not null,
      template_version integer not null,
      -- SHA-256 over content and lines; of the revision before; and over both.
      content_hash bytea not null,
      previous_hash bytea not null,
      chain_hash bytea not null,
      issued_at timestamptz not null,
      primary key (msp_id, statement_id, revision),
      foreign key (msp_id, statement_id) references statement (msp_id, id),
      foreign key (msp_id, correction_id) references correction (msp_id, id)
    );
    call kontor_protect('statement_revision', 'distributor_id = (select kontor_distributor())', 'false');
    create trigger confirmed after insert on statement_revision for each row
      execute function kontor_require_confirmation('revision');

    -- The PDF of a credit or a revision.
    create table correction_document (
      msp_id uuid not null,
      correction_id uuid not null,
      sha256 bytea not null,
      pages integer not null,
      pdf bytea not null,
      rendered_at timestamptz not null,
      primary key (msp_id, correction_id),
      foreign key (msp_id, correction_id) references correction (msp_id, id)
    );
    alter table correction_document alter column pdf set storage external;
    call kontor_protect('correction_document',
      'correction_id in (select correction_id from credit union all select correction_id from statement_revision)', 'false');

    alter table outbox add correction_id uuid references correction;

    -- A credit is in one billing pack: the next that its distributor gets in the programme.
    create table billing_pack_credit (
      billing_pack_id uuid not null references billing_pack,
      msp_id uuid not null,
      credit_id uuid primary key,
      foreign key (msp_id, credit_id) references credit (msp_id, id)
    );
    create index billing_pack_credit_by_pack on billing_pack_credit (billing_pack_id);
    call kontor_protect('billing_pack_credit', 'credit_id in (select id from credit)', 'false');

    create trigger frozen before update or delete on credit for each row execute function kontor_refuse_change();
    create trigger frozen before update or delete on statement_revision for each row execute function kontor_refuse_change();
    create trigger frozen before update or delete on correction_document for each row
      execute function kontor_refuse_change();
    create trigger frozen before update or delete on billing_pack_credit for each row
      execute function kontor_refuse_change();
    create trigger frozen_all before truncate on billing_pack_credit execute function kontor_refuse_change();
    create trigger frozen_all before truncate on credit execute function kontor_refuse_change();
    create trigger frozen_all before truncate on statement_revision execute function kontor_refuse_change();
    create trigger frozen_all before truncate on correction_document execute function kontor_refuse_change();
  `);
}
