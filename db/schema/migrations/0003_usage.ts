import type { Knex } from 'knex';

/** What sites send: check-ins (partitioned by month of observation), usage reports, and what was refused. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- A check-in is what one installation counted at one instant; that is its identity. The three arrays are parallel:
    -- reference of the tenant (null: none named), meter, count.
    create table check_in (
      msp_id uuid not null,
      site_id uuid not null,
      installation_id uuid not null,
      observed_at timestamptz not null,
      -- observed_at, moved by the clock's deviation where that is over 24 hours (rule 3, clock off).
      counted_at timestamptz not null,
      sent_at timestamptz not null,
      received_at timestamptz not null,
      clock_offset_seconds integer not null,
      tenant_refs text[] not null,
      meters text[] not null,
      quantities integer[] not null,
      content_hash bytea not null,
      channel text not null check (channel in ('push', 'pull', 'file')),
      protocol_version integer not null check (protocol_version > 0),
      product_version text,
      backups_passed integer,
      backups_failed integer,
      backups_unknown integer,
      -- Members that a newer protocol added, by JSON pointer: kept aside, not understood.
      extra jsonb,
      primary key (msp_id, site_id, installation_id, observed_at)
    ) partition by range (observed_at);

    -- Months are UTC. Partitions are made on demand; the login role owns nothing, so this runs as the owner.
    create function kontor_check_in_partition(month date) returns void
      language plpgsql security definer set search_path = pg_catalog, public as $$
    declare
      first date := date_trunc('month', month);
      name text := 'check_in_' || to_char(first, 'YYYY_MM');
    begin
      if to_regclass('public.' || name) is not null then return; end if;
      perform pg_advisory_xact_lock(hashtext('kontor_check_in_partition'));
      if to_regclass('public.' || name) is not null then return; end if;
      execute format('create table public.%I (like public.check_in including defaults including constraints)', name);
      execute format('alter table public.%I set (autovacuum_vacuum_insert_scale_factor = 0.5)', name);
      -- The parent's policy guards what is read through it; read past it, a partition would show every MSP's rows.
      execute format('alter table public.%I enable row level security', name);
      execute format('alter table public.%I force row level security', name);
      -- Attached, it waits for nobody who reads or writes check-ins; made as a partition, it would wait for all of them.
      execute format('alter table public.check_in attach partition public.%I for values from (%L) to (%L)',
        name, (first::timestamp at time zone 'UTC'), ((first + interval '1 month') at time zone 'UTC'));
    end $$;

    -- One per installation, period and revision; the arrays as in check_in, peaks instead of counts.
    create table usage_report (
      msp_id uuid not null,
      site_id uuid not null,
      installation_id uuid not null,
      period text not null check (period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'),
      revision integer not null check (revision > 0),
      sent_at timestamptz not null,
      received_at timestamptz not null,
      clock_offset_seconds integer not null,
      tenant_refs text[] not null,
      meters text[] not null,
      peaks integer[] not null,
      content_hash bytea not null,
      channel text not null check (channel in ('push', 'pull', 'file')),
      protocol_version integer not null check (protocol_version > 0),
      product_version text,
      -- As in check_in.
      extra jsonb,
      primary key (msp_id, site_id, installation_id, period, revision)
    );
    create index usage_report_by_period on usage_report (period, msp_id, site_id);
    create index usage_report_by_receipt on usage_report using brin (received_at);

    -- Sites with check-ins that came after the month they count for was over in some zone: where rating again may find more.
    create table late_check_in (
      msp_id uuid not null,
      site_id uuid not null,
      period text not null check (period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'),
      last_received_at timestamptz not null,
      primary key (msp_id, period, site_id)
    );

    -- Refused by ingest although its sender was proven: counted nowhere, but shown.
    create table refused_message (
      id bigint generated always as identity primary key,
      received_at timestamptz not null,
      code text not null,
      detail text not null,
      claimed_period text,
      claimed_site text,
      key_fingerprint text,
      msp_id uuid not null references msp_terms
    );
    create index refused_message_by_period on refused_message (claimed_period, code);

    -- Refused from whoever did not prove who speaks: anybody can send any number of them, so they are counted. The day is
    -- UTC; the programme that of the site named, where there is one; the period one that may still be reported.
    create table refused_claims (
      day date not null,
      code text not null,
      programme_code text references programme,
      claimed_period text check (claimed_period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'),
      attempts bigint not null,
      last_at timestamptz not null,
      -- First eight hex digits of the hash of the key the last of them came with.
      last_fingerprint text,
      unique nulls not distinct (day, code, programme_code, claimed_period)
    );
    create index refused_claims_by_period on refused_claims (claimed_period, code);

    create table used_nonce (
      signing_key_id text not null,
      nonce text not null,
      used_at timestamptz not null,
      primary key (signing_key_id, nonce)
    );
    create index used_nonce_by_time on used_nonce (used_at);

    -- One row holds several tenants, and outlives its distributor's period: both read kontor_usage instead.
    call kontor_protect('check_in', 'false', 'false');
    call kontor_protect('usage_report', 'false', 'false');
    call kontor_protect('late_check_in', 'false', 'false');

    -- What arrived of a period, per site, reference and meter, each with the unit it stands for in that period. It looks past
    -- the rows of readers who are limited to tenants and of distributors, and gives the former what is of their tenants, the
    -- latter what is of sites that they bill for the period. A day's counts of several installations are added; one that
    -- was replaced for free (rule 6) counts as its successor. Days are the MSP's. Of some sites alone where they are named.
    create function kontor_usage(msp uuid, period text, sites uuid[] default null) returns table (
      site_id uuid, site_name text, site_kind text, product text, programme_code text, reference text, tenant_id uuid,
      tenant_ref text, tenant_name text, meter text, highest bigint, highest_on date, total bigint, last bigint,
      reported bigint, reported_at timestamptz)
      language plpgsql stable as $$
    #variable_conflict use_column
    declare
      scope text := kontor_scope();
      first date := ($2 || '-01')::date;
      month_zone text;
      starts_at timestamptz;
      ends_at timestamptz;
    begin
      if scope in ('tenants', 'distributor') then perform set_config('kontor.scope', 'all', true); end if;
      month_zone := kontor_zone($1, $2);
      starts_at := first::timestamp at time zone kontor_zone($1, to_char(first - 1, 'YYYY-MM'));
      ends_at := (first + interval '1 month') at time zone month_zone;
      return query
        with place as materialized (
          select s.id, s.name, s.kind, s.product, s.programme_code from site s
          where s.msp_id = $1 and ($3 is null or s.id = any($3))
            and (scope <> 'distributor' or kontor_billed_by($1, s.programme_code, $2) = kontor_distributor())
        ), by_installation as (
          select c.site_id, coalesce(i.replaced_by, c.installation_id) as installation_id, u.reference, u.meter,
            (c.counted_at at time zone month_zone)::date as day, max(u.quantity) as highest,
            (array_agg(u.quantity order by c.counted_at desc))[1] as newest
          from place p
          join check_in c on c.msp_id = $1 and c.site_id = p.id and c.counted_at >= starts_at and c.counted_at < ends_at
            -- A clock deviates by 8 days at the most; this finds the partitions.
            and c.observed_at >= starts_at - interval '8 days' and c.observed_at < ends_at + interval '8 days'
          left join installation i on i.msp_id = $1 and i.site_id = c.site_id and i.id = c.installation_id
            and i.replaced_for_free
          cross join lateral unnest(c.tenant_refs, c.meters, c.quantities) as u (reference, meter, quantity)
          group by 1, 2, 3, 4, 5
        ), by_day as (
          select site_id, reference, meter, day, sum(highest) as highest, sum(newest) as newest
          from by_installation group by 1, 2, 3, 4
        ), latest as (
          select distinct on (g.site_id, g.installation_id) g.site_id, g.tenant_refs, g.meters, g.peaks, g.received_at
          from place p join usage_report g on g.msp_id = $1 and g.site_id = p.id and g.period = $2
          order by g.site_id, g.installation_id, g.revision desc
        ), said as (
          select site_id, reference, meter, max(highest) as highest,
            (array_agg(day order by highest desc, day))[1] as highest_on, sum(highest)::bigint as total,
            (array_agg(newest order by day desc))[1] as last, null::bigint as reported,
            null::timestamptz as reported_at
          from by_day group by 1, 2, 3
          union all
          select l.site_id, u.reference, u.meter, null, null, null, null, sum(u.peak), max(l.received_at)
          from latest l cross join lateral unnest(l.tenant_refs, l.meters, l.peaks) as u (reference, meter, peak)
          group by 1, 2, 3
        ), of_month as (
          select site_id, reference, meter, max(highest) as highest, max(highest_on) as highest_on, max(total) as total,
            max(last) as last, max(reported) as reported, max(reported_at) as reported_at
          from said group by 1, 2, 3
        )
        select m.site_id, p.name, p.kind, p.product, p.programme_code, m.reference, t.id, t.ref, t.name, m.meter, m.highest,
          m.highest_on, m.total, m.last, m.reported, m.reported_at
        from of_month m
        join place p on p.id = m.site_id
        left join site_tenant a on a.msp_id = $1 and a.site_id = m.site_id and a.reference = m.reference
          and a.from_period <= $2 and (a.until_period is null or a.until_period > $2)
        left join tenant t on t.msp_id = $1 and t.id = a.tenant_id
        where scope <> 'tenants' or t.id = any(kontor_tenants());
      perform set_config('kontor.scope', scope, true);
    end $$;

    -- Whose usage of a period it is, where the reader sees that of the programme: a distributor where it bills that period.
    create function kontor_usage_party(msp uuid, programme text, period text) returns table (
      name text, registration_number text, locale text, zone text) language plpgsql stable as $$
    #variable_conflict use_column
    declare
      scope text := kontor_scope();
    begin
      if scope in ('tenants', 'distributor') then perform set_config('kontor.scope', 'all', true); end if;
      return query
        select c.name, c.registration_number, c.locale, kontor_zone(c.id, $3) from company c
        join participation p on p.msp_id = c.id and p.programme_code = $2
        where c.id = $1 and case scope when 'tenants' then c.id = any(kontor_msps())
          when 'distributor' then kontor_billed_by($1, $2, $3) = kontor_distributor()
          else true end;
      perform set_config('kontor.scope', scope, true);
    end $$;
    call kontor_protect_team('refused_message');
    call kontor_protect_team('refused_claims');
  `);
}
