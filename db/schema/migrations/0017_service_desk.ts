import type { Knex } from 'knex';

/** Cases as work items: who looks after them, with whom they are, and what is said of them. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Whether what is kept with a case may go as it does (0013), as no statement of its month is left and nobody holds it.
    create function kontor_case_goes(entry_of uuid) returns boolean language sql stable as $$
      select exists (select from discrepancy d where d.id = $1 and d.period < (select kontor_least_year(8))::text
        and not kontor_is_held(d.msp_id, d.programme_code)
        and not exists (select from statement s where s.programme_code = d.programme_code and s.period = d.period
          and (d.msp_id is null or s.msp_id = d.msp_id))) $$;

    -- Who of the partner team looks after a case: its owner, and those who follow it. What has ended is its history.
    create table case_person (
      id uuid primary key,
      case_id uuid not null references discrepancy,
      person_id uuid not null references person,
      role text not null check (role in ('owner', 'additional')),
      from_at timestamptz not null,
      given_by jsonb not null,
      until_at timestamptz check (until_at >= from_at),
      ended_by jsonb,
      check ((until_at is null) = (ended_by is null))
    );
    create unique index case_person_owner on case_person (case_id) where role = 'owner' and until_at is null;
    create unique index case_person_once on case_person (case_id, person_id, role) where until_at is null;
    create index case_person_by_case on case_person (case_id, from_at, id);
    create index case_person_by_person on case_person (person_id) where until_at is null;
    call kontor_protect_team('case_person');
    call kontor_let_go('case_person', 'kontor_case_goes(case_id)', 'null::uuid', 'null::text');

    -- Whether an MSP lets its customers, and the experts that it or they let in, take part in its cases. No row: it does not.
    create table service_desk (
      msp_id uuid primary key references msp_terms,
      active boolean not null,
      set_at timestamptz not null,
      set_by jsonb not null
    );
    call kontor_protect('service_desk', 'false', 'msp_id = any((select kontor_msps())::uuid[])');

    -- A case is handed over between the partner team, its MSP and the MSP's customer: it is where the last one left it, and with
    -- the partner team before the first. Whoever answers says what to decide; the partner team decides (rule 5).
    create table case_hand_over (
      id uuid primary key,
      case_id uuid not null references discrepancy,
      number integer not null check (number > 0),
      msp_id uuid not null references msp_terms,
      -- That of the case.
      tenant_id uuid,
      from_holder text not null check (from_holder in ('partner_team', 'msp', 'customer')),
      holder text not null check (holder in ('partner_team', 'msp', 'customer') and holder <> from_holder),
      -- Who handed it over: the one it was with, or the one who took it back.
      side text not null check (side in ('partner_team', 'msp', 'customer')),
      note text not null,
      proposal text,
      proposed_quantity integer,
      handed_at timestamptz not null,
      handed_by jsonb not null,
      unique (case_id, number),
      check ((proposed_quantity is not null) = coalesce(proposal = 'set_quantity', false))
    );
    create index case_hand_over_by_msp on case_hand_over (msp_id, case_id);
    create trigger frozen before update or delete on case_hand_over for each row execute function kontor_refuse_change();
    create trigger frozen_all before truncate on case_hand_over execute function kontor_refuse_change();
    alter table case_hand_over enable row level security;
    alter table case_hand_over force row level security;
    create policy owned on case_hand_over using ((select kontor_scope()) = 'all');
    -- What passes between its MSP and the partner team is not the customer's.
    create policy visible on case_hand_over for select using (
      msp_id = (select kontor_msp())
      or ((select kontor_scope()) = 'tenants' and 'customer' in (from_holder, holder)
        and tenant_id = any((select kontor_tenants())::uuid[]) and msp_id in (select msp_id from service_desk where active)));
    call kontor_let_go('case_hand_over', 'kontor_case_goes(case_id)', 'null::uuid', 'null::text');

    -- Of cases that the reader was handed: where the MSP stands in the month, and until when an answer counts.
    create function kontor_case_deadlines(cases uuid[]) returns table (id uuid, state text, until timestamptz)
      language plpgsql stable as $$
    declare
      scope text := kontor_scope();
      seen uuid[] := array(select distinct h.case_id from case_hand_over h where h.case_id = any(cases));
    begin
      perform set_config('kontor.scope', 'all', true);
      return query
        select d.id, p.state, greatest(s.review_until, r.opened_at)
        from discrepancy d
        join run_participant p on (p.programme_code, p.period, p.msp_id) = (d.programme_code, d.period, d.msp_id)
        join run_shard s on (s.programme_code, s.period, s.shard) = (p.programme_code, p.period, p.shard)
        join billing_run r on (r.programme_code, r.period) = (d.programme_code, d.period)
        where d.id = any(seen);
      perform set_config('kontor.scope', scope, true);
    end $$;

    -- What is said of a case: among the people of one company, or to all who see it. Never changed; its author may withdraw it.
    create table case_comment (
      id uuid primary key,
      case_id uuid not null references discrepancy,
      -- Those of the case.
      msp_id uuid references msp_terms,
      tenant_id uuid,
      -- For whom it was written, and on which side of the desk.
      company_id uuid not null references company,
      side text not null check (side in ('partner_team', 'msp', 'customer')),
      audience text not null check (audience in ('internal', 'shared')),
      text text not null,
      written_at timestamptz not null,
      written_by jsonb not null,
      withdrawn_at timestamptz
    );
    create index case_comment_by_case on case_comment (case_id, written_at, id);
    create function kontor_keep_comment() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' and current_user = 'kontor_retention' then return old; end if;
      if tg_op = 'DELETE' or old.withdrawn_at is not null or new.withdrawn_at is null
        or to_jsonb(new) - 'withdrawn_at' <> to_jsonb(old) - 'withdrawn_at' then
        raise exception 'of a case_comment nothing changes but that it is withdrawn, once'
          using errcode = 'integrity_constraint_violation';
      end if;
      return new;
    end $$;
    create trigger kept before update or delete on case_comment for each row execute function kontor_keep_comment();
    create trigger frozen_all before truncate on case_comment execute function kontor_refuse_change();
    alter table case_comment enable row level security;
    alter table case_comment force row level security;
    create policy owned on case_comment using ((select kontor_scope()) = 'all');
    -- Of a case that the reader was handed. Members who are limited to tenants see what was said among such members alone.
    create policy visible on case_comment for select using (
      case_id in (select case_id from case_hand_over) and (
        (msp_id = (select kontor_msp()) and (audience = 'shared' or company_id = (select kontor_msp())))
        or ((select kontor_scope()) = 'tenants'
          and (audience = 'shared' or (side = 'customer' and company_id = (select kontor_company()))))));
    call kontor_let_go('case_comment', 'kontor_case_goes(case_id)', 'null::uuid', 'null::text');

    -- A list of cases as somebody wants to see it, for herself or for the people of her company on her side of the desk. The
    -- parameters are read anew each time, by the schema of the list.
    create table saved_filter (
      id uuid primary key,
      company_id uuid not null references company,
      side text not null check (side in ('partner_team', 'msp', 'customer')),
      person_id uuid not null references person,
      name text not null,
      query jsonb not null,
      shared boolean not null,
      created_at timestamptz not null
    );
    create unique index saved_filter_name on saved_filter (company_id, side, person_id, kontor_comparable_name(name));
    call kontor_protect_team('saved_filter');
  `);
}
