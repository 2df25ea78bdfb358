import type { Knex } from 'knex';

/** Service quotes, which bind nobody: asked for by a company, answered by the partner team, accepted or not. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- The last number given per programme and year: a series of its own.
    create table quote_number (
      programme_code text not null references programme,
      year integer not null,
      last integer not null check (last > 0),
      primary key (programme_code, year)
    );
    call kontor_protect_team('quote_number');

    create table quote (
      id uuid primary key,
      programme_code text not null references programme,
      -- For whom, and in which view (rule 17).
      company_id uuid not null references company,
      view text not null,
      product text not null,
      wish text not null,
      quantity integer not null check (quantity > 0),
      years integer check (years between 1 and 5),
      asked_at timestamptz not null,
      asked_by jsonb not null,
      -- By the partner team, for the company.
      asked_by_team boolean not null,
      -- requested → answered → accepted | declined | expired; withdrawn by the partner team, declined by who asked from both
      state text not null check (state in ('requested', 'answered', 'accepted', 'declined', 'withdrawn', 'expired')),
      number text unique,
      -- domain QuotePaper: what the PDF is drawn from.
      paper jsonb,
      currency text,
      total_minor bigint check (total_minor >= 0),
      -- The order that an acceptance places, as the API takes it; null: none, it is settled outside.
      ordered jsonb,
      answered_at timestamptz,
      answered_by jsonb,
      remind_at timestamptz,
      expires_at timestamptz,
      -- Null: not known to run yet; a relay of the API starts it.
      workflow_started_at timestamptz,
      ended_at timestamptz,
      ended_by jsonb,
      reason text,
      order_id uuid,
      foreign key (company_id, order_id) references purchase_order (msp_id, id),
      check ((state in ('requested', 'answered')) = (ended_at is null)),
      check ((number is null) = (answered_at is null) and (number is null) = (paper is null)
        and (number is null) = (total_minor is null) and (number is null) = (expires_at is null)),
      check (state not in ('answered', 'accepted', 'expired') or number is not null),
      check (order_id is null or state = 'accepted')
    );
    create index quote_unstarted on quote (answered_at) where state = 'answered' and workflow_started_at is null;
    create index quote_by_company on quote (company_id, asked_at);
    create index quote_by_date on quote (asked_at, id);
    alter table quote enable row level security;
    alter table quote force row level security;
    create policy owned on quote using ((select kontor_scope()) = 'all');
    -- What an MSP is offered is its own business: who is limited to some of its tenants does not see it.
    create policy own on quote for select using (company_id = (select kontor_company())
      and ((select kontor_scope()) <> 'tenants' or view <> 'service_provider'));
    create function kontor_keep_quote() returns trigger language plpgsql as $$
    begin
      if old.number is not null and (new.number, new.paper, new.currency, new.total_minor, new.ordered, new.expires_at)
        is distinct from (old.number, old.paper, old.currency, old.total_minor, old.ordered, old.expires_at) then
        raise exception 'what a quote says never changes' using errcode = 'integrity_constraint_violation';
      end if;
      if old.ended_at is not null and (new.state, new.order_id) is distinct from (old.state, old.order_id) then
        raise exception 'a quote that has ended stays as it is' using errcode = 'integrity_constraint_violation';
      end if;
      return new;
    end $$;
    create trigger kept before update on quote for each row execute function kontor_keep_quote();
  `);
}
