import type { Knex } from 'knex';

/** Issued statements: insert-only, numbered without gaps, chained by hash; documents; billing packs. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Rule 13: the last number given per programme, distributor and year; the row lock makes numbers gapless.
    create table statement_number (
      programme_code text not null references programme,
      distributor_id uuid not null references distributor_terms,
      year integer not null,
      last integer not null check (last >= 0),
      -- Hash of the last statement in the chain of that series.
      chain_hash bytea not null,
      primary key (programme_code, distributor_id, year)
    );

    create table statement (
      id uuid primary key,
      programme_code text not null references programme,
      msp_id uuid not null references msp_terms,
      distributor_id uuid not null references distributor_terms,
      period text not null,
      revision integer not null check (revision > 0),
      number text not null unique,
      sequence integer not null,
      year integer not null,
      statement_date date not null,
      currency text not null,
      total_minor bigint not null,
      line_count integer not null,
      -- domain Statement without its lines.
      content jsonb not null,
      template_version integer not null,
      -- SHA-256 over content and lines, and over the chain up to this statement.
      content_hash bytea not null,
      previous_hash bytea not null,
      chain_hash bytea not null,
      issued_at timestamptz not null,
      unique (msp_id, programme_code, period, revision),
      unique (programme_code, distributor_id, year, sequence),
      unique (msp_id, id)
    );
    create index statement_by_period on statement (programme_code, period, distributor_id);

    create table statement_line (
      msp_id uuid not null,
      statement_id uuid not null,
      line_no integer not null,
      programme_code text not null,
      period text not null,
      kind text not null check (kind in
        ('usage', 'correction', 'minimum', 'minimum_correction', 'manual_correction', 'term', 'extension')),
      site_id uuid,
      tenant_ref text,
      tenant_id uuid,
      meter text,
      peak integer,
      quantity integer,
      basis text,
      for_period text,
      -- The correction by hand that it books.
      correction_id uuid check ((correction_id is null) = (kind <> 'manual_correction')),
      amount_minor bigint not null,
      -- domain StatementLine in full.
      content jsonb not null,
      primary key (msp_id, statement_id, line_no),
      foreign key (msp_id, statement_id) references statement (msp_id, id)
    );
    create index statement_line_by_usage on statement_line (msp_id, period, site_id) where kind = 'usage';
    create unique index statement_line_books_once on statement_line (correction_id) where correction_id is not null;
    create index statement_line_by_correction on statement_line (msp_id, for_period, site_id) where for_period is not null;

    create table statement_document (
      msp_id uuid not null,
      statement_id uuid not null,
      sha256 bytea not null,
      pages integer not null,
      pdf bytea not null,
      rendered_at timestamptz not null,
      primary key (msp_id, statement_id),
      foreign key (msp_id, statement_id) references statement (msp_id, id)
    );
    alter table statement_document alter column pdf set storage external;

    -- What a distributor gets: supplement 0 with the run, then one per batch of MSPs settled later.
    create table billing_pack (
      id uuid primary key,
      programme_code text not null,
      distributor_id uuid not null references distributor_terms,
      period text not null,
      supplement integer not null check (supplement >= 0),
      summary jsonb not null,
      summary_sha256 bytea not null,
      summary_pdf bytea not null,
      lines_csv bytea not null,
      made_at timestamptz not null,
      unique (programme_code, distributor_id, period, supplement),
      foreign key (programme_code, period) references billing_run (programme_code, period)
    );
    create table billing_pack_statement (
      billing_pack_id uuid not null references billing_pack,
      msp_id uuid not null,
      statement_id uuid not null,
      primary key (msp_id, statement_id),
      foreign key (msp_id, statement_id) references statement (msp_id, id)
    );
    create index billing_pack_statement_by_pack on billing_pack_statement (billing_pack_id);
    alter table billing_pack enable row level security;
    alter table billing_pack force row level security;
    create policy owned on billing_pack using ((select kontor_scope()) = 'all');
    create policy visible on billing_pack for select using (distributor_id = (select kontor_distributor()));

    -- What a distributor says of a pack: that it has it, once, or a question, of which one at a time is open. An answer is final.
    create table billing_pack_response (
      id uuid primary key,
      billing_pack_id uuid not null references billing_pack,
      distributor_id uuid not null references distributor_terms,
      kind text not null check (kind in ('acknowledged', 'questioned')),
      question text check ((question is not null) = (kind = 'questioned')),
      said_at timestamptz not null,
      said_by jsonb not null,
      answer text check (answer is null or kind = 'questioned'),
      answered_at timestamptz,
      answered_by jsonb,
      check ((answer is null) = (answered_at is null) and (answer is null) = (answered_by is null))
    );
    create unique index billing_pack_response_acknowledged on billing_pack_response (billing_pack_id)
      where kind = 'acknowledged';
    create unique index billing_pack_response_open on billing_pack_response (billing_pack_id)
      where kind = 'questioned' and answer is null;
    create index billing_pack_response_by_pack on billing_pack_response (billing_pack_id, said_at);
    alter table billing_pack_response enable row level security;
    alter table billing_pack_response force row level security;
    create policy owned on billing_pack_response using ((select kontor_scope()) = 'all');
    create policy visible on billing_pack_response for select using (distributor_id = (select kontor_distributor()));
    create function kontor_keep_response() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' and current_user = 'kontor_retention' then return old; end if;
      if tg_op = 'DELETE' or old.answer is not null
        or to_jsonb(new) - '{answer,answered_at,answered_by}'::text[] <> to_jsonb(old) - '{answer,answered_at,answered_by}'::text[] then
        raise exception 'of a billing_pack_response nothing changes but its answer, once'
          using errcode = 'integrity_constraint_violation';
      end if;
      return new;
    end $$;
    create trigger kept before update or delete on billing_pack_response for each row execute function kontor_keep_response();
    create trigger frozen_all before truncate on billing_pack_response execute function kontor_refuse_change();

    alter table statement_number enable row level security;
    alter table statement_number force row level security;
    create policy owned on statement_number using ((select kontor_scope()) = 'all');

    call kontor_protect('statement', 'distributor_id = (select kontor_distributor())', 'false');
    call kontor_protect('statement_line', 'statement_id in (select id from statement)',
      'tenant_id = any((select kontor_tenants())::uuid[])');
    call kontor_protect('statement_document', 'statement_id in (select id from statement)', 'false');
    call kontor_protect('billing_pack_statement', 'statement_id in (select id from statement)', 'false');

    -- Of a statement a reader of single lines sees what each of them has to name: number, currency and date.
    create function kontor_documents_of(statements uuid[]) returns table (id uuid, number text, currency text, "date" date)
      language plpgsql stable as $$
    declare
      scope text := kontor_scope();
      seen uuid[] := array(select distinct l.statement_id from statement_line l where l.statement_id = any(statements));
    begin
      perform set_config('kontor.scope', 'all', true);
      return query select s.id, s.number, s.currency, s.statement_date from statement s where s.id = any(seen);
      perform set_config('kontor.scope', scope, true);
    end $$;

    create trigger frozen before update or delete on statement for each row execute function kontor_refuse_change();
    create trigger frozen before update or delete on statement_line for each row execute function kontor_refuse_change();
    create trigger frozen before update or delete on statement_document for each row execute function kontor_refuse_change();
    create trigger frozen before update or delete on billing_pack for each row execute function kontor_refuse_change();
    create trigger frozen before update or delete on billing_pack_statement for each row execute function kontor_refuse_change();
    create trigger frozen_all before truncate on statement execute function kontor_refuse_change();
    create trigger frozen_all before truncate on statement_line execute function kontor_refuse_change();
    create trigger frozen_all before truncate on statement_document execute function kontor_refuse_change();
    create trigger frozen_all before truncate on billing_pack execute function kontor_refuse_change();
    create trigger frozen_all before truncate on billing_pack_statement execute function kontor_refuse_change();
  `);
}
