import type { Knex } from 'knex';

/** The month-end run of a period: its shards, participants, frozen facts and discrepancies. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table billing_run (
      programme_code text not null references programme,
      period text not null check (period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'),
      -- A month that was left out on purpose is skipped: nothing of it is ever billed (rule 19).
      state text not null check (state in ('open', 'sealed', 'skipped')),
      opened_at timestamptz not null,
      opened_by jsonb not null,
      -- Why months were skipped.
      reason text,
      -- What the month is closed by, as it was when the run opened: zone, settings, and the kinds of discrepancies there were.
      rules jsonb not null,
      -- Completeness gate (rule 4): who let the run go on with too many silent sites, when and why.
      released_at timestamptz,
      released_by jsonb,
      release_reason text,
      -- Why its last close failed; null once it is started again.
      failed_at timestamptz,
      failure text,
      sealed_at timestamptz,
      -- The database was restored from a backup while it was open: its mails may have been accepted before.
      restored_at timestamptz,
      control_totals jsonb,
      seal bytea,
      -- The newest event of the audit trail when it was sealed: id and hash.
      audit_head jsonb,
      primary key (programme_code, period),
      check ((released_at is null) = (released_by is null)),
      check ((failed_at is null) = (failure is null))
    );

    -- MSPs all of whose deadlines that were to come as the run opened are the same instants, at most a few hundred.
    create table run_shard (
      programme_code text not null,
      period text not null,
      shard integer not null,
      zone text not null,
      stage text not null check (stage in ('collect', 'gate', 'reconcile', 'review', 'issue', 'done')),
      -- The month of all its MSPs is over: nothing is reconciled before.
      month_end timestamptz not null,
      collect_until timestamptz not null,
      review_until timestamptz not null,
      -- Nothing is issued before: the first instant of the programme's day of issue.
      issue_from timestamptz not null,
      mailed_by timestamptz not null,
      statement_date date not null,
      primary key (programme_code, period, shard),
      foreign key (programme_code, period) references billing_run (programme_code, period)
    );

    create table run_participant (
      programme_code text not null,
      period text not null,
      msp_id uuid not null references msp_terms,
      -- As they held for the period when the run opened.
      distributor_id uuid not null references distributor_terms,
      zone text not null,
      -- The first instant after the month in that zone.
      month_end timestamptz not null,
      shard integer not null,
      position integer not null,
      state text not null check (state in ('open', 'parked', 'issued')),
      -- Why it is parked, until when somebody should act, and the error code where a failure parked it.
      parked_reason text,
      parked_code text,
      parked_until timestamptz,
      primary key (programme_code, period, msp_id),
      unique (programme_code, period, shard, position),
      foreign key (programme_code, period, shard) references run_shard (programme_code, period, shard)
    );

    -- What was known about a site when its collection ended (domain SiteFacts): rating reads this, never live usage.
    create table reconciled_site (
      programme_code text not null,
      period text not null,
      msp_id uuid not null,
      site_id uuid not null,
      facts jsonb not null,
      reconciled_at timestamptz not null,
      primary key (programme_code, period, msp_id, site_id),
      foreign key (programme_code, period, msp_id) references run_participant (programme_code, period, msp_id)
    );

    create table discrepancy (
      id uuid primary key default gen_random_uuid(),
      programme_code text not null,
      period text not null,
      -- Null for what was refused before an MSP could be told.
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
      author jsonb,
      second_author jsonb,
      found_at timestamptz not null,
      resolved_at timestamptz,
      foreign key (programme_code, period, msp_id) references run_participant (programme_code, period, msp_id),
      check ((state = 'settled') = (resolved_by is not null)),
      -- The natural key: finding the same thing again is finding it once.
      unique nulls not distinct (programme_code, period, msp_id, kind, site_id, tenant_ref, meter, evidence_key),
      evidence_key text
    );
    create index discrepancy_open on discrepancy (programme_code, period, msp_id) where state = 'open';
    create index discrepancy_by_msp on discrepancy (msp_id, programme_code, period);

    call kontor_protect('run_participant', 'distributor_id = (select kontor_distributor())', 'false');
    call kontor_protect('reconciled_site',
      '(programme_code, period, msp_id) in (select programme_code, period, msp_id from run_participant)', 'false');
    call kontor_protect('discrepancy',
      '(programme_code, period, msp_id) in (select programme_code, period, msp_id from run_participant)',
      'tenant_id = any((select kontor_tenants())::uuid[])');

    -- Which price lists concern the distributor that reads: its own, and of the base lists those by which a month is priced that
    -- it has billed, or bills from this one on within a year.
    create function kontor_price_plans() returns uuid[] language plpgsql stable as $$
    declare
      reader uuid := kontor_distributor();
      scope text := kontor_scope();
      found uuid[];
    begin
      -- Asked by the policy below for the look at the lists that follows.
      if scope = 'all' then return '{}'; end if;
      perform set_config('kontor.scope', 'all', true);
      found := array(
        with billed as (
          select p.programme_code, p.period from run_participant p where p.distributor_id = reader
          union
          select d.programme_code, to_char(m, 'YYYY-MM')
          from participation_distributor d
          join participation p on p.msp_id = d.msp_id and p.programme_code = d.programme_code
          cross join generate_series(date_trunc('month', now() at time zone 'UTC'),
            date_trunc('month', now() at time zone 'UTC') + interval '11 months', interval '1 month') m
          where d.distributor_id = reader and to_char(m, 'YYYY-MM') >= greatest(d.from_period, p.joined_period)
            and to_char(m, 'YYYY-MM') <= coalesce(p.left_period, '9999-12')
            and to_char(m, 'YYYY-MM') < coalesce(d.until_period, '9999-12') and p.joined_period is not null),
        priced as (
          select distinct on (b.programme_code, b.period) l.id
          from billed b join price_plan l on l.programme_code = b.programme_code
            and (l.distributor_id = reader or l.distributor_id is null)
            and b.period between l.from_period and coalesce(l.until_period, '9999-12')
          order by b.programme_code, b.period, l.distributor_id nulls last, l.from_period desc, l.created_at desc)
        select id from price_plan where distributor_id = reader union select id from priced);
      perform set_config('kontor.scope', scope, true);
      return found;
    end $$;
    create policy visible on price_plan for select to kontor_limited
      using ((select kontor_distributor()) is not null and id = any((select kontor_price_plans())::uuid[]));
  `);
}
