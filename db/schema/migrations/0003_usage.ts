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

    -- One row holds several tenants, and outlives its distributor's period: both read kontor_usage and kontor_usage_sites instead.
    call kontor_protect('check_in', 'false', 'false');
    call kontor_protect('usage_report', 'false', 'false');
    call kontor_protect('late_check_in', 'false', 'false');

    -- What arrived of a period, per site, reference and meter, each with the unit it stands for in that period. It looks past
    -- the rows of readers who are limited to tenants and of distributors, and gives the former what is of their tenants, the
    -- latter what is of sites that they bill for the period. Days are the MSP's. Of some sites alone where they are named.
    -- As in the close (db/closing/usageOf, domain/reconcile) numbers are found per installation and then added, and one that was
    -- replaced for free (rule 6) is one with its successors. Rules (db/readModels/usageRules) say which meters are summed and of
    -- which the last counts, and what of rule 3 is shipped. What is counted is what was reported, else what was seen; of a usage
    -- where both are farther apart than the tolerance allows the greater of both, unless the programme sets otherwise.
    create function kontor_usage(msp uuid, period text, sites uuid[], rules jsonb) returns table (
      site_id uuid, site_name text, site_kind text, product text, programme_code text, reference text, tenant_id uuid,
      tenant_ref text, tenant_name text, meter text, highest bigint, highest_on date, total bigint, last bigint,
      observed bigint, reported bigint, counted bigint)
      language plpgsql stable as $$
    #variable_conflict use_column
    declare
      scope text := kontor_scope();
      first date := ($2 || '-01')::date;
      sums text[] := array(select jsonb_array_elements_text(rules -> 'sums'));
      lasts text[] := array(select jsonb_array_elements_text(rules -> 'lasts'));
      month_zone text;
      starts_at timestamptz;
      ends_at timestamptz;
    begin
      if scope in ('tenants', 'distributor') then perform set_config('kontor.scope', 'all', true); end if;
      month_zone := kontor_zone($1, $2);
      starts_at := first::timestamp at time zone kontor_zone($1, to_char(first - 1, 'YYYY-MM'));
      ends_at := (first + interval '1 month') at time zone month_zone;
      return query
        with recursive place as materialized (
          select s.id, s.name, s.kind, s.product, s.programme_code from site s
          where s.msp_id = $1 and ($3 is null or s.id = any($3))
            and (scope <> 'distributor' or kontor_billed_by($1, s.programme_code, $2) = kontor_distributor())
        ), judged as materialized (
          select g.programme_code,
            coalesce(d.set #>> '{tolerance,units}', rules #>> '{tolerance,units}')::numeric as units,
            coalesce(d.set #>> '{tolerance,percent}', rules #>> '{tolerance,percent}')::numeric as percent,
            coalesce(d.set #>> '{kinds,report_mismatch,default}', rules ->> 'mismatch') = 'greater' as takes_greater
          from (select distinct programme_code from place) g cross join lateral kontor_settings(g.programme_code, $2) v
          cross join lateral (select v.settings -> 'discrepancies') d (set)
        ), latest as materialized (
          select distinct on (g.site_id, g.installation_id) g.site_id, g.installation_id, g.tenant_refs, g.meters, g.peaks
          from place p join usage_report g on g.msp_id = $1 and g.site_id = p.id and g.period = $2
          order by g.site_id, g.installation_id, g.revision desc
        ), replaced as materialized (
          select i.site_id, i.id, i.replaced_by, i.replaced_at
          from place p join installation i on i.msp_id = $1 and i.site_id = p.id
          where i.replaced_for_free and i.replaced_at >= starts_at
        ), later as (
          select site_id, id, replaced_by as successor from replaced where replaced_at >= ends_at
          union
          select l.site_id, l.id, i.replaced_by from later l
          join installation i on i.msp_id = $1 and i.site_id = l.site_id and i.id = l.successor and i.replaced_for_free
        ), step as materialized (
          -- One that was seen after it had been replaced goes on beside its successor; one that was replaced after the month
          -- is one with it where that reported the month in its place.
          select r.site_id, r.id, r.replaced_by from replaced r
          left join latest o on o.site_id = r.site_id and o.installation_id = r.id
          left join (select distinct l.site_id, l.id from later l
            join latest g on g.site_id = l.site_id and g.installation_id = l.successor) n on n.site_id = r.site_id and n.id = r.id
          where case when r.replaced_at < ends_at then not exists (select from check_in c
              where c.msp_id = $1 and c.site_id = r.site_id and c.installation_id = r.id
                and c.counted_at >= r.replaced_at and c.counted_at < ends_at
                and c.observed_at >= starts_at - interval '8 days' and c.observed_at < ends_at + interval '8 days')
            else o.site_id is null and n.site_id is not null end
        ), chain as (
          select site_id, id, replaced_by as counts_as from step
          union
          select c.site_id, c.id, s.replaced_by from chain c join step s on s.site_id = c.site_id and s.id = c.counts_as
        ), moved as materialized (
          select site_id, id, counts_as from chain c
          where not exists (select from step s where s.site_id = c.site_id and s.id = c.counts_as)
        ), by_day as (
          -- Site by site, so that a few rows are sorted at a time. Packed with what comes first in order, so that one pass finds
          -- the newest count.
          select p.id as site_id, d.* from place p
          left join (select site_id, jsonb_object_agg(id, counts_as) as count_as from moved group by 1) m on m.site_id = p.id
          cross join lateral (
            select coalesce((m.count_as ->> c.installation_id::text)::uuid, c.installation_id) as installation_id, u.reference, u.meter,
              (c.counted_at at time zone month_zone)::date as day, max(u.quantity)::bigint as highest,
              max(floor(extract(epoch from c.counted_at))::bigint << 32 | u.quantity) as newest
            from check_in c
            cross join lateral unnest(c.tenant_refs, c.meters, c.quantities) as u (reference, meter, quantity)
            where c.msp_id = $1 and c.site_id = p.id and c.counted_at >= starts_at and c.counted_at < ends_at
              -- A clock deviates by 8 days at the most; this finds the partitions.
              and c.observed_at >= starts_at - interval '8 days' and c.observed_at < ends_at + interval '8 days'
            group by 1, 2, 3, 4
          ) d
        ), said as (
          select site_id, installation_id, reference, meter,
            -- The highest and, among equals, the first day of it, at most some days off the month in the zone of another month.
            max(highest << 7 | (96 - (day - first))) as packed, sum(highest)::bigint as total,
            max(newest) & 4294967295 as last, null::bigint as peak
          from by_day group by 1, 2, 3, 4
          union all
          select l.site_id, coalesce(m.counts_as, l.installation_id), u.reference, u.meter, null, null, null,
            case when u.meter = any(sums) then sum(u.peak) else max(u.peak) end
          from latest l left join moved m on m.site_id = l.site_id and m.id = l.installation_id
          cross join lateral unnest(l.tenant_refs, l.meters, l.peaks) as u (reference, meter, peak)
          group by 1, 2, 3, 4
        ), reporting as materialized (
          select distinct l.site_id, coalesce(m.counts_as, l.installation_id) as installation_id
          from latest l left join moved m on m.site_id = l.site_id and m.id = l.installation_id
        ), by_installation as (
          select s.site_id, s.installation_id, s.reference, s.meter, max(s.packed) as packed, max(s.total) as total,
            max(s.last) as last, case when s.meter = any(sums) then max(s.total) when s.meter = any(lasts) then max(s.last)
              else max(s.packed) >> 7 end as observed, max(s.peak) as peak
          from said s group by 1, 2, 3, 4
        ), both_sides as (
          -- A report that does not mention a meter says that it was not used.
          select i.*, coalesce(i.peak, case when r.site_id is not null then 0 end) as reported
          from by_installation i
          left join reporting r on r.site_id = i.site_id and r.installation_id = i.installation_id
        ), of_month as (
          select b.site_id, b.reference, b.meter, sum(b.packed >> 7)::bigint as highest,
            first + 96 - ((array_agg(b.packed & 127 order by b.packed >> 7 desc nulls last, b.installation_id))[1])::int as highest_on,
            sum(b.total)::bigint as total, sum(b.last)::bigint as last, sum(b.observed)::bigint as observed,
            sum(b.reported)::bigint as reported,
            case when j.takes_greater and bool_or(coalesce(abs(b.reported - b.observed) * 100
                > greatest(j.units * 100, j.percent * greatest(b.reported, b.observed)), false))
              then sum(greatest(b.reported, b.observed)) else sum(coalesce(b.reported, b.observed)) end::bigint as counted
          from both_sides b join place p on p.id = b.site_id join judged j on j.programme_code = p.programme_code
          group by b.site_id, b.reference, b.meter, j.takes_greater
        )
        select m.site_id, p.name, p.kind, p.product, p.programme_code, m.reference, t.id, t.ref, t.name, m.meter, m.highest,
          m.highest_on, m.total, m.last, m.observed, m.reported, m.counted
        from of_month m
        join place p on p.id = m.site_id
        left join site_tenant a on a.msp_id = $1 and a.site_id = m.site_id and a.reference = m.reference
          and a.from_period <= $2 and (a.until_period is null or a.until_period > $2)
        left join tenant t on t.msp_id = $1 and t.id = a.tenant_id
        where scope <> 'tenants' or t.id = any(kontor_tenants());
      perform set_config('kontor.scope', scope, true);
    end $$;

    -- The sites of an MSP in a programme, or one of them, whose usage of a period the reader sees: to whoever is limited to
    -- tenants those that served one of them in it, to a distributor all where it bills the period. In use: activated before the
    -- period's end, with an installation that was neither retired nor replaced, and whose key was not ended, before it began.
    -- Reported: when the newest report of it came, whatever is in that, and on which day of the MSP's.
    create function kontor_usage_sites(msp uuid, programme text, period text, site uuid default null) returns table (
      site_id uuid, site_name text, site_kind text, product text, in_use boolean, reported_at timestamptz, reported_on date)
      language plpgsql stable as $$
    #variable_conflict use_column
    declare
      scope text := kontor_scope();
      first date := ($3 || '-01')::date;
      month_zone text;
      starts_at timestamptz;
      ends_at timestamptz;
    begin
      if scope in ('tenants', 'distributor') then perform set_config('kontor.scope', 'all', true); end if;
      month_zone := kontor_zone($1, $3);
      starts_at := first::timestamp at time zone kontor_zone($1, to_char(first - 1, 'YYYY-MM'));
      ends_at := (first + interval '1 month') at time zone month_zone;
      return query
        select s.id, s.name, s.kind, s.product,
          s.from_period <= $3 and exists (select from installation i
            join metered_key k on k.msp_id = i.msp_id and k.id = i.metered_key_id
            where i.msp_id = $1 and i.site_id = s.id and i.activated_at < ends_at
              and coalesce(i.retired_at >= starts_at, true) and coalesce(i.replaced_at >= starts_at, true)
              and not (k.state in ('revoked', 'destroyed') and coalesce(k.ended_at < starts_at, false))),
          g.reported_at, (g.reported_at at time zone month_zone)::date
        from site s
        left join lateral (select max(r.received_at) as reported_at from usage_report r
          where r.msp_id = $1 and r.site_id = s.id and r.period = $3) g on true
        where s.msp_id = $1 and s.programme_code = $2 and ($4 is null or s.id = $4)
          and case scope when 'distributor' then kontor_billed_by($1, $2, $3) = kontor_distributor()
            when 'tenants' then exists (select from site_tenant a where a.msp_id = $1 and a.site_id = s.id
              and a.tenant_id = any(kontor_tenants()) and a.from_period <= $3
              and (a.until_period is null or a.until_period > $3))
            else true end;
      perform set_config('kontor.scope', scope, true);
    end $$;

    -- Whose usage of a period it is, where the reader sees that of the programme: a distributor where it bills that period.
    -- Whoever is limited to tenants sees the MSP's name alone.
    create function kontor_usage_party(msp uuid, programme text, period text) returns table (
      name text, registration_number text, locale text, zone text) language plpgsql stable as $$
    #variable_conflict use_column
    declare
      scope text := kontor_scope();
    begin
      if scope in ('tenants', 'distributor') then perform set_config('kontor.scope', 'all', true); end if;
      return query
        select c.name, case when scope <> 'tenants' then c.registration_number end, c.locale,
          case when scope <> 'tenants' then kontor_zone(c.id, $3) end
        from company c
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
