import type { Knex } from 'knex';

/** The month-end run of a period: its shards, participants, frozen facts and discrepancies. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table billing_run (
      period text primary key check (period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'),
      state text not null check (state in ('open', 'sealed')),
      opened_at timestamptz not null,
      opened_by text not null,
      sealed_at timestamptz,
      control_totals jsonb,
      seal bytea
    );

    -- MSPs of one time zone, at most a few hundred; all instants absolute.
    create table run_shard (
      period text not null references billing_run,
      shard integer not null,
      zone text not null,
      stage text not null check (stage in ('collect', 'review', 'issue', 'done')),
      collect_until timestamptz not null,
      review_until timestamptz not null,
      mailed_by timestamptz not null,
      statement_date date not null,
      primary key (period, shard)
    );

    create table run_participant (
      period text not null,
      msp_id uuid not null references msp,
      shard integer not null,
      position integer not null,
      state text not null check (state in ('open', 'parked', 'issued')),
      -- Why it is parked, until when somebody should act, and the error code where a failure parked it.
      parked_reason text,
      parked_code text,
      parked_until timestamptz,
      primary key (period, msp_id),
      unique (period, shard, position),
      foreign key (period, shard) references run_shard (period, shard)
    );

    -- What was known about a site when its collection ended (domain SiteFacts): rating reads this, never live usage.
    create table reconciled_site (
      period text not null,
      msp_id uuid not null,
      site_id uuid not null,
      facts jsonb not null,
      reconciled_at timestamptz not null,
      primary key (period, msp_id, site_id),
      foreign key (period, msp_id) references run_participant (period, msp_id)
    );

    create table discrepancy (
      id uuid primary key default gen_random_uuid(),
      period text not null,
      -- Null for what was refused at the door before an MSP could be told.
      msp_id uuid,
      kind text not null,
      handling text not null check (handling in ('automatic', 'review', 'person')),
      site_id uuid,
      tenant_ref text,
      tenant_id uuid,
      meter text,
      evidence jsonb not null,
      state text not null check (state in ('open', 'settled')),
      resolved_by text check (resolved_by in ('rule', 'default', 'person')),
      decision text,
      decided_quantity integer,
      reason text,
      author text,
      second_author text,
      found_at timestamptz not null,
      resolved_at timestamptz,
      foreign key (period, msp_id) references run_participant (period, msp_id),
      check ((state = 'settled') = (resolved_by is not null)),
      -- The natural key: finding the same thing again is finding it once.
      unique nulls not distinct (period, msp_id, kind, site_id, tenant_ref, meter, evidence_key),
      evidence_key text
    );
    create index discrepancy_open on discrepancy (period, msp_id) where state = 'open';
    create index discrepancy_by_msp on discrepancy (msp_id, period);

    call kontor_protect('run_participant');
    call kontor_protect('reconciled_site');
    call kontor_protect('discrepancy');
  `);
}
