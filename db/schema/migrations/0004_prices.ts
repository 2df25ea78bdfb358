import type { Knex } from 'knex';

/** Price plans (rule 9) and reference rates (rule 10). */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table price_plan (
      id uuid primary key,
      programme_code text not null references programme,
      name text not null,
      distributor_id uuid references distributor_terms,
      currency text not null,
      from_period text not null,
      until_period text check (until_period >= from_period),
      monthly_minimum_minor bigint check (monthly_minimum_minor >= 0),
      first_month text not null check (first_month in ('billed', 'unbilled')),
      prices jsonb not null,
      -- Of term licences, by meter (rule 22).
      term_prices jsonb not null default '{}',
      created_at timestamptz not null
    );
    create index price_plan_by_programme on price_plan (programme_code, from_period);
    alter table price_plan enable row level security;
    alter table price_plan force row level security;
    create policy owned on price_plan using ((select kontor_scope()) = 'all');

    -- Units of currency for one unit of base, as published for that day. Never changed: what was wrong gets another revision,
    -- and the last one counts (rule 24).
    create table exchange_rate (
      source text not null,
      base text not null,
      currency text not null,
      day date not null,
      revision integer not null default 1 check (revision > 0),
      rate numeric not null check (rate > 0),
      loaded_at timestamptz not null,
      loaded_by jsonb not null,
      primary key (source, base, currency, day, revision)
    );
    create index exchange_rate_by_day on exchange_rate (day);
  `);
}
