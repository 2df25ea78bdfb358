-- The sum of db/schema/migrations, written by `npm run schema`; a test compares it. Not run by anything.

CREATE OR REPLACE FUNCTION public.kontor_acting(membership uuid, view text)
 RETURNS TABLE(kind text, id uuid, name text, "companyId" uuid, "companyName" text, level text, actions text[], tenants uuid[])
 LANGUAGE sql
 STABLE
AS $function$
        select case when m.person_id is null then 'service_account' else 'person' end,
          coalesce(m.person_id, m.service_account_id), coalesce(p.name, a.name), c.id, c.name,
          coalesce(m.system_level, l.copied_from), l.actions,
          case when m.tenant_ids is null then reach.ids
            when reach.ids is null then named.ids
            else array(select unnest(named.ids) intersect select unnest(reach.ids)) end
        from membership m
        join company c on c.id = m.company_id and c.state = 'active'
        join company_view v on v.company_id = c.id and v.view = $2
        left join person p on p.id = m.person_id
        left join service_account a on a.id = m.service_account_id
        left join access_level l on l.id = m.access_level_id
        cross join lateral (select kontor_tenants_of_view(c.id, v.view)) reach (ids)
        cross join lateral (select case when m.with_below then kontor_tenants_below(m.tenant_ids) else m.tenant_ids end)
          named (ids)
        where m.id = $1 and m.invited_as is null and m.from_at <= now() and (m.until_at is null or m.until_at > now())
          and coalesce(p.state, 'active') = 'active' and a.ended_at is null $function$;

CREATE OR REPLACE FUNCTION public.kontor_address_hash(address text)
 RETURNS bytea
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$ select sha256(convert_to(lower(trim(address)), 'UTF8')) $function$;

CREATE OR REPLACE FUNCTION public.kontor_all_held()
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$ select exists (select from legal_hold where lifted_at is null and company_id is null and programme_code is null) $function$;

CREATE OR REPLACE FUNCTION public.kontor_begin_mail_batch()
 RETURNS SETOF mail_batch
 LANGUAGE plpgsql
AS $function$
    begin
      perform pg_advisory_xact_lock(hashtext('kontor_mail_batch'));
      return query insert into mail_batch (number) select coalesce(max(b.number), 0) + 1 from mail_batch b returning *;
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_billed_by(msp uuid, programme text, period text)
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
        select distributor_id from participation_distributor
        where msp_id = $1 and programme_code = $2 and from_period <= $3 and (until_period is null or until_period > $3) $function$;

CREATE OR REPLACE FUNCTION public.kontor_case_deadlines(cases uuid[])
 RETURNS TABLE(id uuid, state text, until timestamp with time zone)
 LANGUAGE plpgsql
 STABLE
AS $function$
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
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_case_goes(entry_of uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
      select exists (select from discrepancy d where d.id = $1 and d.period < (select kontor_least_year(8))::text
        and not kontor_is_held(d.msp_id, d.programme_code)
        and not exists (select from statement s where s.programme_code = d.programme_code and s.period = d.period
          and (d.msp_id is null or s.msp_id = d.msp_id))) $function$;

CREATE OR REPLACE FUNCTION public.kontor_chain_audit()
 RETURNS trigger
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
AS $function$
    declare
      last record;
      scope text := kontor_scope();
    begin
      perform pg_advisory_xact_lock(hashtext('kontor_audit_chain'));
      perform set_config('kontor.scope', 'all', true);
      select id, hash into last from audit_event order by id desc limit 1;
      new.id := coalesce(last.id, 0) + 1;
      new.previous_hash := coalesce(last.hash, '\x');
      new.hash := sha256(new.previous_hash || convert_to(jsonb_build_array(new.id, extract(epoch from new.at), new.actor,
        new.action, new.subject, new.msp_id, new.before, new.after, new.reason)::text, 'UTF8'));
      perform set_config('kontor.scope', scope, true);
      return new;
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_check_in_partition(month date)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public'
AS $function$
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
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_company()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select nullif(current_setting('kontor.company_id', true), '')::uuid $function$;

CREATE OR REPLACE FUNCTION public.kontor_company_of(membership uuid)
 RETURNS uuid
 LANGUAGE sql
 STABLE
AS $function$ select company_id from membership where id = $1 $function$;

CREATE OR REPLACE FUNCTION public.kontor_company_of_link(applicant uuid, membership uuid, contact uuid)
 RETURNS uuid
 LANGUAGE sql
 STABLE
AS $function$ select coalesce($1, kontor_company_of($2), (select company_id from company_contact where id = $3)) $function$;

CREATE OR REPLACE FUNCTION public.kontor_comparable_name(name text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$ select lower(normalize(name, nfkc)) $function$;

CREATE OR REPLACE FUNCTION public.kontor_comparable_number(number text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$ select upper(regexp_replace(normalize(number, nfkc), '[^[:alnum:]]', '', 'g')) $function$;

CREATE OR REPLACE FUNCTION public.kontor_contact(company uuid, purpose text)
 RETURNS SETOF company_contact
 LANGUAGE sql
 STABLE
AS $function$ select * from company_contact k
        where k.company_id = $1 and k.purpose in ($2, 'statements') and k.confirmed_at is not null and k.ended_at is null
        order by k.purpose = $2 desc limit 1 $function$;

CREATE OR REPLACE FUNCTION public.kontor_database_life()
 RETURNS text
 LANGUAGE sql
 STABLE
AS $function$
      select concat_ws('.', (select system_identifier from pg_control_system()),
        left(pg_walfile_name(pg_current_wal_insert_lsn()), 8), (select oid from pg_database where datname = current_database()),
        'outbox'::regclass::oid)
    $function$;

CREATE OR REPLACE FUNCTION public.kontor_distributor()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select nullif(current_setting('kontor.distributor_id', true), '')::uuid $function$;

CREATE OR REPLACE FUNCTION public.kontor_distributor_of(msp uuid, programme text, period text DEFAULT kontor_this_period())
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
        select distributor_id from participation_distributor
        where msp_id = $1 and programme_code = $2 and from_period <= $3 order by from_period desc limit 1 $function$;

CREATE OR REPLACE FUNCTION public.kontor_documents_of(statements uuid[])
 RETURNS TABLE(id uuid, number text, currency text, date date)
 LANGUAGE plpgsql
 STABLE
AS $function$
    declare
      scope text := kontor_scope();
      seen uuid[] := array(select distinct l.statement_id from statement_line l where l.statement_id = any(statements));
    begin
      perform set_config('kontor.scope', 'all', true);
      return query select s.id, s.number, s.currency, s.statement_date from statement s where s.id = any(seen);
      perform set_config('kontor.scope', scope, true);
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_drop_check_ins(month date)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public'
AS $function$
    declare
      first date := date_trunc('month', month);
    begin
      if first >= ((now() at time zone 'Etc/GMT+12') - interval '14 months')::date then
        raise exception 'check-ins are kept for 13 months at least' using errcode = 'integrity_constraint_violation';
      end if;
      perform pg_advisory_xact_lock(hashtext('kontor_check_in_partition'));
      execute format('drop table if exists public.%I', 'check_in_' || to_char(first, 'YYYY_MM'));
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_end_distributor()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      update participation_distributor p set until_period = (
          select greatest(p.from_period, e.period) from (select least(
            (select min(n.from_period) from participation_distributor n
              where n.msp_id = p.msp_id and n.programme_code = p.programme_code and n.from_period > p.from_period),
            (select to_char((t.left_period || '-01')::date + interval '1 month', 'YYYY-MM') from participation t
              where t.msp_id = p.msp_id and t.programme_code = p.programme_code)) as period) e
          where e.period is not null)
        where p.msp_id = new.msp_id and p.programme_code = new.programme_code;
      return null;
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_enter_tenants(company uuid, tenants uuid[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
    declare
      msps uuid[];
      sites uuid[];
      whole_sites uuid[];
      whole_tenants uuid[];
    begin
      perform set_config('kontor.scope', 'all', true);
      msps := array(select distinct msp_id from tenant where id = any(tenants));
      select array_agg(served.site_id), array_agg(served.site_id) filter (where served.whole)
        into sites, whole_sites
        from (select a.site_id, bool_or(a.tenant_id = any(tenants)) as reached, bool_and(a.tenant_id = any(tenants)) as whole
          from site_tenant a
          where a.msp_id = any(msps) and (a.until_period is null or a.until_period > kontor_this_period())
          group by 1) served
        where served.reached;
      with recursive shared as (
        select parent_id as id from tenant where msp_id = any(msps) and parent_id = any(tenants) and id <> all(tenants)
        union
        select k.tenant_id from metered_key k
          join installation i on i.msp_id = k.msp_id and i.metered_key_id = k.id
          where k.msp_id = any(msps) and k.tenant_id = any(tenants) and i.site_id <> all(coalesce(whole_sites, '{}'))
        union
        select t.parent_id from shared join tenant t on t.id = shared.id where t.parent_id is not null)
      select array_agg(id) into whole_tenants from unnest(tenants) as t (id) where id not in (select id from shared);
      perform set_config('kontor.tenants', tenants::text, true), set_config('kontor.msps', msps::text, true),
        set_config('kontor.sites', sites::text, true), set_config('kontor.whole_sites', whole_sites::text, true),
        set_config('kontor.whole_tenants', whole_tenants::text, true),
        set_config('kontor.company_id', company::text, true), set_config('kontor.scope', 'tenants', true);
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_hand_over_mails(ids bigint[], claimer text)
 RETURNS SETOF bigint
 LANGUAGE plpgsql
AS $function$
    begin
      perform set_config('kontor.scope', 'all', true);
      return query update outbox set handed_at = coalesce(handed_at, now())
        where id = any (ids) and claimed_by = claimer and state = 'sending' returning id;
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_held_companies()
 RETURNS uuid[]
 LANGUAGE sql
 STABLE
AS $function$ select coalesce(array_agg(company_id), '{}') from legal_hold where lifted_at is null and company_id is not null $function$;

CREATE OR REPLACE FUNCTION public.kontor_held_programmes()
 RETURNS text[]
 LANGUAGE sql
 STABLE
AS $function$ select coalesce(array_agg(programme_code), '{}') from legal_hold where lifted_at is null and programme_code is not null $function$;

CREATE OR REPLACE FUNCTION public.kontor_holds(company uuid, view text)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
    declare
      scope text := kontor_scope();
      held boolean;
    begin
      perform set_config('kontor.scope', 'all', true);
      perform from company c where c.id = $1 and c.state = 'active' for share;
      held := found;
      held := held and exists (select from company_view v where v.company_id = $1 and v.view = $2);
      perform set_config('kontor.scope', scope, true);
      return held;
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_ids(setting text)
 RETURNS uuid[]
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select coalesce(nullif(current_setting('kontor.' || setting, true), ''), '{}')::uuid[] $function$;

CREATE OR REPLACE FUNCTION public.kontor_is_held(company uuid, programme text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$ select exists (select from legal_hold h where h.lifted_at is null
        and ((h.company_id is null and h.programme_code is null) or h.company_id = $1 or h.programme_code = $2)) $function$;

CREATE OR REPLACE FUNCTION public.kontor_is_restricted(address text)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
AS $function$
    declare
      scope text := kontor_scope();
      found_one boolean;
    begin
      perform set_config('kontor.scope', 'all', true);
      found_one := exists (select from restriction r where r.address_hash = kontor_address_hash($1));
      perform set_config('kontor.scope', scope, true);
      return found_one;
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_keep_comment()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op = 'DELETE' and current_user = 'kontor_retention' then return old; end if;
      if tg_op = 'DELETE' or old.withdrawn_at is not null or new.withdrawn_at is null
        or to_jsonb(new) - 'withdrawn_at' <> to_jsonb(old) - 'withdrawn_at' then
        raise exception 'of a case_comment nothing changes but that it is withdrawn, once'
          using errcode = 'integrity_constraint_violation';
      end if;
      return new;
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_keep_quote()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if old.number is not null and (new.number, new.paper, new.currency, new.total_minor, new.ordered, new.expires_at)
        is distinct from (old.number, old.paper, old.currency, old.total_minor, old.ordered, old.expires_at) then
        raise exception 'what a quote says never changes' using errcode = 'integrity_constraint_violation';
      end if;
      if old.ended_at is not null and (new.state, new.order_id) is distinct from (old.state, old.order_id) then
        raise exception 'a quote that has ended stays as it is' using errcode = 'integrity_constraint_violation';
      end if;
      return new;
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_keep_release()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    declare
      changing text[] := array['published_at', 'withdrawn_at', 'withdrawn_by', 'withdrawn_reason'];
    begin
      if to_jsonb(new) - changing is distinct from to_jsonb(old) - changing or old.withdrawn_at is not null
        or (old.published_at is not null and new.published_at is distinct from old.published_at) then
        raise exception 'a software release is published once and withdrawn once, and not changed'
          using errcode = 'integrity_constraint_violation';
      end if;
      return new;
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_keep_response()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op = 'DELETE' and current_user = 'kontor_retention' then return old; end if;
      if tg_op = 'DELETE' or old.answer is not null
        or to_jsonb(new) - '{answer,answered_at,answered_by}'::text[] <> to_jsonb(old) - '{answer,answered_at,answered_by}'::text[] then
        raise exception 'of a billing_pack_response nothing changes but its answer, once'
          using errcode = 'integrity_constraint_violation';
      end if;
      return new;
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_least_month(months integer)
 RETURNS text
 LANGUAGE sql
 STABLE
AS $function$ select to_char((now() at time zone 'Etc/GMT+12') - make_interval(months => months), 'YYYY-MM') $function$;

CREATE OR REPLACE FUNCTION public.kontor_least_year(years integer)
 RETURNS integer
 LANGUAGE sql
 STABLE
AS $function$ select extract(year from now() at time zone 'Etc/GMT+12')::integer - years $function$;

CREATE OR REPLACE PROCEDURE public.kontor_let_go(IN target regclass, IN old_enough text, IN company text, IN programme text)
 LANGUAGE plpgsql
AS $procedure$
    begin
      execute format($policy$create policy let_go on %s for delete to kontor_retention using (
          not (select kontor_all_held()) and coalesce(%s <> all((select kontor_held_companies())::uuid[]), true)
          and coalesce(%s <> all((select kontor_held_programmes())::text[]), true) and (%s)
        )$policy$, target, company, programme, old_enough);
    end $procedure$;

CREATE OR REPLACE FUNCTION public.kontor_mail_domain(email text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$ select lower(regexp_replace(email, '^.*@', '')) $function$;

CREATE OR REPLACE FUNCTION public.kontor_msp()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select nullif(current_setting('kontor.msp_id', true), '')::uuid $function$;

CREATE OR REPLACE FUNCTION public.kontor_msps()
 RETURNS uuid[]
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select kontor_ids('msps') $function$;

CREATE OR REPLACE FUNCTION public.kontor_named_contact(company uuid)
 RETURNS SETOF company_contact
 LANGUAGE sql
 STABLE
AS $function$ select * from company_contact k where k.company_id = $1 and k.purpose = 'statements' and k.ended_at is null
        order by k.confirmed_at is null limit 1 $function$;

CREATE OR REPLACE FUNCTION public.kontor_only_applied(company uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
      select exists (select from participation a where a.msp_id = $1)
        and not exists (select from participation a where a.msp_id = $1
          and a.state not in ('rejected', 'withdrawn', 'expired') and not (a.state = 'unconfirmed' and a.decide_until < now()))
        and not exists (select from membership m where m.company_id = $1)
        and not exists (select from company c where c.parent_id = $1 or c.merged_into = $1)
        and not exists (select from company_view v where v.company_id = $1 and v.view <> 'service_provider')
        and not exists (select from tenant t where t.msp_id = $1 or t.customer_id = $1)
        and not exists (select from site s where s.msp_id = $1) $function$;

CREATE OR REPLACE FUNCTION public.kontor_park_restricted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if new.state in ('pending', 'sending') and new.recipient is not null and kontor_is_restricted(new.recipient) then
        new.state := 'parked';
        new.last_response := 'Its addressee is restricted: no mail goes there.';
      end if;
      return new;
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_price_plans()
 RETURNS uuid[]
 LANGUAGE plpgsql
 STABLE
AS $function$
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
    end $function$;

CREATE OR REPLACE PROCEDURE public.kontor_protect(IN target regclass, IN to_distributor text, IN to_tenants text, IN owner text DEFAULT 'msp_id'::text)
 LANGUAGE plpgsql
AS $procedure$
    begin
      execute format('alter table %s enable row level security', target);
      execute format('alter table %s force row level security', target);
      execute format('create policy owned on %s using ((select kontor_scope()) = %L or %s = (select kontor_msp()))',
        target, 'all', owner);
      execute format($policy$create policy visible on %s for select to kontor_limited using (
          ((select kontor_distributor()) is not null and (%s)) or ((select kontor_scope()) = 'tenants' and (%s))
        )$policy$, target, to_distributor, to_tenants);
    end $procedure$;

CREATE OR REPLACE PROCEDURE public.kontor_protect_team(IN target regclass)
 LANGUAGE plpgsql
AS $procedure$
    begin
      execute format('alter table %s enable row level security', target);
      execute format('alter table %s force row level security', target);
      execute format('create policy visible on %s using ((select kontor_scope()) = %L)', target, 'all');
    end $procedure$;

CREATE OR REPLACE FUNCTION public.kontor_refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op = 'DELETE' and current_user = 'kontor_retention' then return old; end if;
      raise exception 'rows of % are never changed or deleted once written', tg_table_name
        using errcode = 'integrity_constraint_violation';
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_require_approval()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if not exists (select from purchase_order o
        where o.msp_id = new.msp_id and o.id = new.order_id and o.state = 'approved') then
        raise exception 'a term licence needs an approved order' using errcode = 'integrity_constraint_violation';
      end if;
      return new;
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_require_confirmation()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if not exists (select from correction c
        where c.msp_id = new.msp_id and c.id = new.correction_id and c.state = 'confirmed' and c.booking = tg_argv[0]) then
        raise exception 'a correction takes effect once it is confirmed' using errcode = 'integrity_constraint_violation';
      end if;
      return new;
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_scope()
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select coalesce(current_setting('kontor.scope', true), '') $function$;

CREATE OR REPLACE FUNCTION public.kontor_sender_by_session(hash bytea)
 RETURNS TABLE("credentialId" uuid, "membershipId" uuid, kind text, id uuid, name text, "companyId" uuid, "companyName" text, view text, level text, actions text[], "narrowedTo" text, tenants uuid[], "providerId" uuid)
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
    begin
      perform set_config('kontor.scope', 'all', true);
      return query
        select s.id, s.membership_id, w.kind, w.id, w.name, w."companyId", w."companyName", s.view, w.level, w.actions,
          null::text, w.tenants, s.identity_provider_id
        from session s cross join lateral kontor_acting(s.membership_id, s.view) w
        join membership m on m.id = s.membership_id
        left join identity_provider i on i.id = s.identity_provider_id
        where s.token_hash = hash and s.ended_at is null and s.ends_at > now()
          and s.last_used_at + make_interval(secs => s.idle_seconds) > now()
          and (i.id is null or (i.ended_at is null and i.company_id = m.company_id))
          and (m.identity_provider_id is null or m.identity_provider_id = i.id);
      if found then
        update session set last_used_at = now() where token_hash = hash and last_used_at < now() - interval '1 minute';
      end if;
      perform set_config('kontor.scope', '', true);
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_sender_by_token(hash bytea)
 RETURNS TABLE("credentialId" uuid, "membershipId" uuid, kind text, id uuid, name text, "companyId" uuid, "companyName" text, view text, level text, actions text[], "narrowedTo" text, tenants uuid[])
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
    begin
      perform set_config('kontor.scope', 'all', true);
      return query
        select t.id, t.membership_id, w.kind, w.id, w.name, w."companyId", w."companyName", t.view, w.level, w.actions,
          t.narrowed_to, w.tenants
        from api_token t cross join lateral kontor_acting(t.membership_id, t.view) w
        where t.token_hash = hash and t.revoked_at is null and (t.expires_at is null or t.expires_at > now());
      if found then
        update api_token set last_used_at = now()
          where token_hash = hash and (last_used_at is null or last_used_at < now() - interval '1 minute');
      end if;
      perform set_config('kontor.scope', '', true);
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_settings(programme text, period text DEFAULT kontor_this_period())
 RETURNS SETOF programme_setting
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
        select * from programme_setting where programme_code = $1
        order by from_period <= $2 desc, case when from_period <= $2 then from_period end desc, from_period, version desc
        limit 1 $function$;

CREATE OR REPLACE FUNCTION public.kontor_shown_actor(actor jsonb)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
AS $function$
      select case when actor ->> 'kind' = 'person' then case when exists (
          select from restriction r where r.person_ids @> array[(actor ->> 'id')::uuid])
        then actor || '{"name": "Restricted person"}' else actor end else actor end $function$;

CREATE OR REPLACE FUNCTION public.kontor_sites()
 RETURNS uuid[]
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select kontor_ids('sites') $function$;

CREATE OR REPLACE FUNCTION public.kontor_tenant_document(statement uuid, tenant uuid)
 RETURNS TABLE("mspId" uuid, programme text, content jsonb, ref text, name text, units jsonb, lines jsonb, credited jsonb, lists jsonb, logo bytea)
 LANGUAGE plpgsql
 STABLE
AS $function$
    declare
      scope text := kontor_scope();
      own uuid := kontor_msp();
      seen uuid[] := kontor_tenants();
    begin
      if scope not in ('msp', 'tenants') then return; end if;
      perform set_config('kontor.scope', 'all', true);
      return query
        select s.msp_id, s.programme_code,
          (select r.content from (
            select s.content, s.revision
            union all select v.content, v.revision from statement_revision v
            where v.msp_id = s.msp_id and v.statement_id = s.id) r order by r.revision desc limit 1),
          t.ref, t.name,
          (select jsonb_agg(jsonb_build_object('id', u.id, 'ref', u.ref, 'name', u.name) order by u.ref collate "C")
            from tenant u where u.id = any(below.ids)),
          (select coalesce(jsonb_agg(l.content order by l.line_no), '[]') from statement_line l
            where l.msp_id = s.msp_id and l.statement_id = s.id and l.content ->> 'tenantId' = any(below.ids::text[])),
          (select coalesce(jsonb_agg(jsonb_build_object('creditNumber', c.number, 'line', x.line) order by c.number, x.place),
              '[]')
            from credit c cross join jsonb_array_elements(c.content -> 'lines') with ordinality as x(line, place)
            where c.msp_id = s.msp_id and c.statement_id = s.id and x.line ->> 'tenantId' = any(below.ids::text[])),
          (select coalesce(jsonb_agg(jsonb_build_object('version', p.version, 'fromPeriod', p.from_period,
              'currency', p.currency, 'prices', p.prices) order by p.version), '[]')
            from customer_price_list p where p.msp_id = s.msp_id and p.programme_code = s.programme_code),
          (select g.content from msp_logo g where g.msp_id = s.msp_id)
        from statement s left join tenant t on t.msp_id = s.msp_id and t.id = $2
          cross join lateral (select case when $2 is null then array(select o.id from tenant o where o.msp_id = s.msp_id)
            else kontor_tenants_below(array[t.id]) end) below (ids)
        where s.id = $1 and ($2 is null or t.id is not null) and (
          (scope = 'msp' and s.msp_id = own)
          or (scope = 'tenants' and $2 is not null and below.ids <@ seen and exists (select from tenant_document_release d
            where d.msp_id = s.msp_id and d.programme_code = s.programme_code and d.released)));
      perform set_config('kontor.scope', scope, true);
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_tenants()
 RETURNS uuid[]
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select kontor_ids('tenants') $function$;

CREATE OR REPLACE FUNCTION public.kontor_tenants_below(roots uuid[])
 RETURNS uuid[]
 LANGUAGE sql
 STABLE
AS $function$
      with recursive unit as (
        select msp_id, id from tenant where id = any($1)
        union select t.msp_id, t.id from tenant t join unit on t.msp_id = unit.msp_id and t.parent_id = unit.id)
      select coalesce(array_agg(id), '{}') from unit $function$;

CREATE OR REPLACE FUNCTION public.kontor_tenants_of_view(company uuid, view text)
 RETURNS uuid[]
 LANGUAGE sql
 STABLE
AS $function$
      select case $2
        when 'customer' then kontor_tenants_below(array(select id from tenant where customer_id = $1))
        when 'system_integrator' then kontor_tenants_below(array(
          select t.id from mandate m join tenant t on t.customer_id = m.customer_id
            join company c on c.id = m.customer_id and c.state = 'active'
          where m.integrator_id = $1 and m.consented_at is not null and m.revoked_at is null
            and m.from_at <= now() and (m.until_at is null or m.until_at > now())))
        when 'reseller' then '{}' when 'partner' then '{}' end $function$;

CREATE OR REPLACE FUNCTION public.kontor_tenants_seen_whole()
 RETURNS uuid[]
 LANGUAGE plpgsql
 STABLE
AS $function$
    declare
      scope text := kontor_scope();
      seen uuid[] := kontor_tenants();
      whole uuid[];
    begin
      perform set_config('kontor.scope', 'all', true);
      whole := array(select id from unnest(seen) as t (id) where kontor_tenants_below(array[id]) <@ seen);
      perform set_config('kontor.scope', scope, true);
      return whole;
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_this_period()
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select to_char(now() at time zone 'UTC', 'YYYY-MM') $function$;

CREATE OR REPLACE FUNCTION public.kontor_usage(msp uuid, period text, sites uuid[], rules jsonb)
 RETURNS TABLE(site_id uuid, site_name text, site_kind text, product text, programme_code text, reference text, tenant_id uuid, tenant_ref text, tenant_name text, meter text, highest bigint, highest_on date, total bigint, last bigint, observed bigint, reported bigint, counted bigint)
 LANGUAGE plpgsql
 STABLE
AS $function$
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
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_usage_party(msp uuid, programme text, period text)
 RETURNS TABLE(name text, registration_number text, locale text, zone text)
 LANGUAGE plpgsql
 STABLE
AS $function$
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
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_usage_sites(msp uuid, programme text, period text, site uuid DEFAULT NULL::uuid)
 RETURNS TABLE(site_id uuid, site_name text, site_kind text, product text, in_use boolean, reported_at timestamp with time zone, reported_on date)
 LANGUAGE plpgsql
 STABLE
AS $function$
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
    end $function$;

CREATE OR REPLACE FUNCTION public.kontor_version(version text)
 RETURNS integer[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$ select (string_to_array(version || '.0.0.0', '.')::integer[])[1:4] $function$;

CREATE OR REPLACE FUNCTION public.kontor_whole_sites()
 RETURNS uuid[]
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select kontor_ids('whole_sites') $function$;

CREATE OR REPLACE FUNCTION public.kontor_whole_tenants()
 RETURNS uuid[]
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select kontor_ids('whole_tenants') $function$;

CREATE OR REPLACE FUNCTION public.kontor_zone(company uuid, period text DEFAULT kontor_this_period())
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
        select zone from company_zone where company_id = $1 and from_period <= $2 order by from_period desc limit 1 $function$;

create table access_level (
  id uuid not null,
  company_id uuid not null,
  name text not null,
  copied_from text not null,
  actions text[] not null,
  created_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  constraint access_level_pkey PRIMARY KEY (id),
  constraint access_level_company_id_id_key UNIQUE (company_id, id),
  constraint access_level_copied_from_check CHECK ((copied_from = ANY (ARRAY['reader'::text, 'operator'::text, 'manager'::text, 'administrator'::text]))),
  constraint access_level_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id)
);
CREATE UNIQUE INDEX access_level_name ON public.access_level USING btree (company_id, kontor_comparable_name(name)) WHERE (ended_at IS NULL);
alter table access_level enable row level security;
alter table access_level force row level security;
create policy "all" on access_level for all to kontor_all
  using (true);
create policy retention on access_level for select to kontor_retention
  using (true);
create policy visible on access_level for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant insert, select, update on access_level to kontor_all;
grant insert, select, update on access_level to kontor_app;
grant insert, select, update on access_level to kontor_limited;
grant select on access_level to kontor_retention;

create table answer_key (
  sole boolean not null default true,
  id text not null,
  public_key bytea not null,
  sealed_private_key text not null,
  made_at timestamp with time zone not null,
  constraint answer_key_pkey PRIMARY KEY (sole),
  constraint answer_key_id_key UNIQUE (id),
  constraint answer_key_public_key_check CHECK ((length(public_key) = 32)),
  constraint answer_key_sole_check CHECK (sole)
);
alter table answer_key enable row level security;
alter table answer_key force row level security;
create policy "all" on answer_key for all to kontor_all
  using (true);
create policy retention on answer_key for select to kontor_retention
  using (true);
create policy visible on answer_key for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant insert, select on answer_key to kontor_all;
grant insert, select on answer_key to kontor_app;
grant insert, select on answer_key to kontor_limited;
grant select on answer_key to kontor_retention;

create table api_token (
  id uuid not null,
  membership_id uuid not null,
  view text not null,
  name text not null,
  narrowed_to text,
  token_hash bytea not null,
  created_at timestamp with time zone not null,
  created_by jsonb not null,
  expires_at timestamp with time zone,
  last_used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  constraint api_token_pkey PRIMARY KEY (id),
  constraint api_token_token_hash_key UNIQUE (token_hash),
  constraint api_token_narrowed_to_check CHECK ((narrowed_to = ANY (ARRAY['reader'::text, 'operator'::text, 'manager'::text, 'administrator'::text]))),
  constraint api_token_membership_id_fkey FOREIGN KEY (membership_id) REFERENCES membership(id)
);
CREATE INDEX api_token_by_membership ON public.api_token USING btree (membership_id);
alter table api_token enable row level security;
alter table api_token force row level security;
create policy "all" on api_token for all to kontor_all
  using (true);
create policy let_go on api_token for delete to kontor_retention
  using (((NOT ( SELECT kontor_all_held() AS kontor_all_held)) AND COALESCE((kontor_company_of(membership_id) <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])), true) AND COALESCE((NULL::text <> ALL (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[])), true) AND (LEAST(revoked_at, expires_at) < (now() - '30 days'::interval))));
create policy retention on api_token for select to kontor_retention
  using (true);
create policy visible on api_token for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant insert, select, update on api_token to kontor_all;
grant insert, select, update on api_token to kontor_app;
grant insert, select, update on api_token to kontor_limited;
grant delete, select on api_token to kontor_retention;

create table audit_event (
  id bigint not null,
  at timestamp with time zone not null,
  actor jsonb not null,
  action text not null,
  subject text not null,
  msp_id uuid,
  before jsonb,
  after jsonb,
  reason text,
  previous_hash bytea not null,
  hash bytea not null,
  constraint audit_event_pkey PRIMARY KEY (id)
);
CREATE INDEX audit_event_by_actor ON public.audit_event USING btree (((actor ->> 'id'::text)), id);
CREATE INDEX audit_event_by_msp ON public.audit_event USING btree (msp_id, id);
CREATE INDEX audit_event_by_subject ON public.audit_event USING btree (subject, id);
alter table audit_event enable row level security;
alter table audit_event force row level security;
create policy "all" on audit_event for all to kontor_all
  using (true);
create policy append_only on audit_event for insert to kontor_retention
  with check (true);
create policy appended on audit_event for insert to kontor_app, kontor_limited
  with check (true);
create policy let_go on audit_event for delete to kontor_retention
  using (((NOT ( SELECT kontor_all_held() AS kontor_all_held)) AND COALESCE((NULL::uuid <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])), true) AND COALESCE((NULL::text <> ALL (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[])), true) AND ((EXTRACT(year FROM (at AT TIME ZONE 'Etc/GMT-14'::text)) < (( SELECT kontor_least_year(8) AS kontor_least_year))::numeric) AND (NOT (EXISTS ( SELECT
   FROM legal_hold
  WHERE (legal_hold.lifted_at IS NULL)))))));
create policy retention on audit_event for select to kontor_retention
  using (true);
create policy visible on audit_event for select to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
CREATE TRIGGER chain BEFORE INSERT ON public.audit_event FOR EACH ROW EXECUTE FUNCTION kontor_chain_audit();
CREATE TRIGGER frozen BEFORE DELETE OR UPDATE ON public.audit_event FOR EACH ROW EXECUTE FUNCTION kontor_refuse_change();
CREATE TRIGGER frozen_all BEFORE TRUNCATE ON public.audit_event FOR EACH STATEMENT EXECUTE FUNCTION kontor_refuse_change();
grant insert, select on audit_event to kontor_all;
grant insert, select on audit_event to kontor_app;
grant insert, select on audit_event to kontor_limited;
grant delete, insert, select on audit_event to kontor_retention;

create table billing_pack (
  id uuid not null,
  programme_code text not null,
  distributor_id uuid not null,
  period text not null,
  supplement integer not null,
  summary jsonb not null,
  summary_sha256 bytea not null,
  summary_pdf bytea not null,
  lines_csv bytea not null,
  made_at timestamp with time zone not null,
  constraint billing_pack_pkey PRIMARY KEY (id),
  constraint billing_pack_programme_code_distributor_id_period_supplemen_key UNIQUE (programme_code, distributor_id, period, supplement),
  constraint billing_pack_supplement_check CHECK ((supplement >= 0)),
  constraint billing_pack_distributor_id_fkey FOREIGN KEY (distributor_id) REFERENCES distributor_terms(id),
  constraint billing_pack_programme_code_period_fkey FOREIGN KEY (programme_code, period) REFERENCES billing_run(programme_code, period)
);
alter table billing_pack enable row level security;
alter table billing_pack force row level security;
create policy "all" on billing_pack for all to kontor_all
  using (true);
create policy let_go on billing_pack for delete to kontor_retention
  using (((NOT ( SELECT kontor_all_held() AS kontor_all_held)) AND COALESCE((distributor_id <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])), true) AND COALESCE((programme_code <> ALL (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[])), true) AND ((EXTRACT(year FROM (made_at AT TIME ZONE 'Etc/GMT-14'::text)) < (( SELECT kontor_least_year(8) AS kontor_least_year))::numeric) AND (NOT (EXISTS ( SELECT
   FROM billing_pack_statement b
  WHERE (b.billing_pack_id = billing_pack.id)))) AND (NOT (EXISTS ( SELECT
   FROM billing_pack_credit b
  WHERE (b.billing_pack_id = billing_pack.id)))))));
create policy owned on billing_pack for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
create policy retention on billing_pack for select to kontor_retention
  using (true);
create policy visible on billing_pack for select to kontor_app, kontor_limited
  using ((distributor_id = ( SELECT kontor_distributor() AS kontor_distributor)));
CREATE TRIGGER frozen BEFORE DELETE OR UPDATE ON public.billing_pack FOR EACH ROW EXECUTE FUNCTION kontor_refuse_change();
CREATE TRIGGER frozen_all BEFORE TRUNCATE ON public.billing_pack FOR EACH STATEMENT EXECUTE FUNCTION kontor_refuse_change();
grant insert, select on billing_pack to kontor_all;
grant insert, select on billing_pack to kontor_app;
grant insert, select on billing_pack to kontor_limited;
grant delete, select on billing_pack to kontor_retention;

create table billing_pack_credit (
  billing_pack_id uuid not null,
  msp_id uuid not null,
  credit_id uuid not null,
  constraint billing_pack_credit_pkey PRIMARY KEY (credit_id),
  constraint billing_pack_credit_billing_pack_id_fkey FOREIGN KEY (billing_pack_id) REFERENCES billing_pack(id),
  constraint billing_pack_credit_msp_id_credit_id_fkey FOREIGN KEY (msp_id, credit_id) REFERENCES credit(msp_id, id)
);
CREATE INDEX billing_pack_credit_by_pack ON public.billing_pack_credit USING btree (billing_pack_id);
alter table billing_pack_credit enable row level security;
alter table billing_pack_credit force row level security;
create policy "all" on billing_pack_credit for all to kontor_all
  using (true);
create policy owned on billing_pack_credit for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on billing_pack_credit for select to kontor_retention
  using (true);
create policy visible on billing_pack_credit for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (credit_id IN ( SELECT credit.id
   FROM credit))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND false)));
CREATE TRIGGER frozen BEFORE DELETE OR UPDATE ON public.billing_pack_credit FOR EACH ROW EXECUTE FUNCTION kontor_refuse_change();
CREATE TRIGGER frozen_all BEFORE TRUNCATE ON public.billing_pack_credit FOR EACH STATEMENT EXECUTE FUNCTION kontor_refuse_change();
grant insert, select on billing_pack_credit to kontor_all;
grant insert, select on billing_pack_credit to kontor_app;
grant insert, select on billing_pack_credit to kontor_limited;
grant select on billing_pack_credit to kontor_retention;

create table billing_pack_response (
  id uuid not null,
  billing_pack_id uuid not null,
  distributor_id uuid not null,
  kind text not null,
  question text,
  said_at timestamp with time zone not null,
  said_by jsonb not null,
  answer text,
  answered_at timestamp with time zone,
  answered_by jsonb,
  constraint billing_pack_response_pkey PRIMARY KEY (id),
  constraint billing_pack_response_check CHECK (((question IS NOT NULL) = (kind = 'questioned'::text))),
  constraint billing_pack_response_check1 CHECK (((answer IS NULL) OR (kind = 'questioned'::text))),
  constraint billing_pack_response_check2 CHECK ((((answer IS NULL) = (answered_at IS NULL)) AND ((answer IS NULL) = (answered_by IS NULL)))),
  constraint billing_pack_response_kind_check CHECK ((kind = ANY (ARRAY['acknowledged'::text, 'questioned'::text]))),
  constraint billing_pack_response_billing_pack_id_fkey FOREIGN KEY (billing_pack_id) REFERENCES billing_pack(id),
  constraint billing_pack_response_distributor_id_fkey FOREIGN KEY (distributor_id) REFERENCES distributor_terms(id)
);
CREATE UNIQUE INDEX billing_pack_response_acknowledged ON public.billing_pack_response USING btree (billing_pack_id) WHERE (kind = 'acknowledged'::text);
CREATE INDEX billing_pack_response_by_pack ON public.billing_pack_response USING btree (billing_pack_id, said_at);
CREATE UNIQUE INDEX billing_pack_response_open ON public.billing_pack_response USING btree (billing_pack_id) WHERE ((kind = 'questioned'::text) AND (answer IS NULL));
alter table billing_pack_response enable row level security;
alter table billing_pack_response force row level security;
create policy "all" on billing_pack_response for all to kontor_all
  using (true);
create policy let_go on billing_pack_response for delete to kontor_retention
  using (((NOT ( SELECT kontor_all_held() AS kontor_all_held)) AND COALESCE((distributor_id <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])), true) AND COALESCE((NULL::text <> ALL (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[])), true) AND (EXISTS ( SELECT
   FROM billing_pack p
  WHERE ((p.id = billing_pack_response.billing_pack_id) AND (EXTRACT(year FROM (p.made_at AT TIME ZONE 'Etc/GMT-14'::text)) < (( SELECT kontor_least_year(8) AS kontor_least_year))::numeric) AND (p.programme_code <> ALL (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[])) AND (NOT (EXISTS ( SELECT
           FROM billing_pack_statement b
          WHERE (b.billing_pack_id = p.id)))) AND (NOT (EXISTS ( SELECT
           FROM billing_pack_credit b
          WHERE (b.billing_pack_id = p.id)))))))));
create policy owned on billing_pack_response for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
create policy retention on billing_pack_response for select to kontor_retention
  using (true);
create policy visible on billing_pack_response for select to kontor_app, kontor_limited
  using ((distributor_id = ( SELECT kontor_distributor() AS kontor_distributor)));
CREATE TRIGGER frozen_all BEFORE TRUNCATE ON public.billing_pack_response FOR EACH STATEMENT EXECUTE FUNCTION kontor_refuse_change();
CREATE TRIGGER kept BEFORE DELETE OR UPDATE ON public.billing_pack_response FOR EACH ROW EXECUTE FUNCTION kontor_keep_response();
grant insert, select, update on billing_pack_response to kontor_all;
grant insert, select, update on billing_pack_response to kontor_app;
grant insert, select, update on billing_pack_response to kontor_limited;
grant delete, select on billing_pack_response to kontor_retention;

create table billing_pack_statement (
  billing_pack_id uuid not null,
  msp_id uuid not null,
  statement_id uuid not null,
  constraint billing_pack_statement_pkey PRIMARY KEY (msp_id, statement_id),
  constraint billing_pack_statement_billing_pack_id_fkey FOREIGN KEY (billing_pack_id) REFERENCES billing_pack(id),
  constraint billing_pack_statement_msp_id_statement_id_fkey FOREIGN KEY (msp_id, statement_id) REFERENCES statement(msp_id, id)
);
CREATE INDEX billing_pack_statement_by_pack ON public.billing_pack_statement USING btree (billing_pack_id);
alter table billing_pack_statement enable row level security;
alter table billing_pack_statement force row level security;
create policy "all" on billing_pack_statement for all to kontor_all
  using (true);
create policy let_go on billing_pack_statement for delete to kontor_retention
  using (((NOT ( SELECT kontor_all_held() AS kontor_all_held)) AND COALESCE((msp_id <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])), true) AND COALESCE((NULL::text <> ALL (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[])), true) AND (EXISTS ( SELECT
   FROM statement s
  WHERE ((s.msp_id = billing_pack_statement.msp_id) AND (s.id = billing_pack_statement.statement_id) AND (s.year < ( SELECT kontor_least_year(8) AS kontor_least_year)) AND (s.programme_code <> ALL (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[])) AND (s.distributor_id <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])))))));
create policy owned on billing_pack_statement for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on billing_pack_statement for select to kontor_retention
  using (true);
create policy visible on billing_pack_statement for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (statement_id IN ( SELECT statement.id
   FROM statement))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND false)));
CREATE TRIGGER frozen BEFORE DELETE OR UPDATE ON public.billing_pack_statement FOR EACH ROW EXECUTE FUNCTION kontor_refuse_change();
CREATE TRIGGER frozen_all BEFORE TRUNCATE ON public.billing_pack_statement FOR EACH STATEMENT EXECUTE FUNCTION kontor_refuse_change();
grant insert, select on billing_pack_statement to kontor_all;
grant insert, select on billing_pack_statement to kontor_app;
grant insert, select on billing_pack_statement to kontor_limited;
grant delete, select on billing_pack_statement to kontor_retention;

create table billing_run (
  programme_code text not null,
  period text not null,
  state text not null,
  opened_at timestamp with time zone not null,
  opened_by jsonb not null,
  reason text,
  rules jsonb not null,
  released_at timestamp with time zone,
  released_by jsonb,
  release_reason text,
  failed_at timestamp with time zone,
  failure text,
  sealed_at timestamp with time zone,
  restored_at timestamp with time zone,
  control_totals jsonb,
  seal bytea,
  audit_head jsonb,
  constraint billing_run_pkey PRIMARY KEY (programme_code, period),
  constraint billing_run_check CHECK (((released_at IS NULL) = (released_by IS NULL))),
  constraint billing_run_check1 CHECK (((failed_at IS NULL) = (failure IS NULL))),
  constraint billing_run_period_check CHECK ((period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'::text)),
  constraint billing_run_state_check CHECK ((state = ANY (ARRAY['open'::text, 'sealed'::text, 'skipped'::text]))),
  constraint billing_run_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code)
);
grant insert, select, update on billing_run to kontor_all;
grant insert, select, update on billing_run to kontor_app;
grant insert, select, update on billing_run to kontor_limited;
grant select on billing_run to kontor_retention;

create table case_comment (
  id uuid not null,
  case_id uuid not null,
  msp_id uuid,
  tenant_id uuid,
  company_id uuid not null,
  side text not null,
  audience text not null,
  text text not null,
  written_at timestamp with time zone not null,
  written_by jsonb not null,
  withdrawn_at timestamp with time zone,
  constraint case_comment_pkey PRIMARY KEY (id),
  constraint case_comment_audience_check CHECK ((audience = ANY (ARRAY['internal'::text, 'shared'::text]))),
  constraint case_comment_side_check CHECK ((side = ANY (ARRAY['partner_team'::text, 'msp'::text, 'customer'::text]))),
  constraint case_comment_case_id_fkey FOREIGN KEY (case_id) REFERENCES discrepancy(id),
  constraint case_comment_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id),
  constraint case_comment_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msp_terms(id)
);
CREATE INDEX case_comment_by_case ON public.case_comment USING btree (case_id, written_at, id);
alter table case_comment enable row level security;
alter table case_comment force row level security;
create policy "all" on case_comment for all to kontor_all
  using (true);
create policy let_go on case_comment for delete to kontor_retention
  using (((NOT ( SELECT kontor_all_held() AS kontor_all_held)) AND COALESCE((NULL::uuid <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])), true) AND COALESCE((NULL::text <> ALL (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[])), true) AND kontor_case_goes(case_id)));
create policy owned on case_comment for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
create policy retention on case_comment for select to kontor_retention
  using (true);
create policy visible on case_comment for select to kontor_app, kontor_limited
  using (((case_id IN ( SELECT case_hand_over.case_id
   FROM case_hand_over)) AND (((msp_id = ( SELECT kontor_msp() AS kontor_msp)) AND ((audience = 'shared'::text) OR (company_id = ( SELECT kontor_msp() AS kontor_msp)))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND ((audience = 'shared'::text) OR ((side = 'customer'::text) AND (company_id = ( SELECT kontor_company() AS kontor_company))))))));
CREATE TRIGGER frozen_all BEFORE TRUNCATE ON public.case_comment FOR EACH STATEMENT EXECUTE FUNCTION kontor_refuse_change();
CREATE TRIGGER kept BEFORE DELETE OR UPDATE ON public.case_comment FOR EACH ROW EXECUTE FUNCTION kontor_keep_comment();
grant insert, select, update on case_comment to kontor_all;
grant insert, select, update on case_comment to kontor_app;
grant insert, select, update on case_comment to kontor_limited;
grant delete, select on case_comment to kontor_retention;

create table case_hand_over (
  id uuid not null,
  case_id uuid not null,
  number integer not null,
  msp_id uuid not null,
  tenant_id uuid,
  from_holder text not null,
  holder text not null,
  side text not null,
  note text not null,
  proposal text,
  proposed_quantity integer,
  handed_at timestamp with time zone not null,
  handed_by jsonb not null,
  constraint case_hand_over_pkey PRIMARY KEY (id),
  constraint case_hand_over_case_id_number_key UNIQUE (case_id, number),
  constraint case_hand_over_check CHECK (((holder = ANY (ARRAY['partner_team'::text, 'msp'::text, 'customer'::text])) AND (holder <> from_holder))),
  constraint case_hand_over_check1 CHECK (((proposed_quantity IS NOT NULL) = COALESCE((proposal = 'set_quantity'::text), false))),
  constraint case_hand_over_from_holder_check CHECK ((from_holder = ANY (ARRAY['partner_team'::text, 'msp'::text, 'customer'::text]))),
  constraint case_hand_over_number_check CHECK ((number > 0)),
  constraint case_hand_over_side_check CHECK ((side = ANY (ARRAY['partner_team'::text, 'msp'::text, 'customer'::text]))),
  constraint case_hand_over_case_id_fkey FOREIGN KEY (case_id) REFERENCES discrepancy(id),
  constraint case_hand_over_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msp_terms(id)
);
CREATE INDEX case_hand_over_by_msp ON public.case_hand_over USING btree (msp_id, case_id);
alter table case_hand_over enable row level security;
alter table case_hand_over force row level security;
create policy "all" on case_hand_over for all to kontor_all
  using (true);
create policy let_go on case_hand_over for delete to kontor_retention
  using (((NOT ( SELECT kontor_all_held() AS kontor_all_held)) AND COALESCE((NULL::uuid <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])), true) AND COALESCE((NULL::text <> ALL (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[])), true) AND kontor_case_goes(case_id)));
create policy owned on case_hand_over for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
create policy retention on case_hand_over for select to kontor_retention
  using (true);
create policy visible on case_hand_over for select to kontor_app, kontor_limited
  using (((msp_id = ( SELECT kontor_msp() AS kontor_msp)) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND (('customer'::text = from_holder) OR ('customer'::text = holder)) AND (tenant_id = ANY (( SELECT kontor_tenants() AS kontor_tenants)::uuid[])) AND (msp_id IN ( SELECT service_desk.msp_id
   FROM service_desk
  WHERE service_desk.active)))));
CREATE TRIGGER frozen BEFORE DELETE OR UPDATE ON public.case_hand_over FOR EACH ROW EXECUTE FUNCTION kontor_refuse_change();
CREATE TRIGGER frozen_all BEFORE TRUNCATE ON public.case_hand_over FOR EACH STATEMENT EXECUTE FUNCTION kontor_refuse_change();
grant insert, select on case_hand_over to kontor_all;
grant insert, select on case_hand_over to kontor_app;
grant insert, select on case_hand_over to kontor_limited;
grant delete, select on case_hand_over to kontor_retention;

create table case_person (
  id uuid not null,
  case_id uuid not null,
  person_id uuid not null,
  role text not null,
  from_at timestamp with time zone not null,
  given_by jsonb not null,
  until_at timestamp with time zone,
  ended_by jsonb,
  constraint case_person_pkey PRIMARY KEY (id),
  constraint case_person_check CHECK ((until_at >= from_at)),
  constraint case_person_check1 CHECK (((until_at IS NULL) = (ended_by IS NULL))),
  constraint case_person_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'additional'::text]))),
  constraint case_person_case_id_fkey FOREIGN KEY (case_id) REFERENCES discrepancy(id),
  constraint case_person_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id)
);
CREATE INDEX case_person_by_case ON public.case_person USING btree (case_id, from_at, id);
CREATE INDEX case_person_by_person ON public.case_person USING btree (person_id) WHERE (until_at IS NULL);
CREATE UNIQUE INDEX case_person_once ON public.case_person USING btree (case_id, person_id, role) WHERE (until_at IS NULL);
CREATE UNIQUE INDEX case_person_owner ON public.case_person USING btree (case_id) WHERE ((role = 'owner'::text) AND (until_at IS NULL));
alter table case_person enable row level security;
alter table case_person force row level security;
create policy "all" on case_person for all to kontor_all
  using (true);
create policy let_go on case_person for delete to kontor_retention
  using (((NOT ( SELECT kontor_all_held() AS kontor_all_held)) AND COALESCE((NULL::uuid <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])), true) AND COALESCE((NULL::text <> ALL (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[])), true) AND kontor_case_goes(case_id)));
create policy retention on case_person for select to kontor_retention
  using (true);
create policy visible on case_person for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant insert, select, update on case_person to kontor_all;
grant insert, select, update on case_person to kontor_app;
grant insert, select, update on case_person to kontor_limited;
grant delete, select on case_person to kontor_retention;

create table check_in (
  msp_id uuid not null,
  site_id uuid not null,
  installation_id uuid not null,
  observed_at timestamp with time zone not null,
  counted_at timestamp with time zone not null,
  sent_at timestamp with time zone not null,
  received_at timestamp with time zone not null,
  clock_offset_seconds integer not null,
  tenant_refs text[] not null,
  meters text[] not null,
  quantities integer[] not null,
  content_hash bytea not null,
  channel text not null,
  protocol_version integer not null,
  product_version text,
  backups_passed integer,
  backups_failed integer,
  backups_unknown integer,
  extra jsonb,
  constraint check_in_pkey PRIMARY KEY (msp_id, site_id, installation_id, observed_at),
  constraint check_in_channel_check CHECK ((channel = ANY (ARRAY['push'::text, 'pull'::text, 'file'::text]))),
  constraint check_in_protocol_version_check CHECK ((protocol_version > 0))
) partition by range (observed_at);
alter table check_in enable row level security;
alter table check_in force row level security;
create policy "all" on check_in for all to kontor_all
  using (true);
create policy let_go on check_in for delete to kontor_retention
  using (((NOT ( SELECT kontor_all_held() AS kontor_all_held)) AND COALESCE((msp_id <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])), true) AND COALESCE((NULL::text <> ALL (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[])), true) AND ((observed_at < (((( SELECT kontor_least_month(13) AS kontor_least_month) || '-01'::text))::timestamp without time zone AT TIME ZONE 'UTC'::text)) AND ((( SELECT cardinality(kontor_held_programmes()) AS cardinality) = 0) OR (NOT (EXISTS ( SELECT
   FROM site s
  WHERE ((s.msp_id = check_in.msp_id) AND (s.id = check_in.site_id) AND (s.programme_code = ANY (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[]))))))))));
create policy owned on check_in for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on check_in for select to kontor_retention
  using (true);
create policy visible on check_in for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND false) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND false)));
grant insert, select on check_in to kontor_all;
grant insert, select on check_in to kontor_app;
grant insert, select on check_in to kontor_limited;
grant delete, select on check_in to kontor_retention;

create table company (
  id uuid not null,
  name text not null,
  registration_number text,
  address text[] not null,
  country text,
  locale text not null,
  parent_id uuid,
  source text,
  state text not null default 'active'::text,
  state_reason text,
  state_at timestamp with time zone,
  merged_into uuid,
  version integer not null default 1,
  created_at timestamp with time zone not null,
  constraint company_pkey PRIMARY KEY (id),
  constraint company_check CHECK ((parent_id <> id)),
  constraint company_check1 CHECK ((merged_into <> id)),
  constraint company_check2 CHECK (((merged_into IS NULL) OR (state = 'ended'::text))),
  constraint company_state_check CHECK ((state = ANY (ARRAY['active'::text, 'suspended'::text, 'ended'::text]))),
  constraint company_merged_into_fkey FOREIGN KEY (merged_into) REFERENCES company(id),
  constraint company_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES company(id)
);
CREATE INDEX company_by_parent ON public.company USING btree (parent_id) WHERE (parent_id IS NOT NULL);
CREATE INDEX company_by_registration_number ON public.company USING btree (kontor_comparable_number(registration_number));
CREATE UNIQUE INDEX company_by_source ON public.company USING btree (source) WHERE (state <> 'ended'::text);
alter table company enable row level security;
alter table company force row level security;
create policy "all" on company for all to kontor_all
  using (true);
create policy in_mandate on company for select to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND (id IN ( SELECT unnest(ARRAY[mandate.integrator_id, mandate.customer_id]) AS unnest
   FROM mandate))));
create policy let_go_applicants on company for update to kontor_retention
  using ((kontor_only_applied(id) AND (NOT kontor_is_held(id, NULL::text))));
create policy owned on company for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
create policy retention on company for select to kontor_retention
  using (true);
create policy visible on company for select to kontor_app, kontor_limited
  using (((id = ( SELECT kontor_company() AS kontor_company)) OR ((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (id IN ( SELECT billed_now.msp_id
   FROM billed_now))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND (id = ANY (( SELECT kontor_msps() AS kontor_msps)::uuid[]))) OR ((( SELECT kontor_scope() AS kontor_scope) <> ''::text) AND (id IN ( SELECT distributor_terms.id
   FROM distributor_terms)))));
grant insert, select, update on company to kontor_all;
grant insert, select, update on company to kontor_app;
grant insert, select, update on company to kontor_limited;
grant select on company to kontor_retention;

create table company_change (
  id bigint not null generated always as identity,
  company_id uuid not null,
  at timestamp with time zone not null,
  actor jsonb not null,
  before jsonb not null,
  after jsonb not null,
  reason text,
  constraint company_change_pkey PRIMARY KEY (id),
  constraint company_change_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id)
);
CREATE INDEX company_change_by_company ON public.company_change USING btree (company_id, id);
alter table company_change enable row level security;
alter table company_change force row level security;
create policy "all" on company_change for all to kontor_all
  using (true);
create policy let_go on company_change for delete to kontor_retention
  using (((NOT ( SELECT kontor_all_held() AS kontor_all_held)) AND COALESCE((company_id <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])), true) AND COALESCE((NULL::text <> ALL (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[])), true) AND kontor_only_applied(company_id)));
create policy owned on company_change for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
create policy retention on company_change for select to kontor_retention
  using (true);
create policy visible on company_change for select to kontor_app, kontor_limited
  using ((company_id = ( SELECT kontor_company() AS kontor_company)));
CREATE TRIGGER frozen BEFORE DELETE OR UPDATE ON public.company_change FOR EACH ROW EXECUTE FUNCTION kontor_refuse_change();
CREATE TRIGGER frozen_all BEFORE TRUNCATE ON public.company_change FOR EACH STATEMENT EXECUTE FUNCTION kontor_refuse_change();
grant insert, select on company_change to kontor_all;
grant insert, select on company_change to kontor_app;
grant insert, select on company_change to kontor_limited;
grant delete, select on company_change to kontor_retention;

create table company_contact (
  id uuid not null,
  company_id uuid not null,
  purpose text not null,
  name text not null,
  email text not null,
  named_at timestamp with time zone not null,
  named_by jsonb not null,
  confirmed_at timestamp with time zone,
  ended_at timestamp with time zone,
  constraint company_contact_pkey PRIMARY KEY (id),
  constraint company_contact_purpose_check CHECK ((purpose = ANY (ARRAY['statements'::text, 'technical'::text, 'legal'::text]))),
  constraint company_contact_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id)
);
CREATE INDEX company_contact_by_email ON public.company_contact USING btree (email);
CREATE INDEX company_contact_by_mail_domain ON public.company_contact USING btree (kontor_mail_domain(email));
CREATE UNIQUE INDEX company_contact_confirmed ON public.company_contact USING btree (company_id, purpose) WHERE ((confirmed_at IS NOT NULL) AND (ended_at IS NULL));
CREATE UNIQUE INDEX company_contact_unconfirmed ON public.company_contact USING btree (company_id, purpose) WHERE ((confirmed_at IS NULL) AND (ended_at IS NULL));
alter table company_contact enable row level security;
alter table company_contact force row level security;
create policy "all" on company_contact for all to kontor_all
  using (true);
create policy let_go on company_contact for delete to kontor_retention
  using (((NOT ( SELECT kontor_all_held() AS kontor_all_held)) AND COALESCE((company_id <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])), true) AND COALESCE((NULL::text <> ALL (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[])), true) AND kontor_only_applied(company_id)));
create policy owned on company_contact for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (company_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on company_contact for select to kontor_retention
  using (true);
create policy visible on company_contact for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND ((company_id = ( SELECT kontor_distributor() AS kontor_distributor)) OR (company_id IN ( SELECT billed_now.msp_id
   FROM billed_now)))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND false)));
grant insert, select, update on company_contact to kontor_all;
grant insert, select, update on company_contact to kontor_app;
grant insert, select, update on company_contact to kontor_limited;
grant delete, select on company_contact to kontor_retention;

create table company_view (
  company_id uuid not null,
  view text not null,
  constraint company_view_pkey PRIMARY KEY (company_id, view),
  constraint company_view_view_check CHECK ((view = ANY (ARRAY['vendor'::text, 'customer'::text, 'system_integrator'::text, 'service_provider'::text, 'reseller'::text, 'distributor'::text, 'partner'::text]))),
  constraint company_view_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id)
);
alter table company_view enable row level security;
alter table company_view force row level security;
create policy "all" on company_view for all to kontor_all
  using (true);
create policy owned on company_view for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
create policy retention on company_view for select to kontor_retention
  using (true);
create policy visible on company_view for select to kontor_app, kontor_limited
  using ((company_id IN ( SELECT company.id
   FROM company)));
grant delete, insert, select on company_view to kontor_all;
grant delete, insert, select on company_view to kontor_app;
grant delete, insert, select on company_view to kontor_limited;
grant select on company_view to kontor_retention;

create table company_zone (
  company_id uuid not null,
  from_period text not null,
  zone text not null,
  constraint company_zone_pkey PRIMARY KEY (company_id, from_period),
  constraint company_zone_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id)
);
alter table company_zone enable row level security;
alter table company_zone force row level security;
create policy "all" on company_zone for all to kontor_all
  using (true);
create policy own on company_zone for select to kontor_app, kontor_limited
  using ((company_id = ( SELECT kontor_company() AS kontor_company)));
create policy owned on company_zone for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (company_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on company_zone for select to kontor_retention
  using (true);
create policy visible on company_zone for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (company_id IN ( SELECT billed_now.msp_id
   FROM billed_now))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND false)));
grant insert, select, update on company_zone to kontor_all;
grant insert, select, update on company_zone to kontor_app;
grant insert, select, update on company_zone to kontor_limited;
grant select on company_zone to kontor_retention;

create table correction (
  id uuid not null,
  programme_code text not null,
  msp_id uuid not null,
  statement_id uuid not null,
  distributor_id uuid not null,
  period text not null,
  change text not null,
  booking text not null,
  line_no integer,
  wish jsonb not null,
  plan jsonb not null,
  currency text not null,
  amount_minor bigint not null,
  reason text not null,
  state text not null,
  asked_at timestamp with time zone not null,
  asked_by jsonb not null,
  remind_at timestamp with time zone not null,
  decide_until timestamp with time zone not null,
  workflow_started_at timestamp with time zone,
  decided_at timestamp with time zone,
  decided_by jsonb,
  decision_reason text,
  constraint correction_pkey PRIMARY KEY (id),
  constraint correction_msp_id_id_key UNIQUE (msp_id, id),
  constraint correction_booking_check CHECK ((booking = ANY (ARRAY['next_statement'::text, 'credit'::text, 'revision'::text]))),
  constraint correction_change_check CHECK ((change = ANY (ARRAY['amount'::text, 'quantity'::text, 'waiver'::text, 'reissue'::text]))),
  constraint correction_check CHECK (((state = 'asked'::text) = (decided_at IS NULL))),
  constraint correction_check1 CHECK (((change = 'reissue'::text) = (booking = 'revision'::text))),
  constraint correction_check2 CHECK (((booking <> 'credit'::text) OR (amount_minor < 0))),
  constraint correction_reason_check CHECK ((reason <> ''::text)),
  constraint correction_state_check CHECK ((state = ANY (ARRAY['asked'::text, 'confirmed'::text, 'refused'::text, 'withdrawn'::text, 'expired'::text]))),
  constraint correction_distributor_id_fkey FOREIGN KEY (distributor_id) REFERENCES distributor_terms(id),
  constraint correction_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msp_terms(id),
  constraint correction_msp_id_statement_id_fkey FOREIGN KEY (msp_id, statement_id) REFERENCES statement(msp_id, id),
  constraint correction_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code)
);
CREATE INDEX correction_by_statement ON public.correction USING btree (statement_id);
CREATE INDEX correction_by_time ON public.correction USING btree (asked_at, id);
CREATE UNIQUE INDEX correction_one_waits ON public.correction USING btree (msp_id, statement_id) WHERE (state = 'asked'::text);
CREATE INDEX correction_to_book ON public.correction USING btree (msp_id, programme_code) WHERE ((state = 'confirmed'::text) AND (booking = 'next_statement'::text));
CREATE INDEX correction_unstarted ON public.correction USING btree (asked_at) WHERE ((state = 'asked'::text) AND (workflow_started_at IS NULL));
alter table correction enable row level security;
alter table correction force row level security;
create policy "all" on correction for all to kontor_all
  using (true);
create policy retention on correction for select to kontor_retention
  using (true);
create policy visible on correction for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant insert, select, update on correction to kontor_all;
grant insert, select, update on correction to kontor_app;
grant insert, select, update on correction to kontor_limited;
grant select on correction to kontor_retention;

create table correction_document (
  msp_id uuid not null,
  correction_id uuid not null,
  sha256 bytea not null,
  pages integer not null,
  pdf bytea not null storage external,
  rendered_at timestamp with time zone not null,
  constraint correction_document_pkey PRIMARY KEY (msp_id, correction_id),
  constraint correction_document_msp_id_correction_id_fkey FOREIGN KEY (msp_id, correction_id) REFERENCES correction(msp_id, id)
);
alter table correction_document enable row level security;
alter table correction_document force row level security;
create policy "all" on correction_document for all to kontor_all
  using (true);
create policy owned on correction_document for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on correction_document for select to kontor_retention
  using (true);
create policy visible on correction_document for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (correction_id IN ( SELECT credit.correction_id
   FROM credit
UNION ALL
 SELECT statement_revision.correction_id
   FROM statement_revision))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND false)));
CREATE TRIGGER frozen BEFORE DELETE OR UPDATE ON public.correction_document FOR EACH ROW EXECUTE FUNCTION kontor_refuse_change();
CREATE TRIGGER frozen_all BEFORE TRUNCATE ON public.correction_document FOR EACH STATEMENT EXECUTE FUNCTION kontor_refuse_change();
grant insert, select on correction_document to kontor_all;
grant insert, select on correction_document to kontor_app;
grant insert, select on correction_document to kontor_limited;
grant select on correction_document to kontor_retention;

create table credit (
  id uuid not null,
  correction_id uuid not null,
  programme_code text not null,
  msp_id uuid not null,
  distributor_id uuid not null,
  statement_id uuid not null,
  period text not null,
  number text not null,
  sequence integer not null,
  year integer not null,
  credit_date date not null,
  currency text not null,
  total_minor bigint not null,
  content jsonb not null,
  template_version integer not null,
  content_hash bytea not null,
  previous_hash bytea not null,
  chain_hash bytea not null,
  issued_at timestamp with time zone not null,
  constraint credit_pkey PRIMARY KEY (id),
  constraint credit_correction_id_key UNIQUE (correction_id),
  constraint credit_msp_id_id_key UNIQUE (msp_id, id),
  constraint credit_number_key UNIQUE (number),
  constraint credit_programme_code_distributor_id_year_sequence_key UNIQUE (programme_code, distributor_id, year, sequence),
  constraint credit_total_minor_check CHECK ((total_minor < 0)),
  constraint credit_distributor_id_fkey FOREIGN KEY (distributor_id) REFERENCES distributor_terms(id),
  constraint credit_msp_id_correction_id_fkey FOREIGN KEY (msp_id, correction_id) REFERENCES correction(msp_id, id),
  constraint credit_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msp_terms(id),
  constraint credit_msp_id_statement_id_fkey FOREIGN KEY (msp_id, statement_id) REFERENCES statement(msp_id, id),
  constraint credit_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code)
);
CREATE INDEX credit_by_date ON public.credit USING btree (credit_date, number);
CREATE INDEX credit_by_statement ON public.credit USING btree (msp_id, statement_id);
alter table credit enable row level security;
alter table credit force row level security;
create policy "all" on credit for all to kontor_all
  using (true);
create policy owned on credit for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on credit for select to kontor_retention
  using (true);
create policy visible on credit for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (distributor_id = ( SELECT kontor_distributor() AS kontor_distributor))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND false)));
CREATE TRIGGER confirmed AFTER INSERT ON public.credit FOR EACH ROW EXECUTE FUNCTION kontor_require_confirmation('credit');
CREATE TRIGGER frozen BEFORE DELETE OR UPDATE ON public.credit FOR EACH ROW EXECUTE FUNCTION kontor_refuse_change();
CREATE TRIGGER frozen_all BEFORE TRUNCATE ON public.credit FOR EACH STATEMENT EXECUTE FUNCTION kontor_refuse_change();
grant insert, select on credit to kontor_all;
grant insert, select on credit to kontor_app;
grant insert, select on credit to kontor_limited;
grant select on credit to kontor_retention;

create table credit_number (
  programme_code text not null,
  distributor_id uuid not null,
  year integer not null,
  last integer not null,
  chain_hash bytea not null,
  constraint credit_number_pkey PRIMARY KEY (programme_code, distributor_id, year),
  constraint credit_number_last_check CHECK ((last >= 0)),
  constraint credit_number_distributor_id_fkey FOREIGN KEY (distributor_id) REFERENCES distributor_terms(id),
  constraint credit_number_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code)
);
alter table credit_number enable row level security;
alter table credit_number force row level security;
create policy "all" on credit_number for all to kontor_all
  using (true);
create policy retention on credit_number for select to kontor_retention
  using (true);
create policy visible on credit_number for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant insert, select, update on credit_number to kontor_all;
grant insert, select, update on credit_number to kontor_app;
grant insert, select, update on credit_number to kontor_limited;
grant select on credit_number to kontor_retention;

create table customer_price_list (
  msp_id uuid not null,
  programme_code text not null,
  version integer not null,
  id uuid not null,
  from_period text not null,
  currency text not null,
  prices jsonb not null,
  set_at timestamp with time zone not null,
  set_by jsonb not null,
  constraint customer_price_list_pkey PRIMARY KEY (msp_id, programme_code, version),
  constraint customer_price_list_id_key UNIQUE (id),
  constraint customer_price_list_from_period_check CHECK ((from_period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'::text)),
  constraint customer_price_list_version_check CHECK ((version > 0)),
  constraint customer_price_list_msp_id_programme_code_fkey FOREIGN KEY (msp_id, programme_code) REFERENCES participation(msp_id, programme_code)
);
alter table customer_price_list enable row level security;
alter table customer_price_list force row level security;
create policy "all" on customer_price_list for all to kontor_all
  using (true);
create policy owned on customer_price_list for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on customer_price_list for select to kontor_retention
  using (true);
create policy visible on customer_price_list for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND false) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND false)));
CREATE TRIGGER frozen BEFORE DELETE OR UPDATE ON public.customer_price_list FOR EACH ROW EXECUTE FUNCTION kontor_refuse_change();
CREATE TRIGGER frozen_all BEFORE TRUNCATE ON public.customer_price_list FOR EACH STATEMENT EXECUTE FUNCTION kontor_refuse_change();
grant insert, select on customer_price_list to kontor_all;
grant insert, select on customer_price_list to kontor_app;
grant insert, select on customer_price_list to kontor_limited;
grant select on customer_price_list to kontor_retention;

create table decision (
  id uuid not null,
  kind text not null,
  subject text not null,
  content jsonb not null,
  actor jsonb not null,
  decided_at timestamp with time zone not null,
  batch_id uuid,
  constraint decision_pkey PRIMARY KEY (id),
  constraint decision_kind_check CHECK ((kind = ANY (ARRAY['case'::text, 'completeness'::text, 'registration'::text, 'order'::text, 'correction'::text])))
);
CREATE INDEX decision_by_batch ON public.decision USING btree (batch_id) WHERE (batch_id IS NOT NULL);
alter table decision enable row level security;
alter table decision force row level security;
create policy "all" on decision for all to kontor_all
  using (true);
create policy let_go on decision for delete to kontor_retention
  using (((NOT ( SELECT kontor_all_held() AS kontor_all_held)) AND COALESCE((NULL::uuid <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])), true) AND COALESCE((NULL::text <> ALL (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[])), true) AND ((EXTRACT(year FROM (decided_at AT TIME ZONE 'Etc/GMT-14'::text)) < (( SELECT kontor_least_year(8) AS kontor_least_year))::numeric) AND (NOT (EXISTS ( SELECT
   FROM legal_hold
  WHERE (legal_hold.lifted_at IS NULL)))))));
create policy retention on decision for select to kontor_retention
  using (true);
create policy visible on decision for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
CREATE TRIGGER frozen BEFORE DELETE OR UPDATE ON public.decision FOR EACH ROW EXECUTE FUNCTION kontor_refuse_change();
CREATE TRIGGER frozen_all BEFORE TRUNCATE ON public.decision FOR EACH STATEMENT EXECUTE FUNCTION kontor_refuse_change();
grant insert, select on decision to kontor_all;
grant insert, select on decision to kontor_app;
grant insert, select on decision to kontor_limited;
grant delete, select on decision to kontor_retention;

create table desk_columns (
  msp_id uuid not null,
  columns jsonb not null,
  set_at timestamp with time zone not null,
  set_by jsonb not null,
  constraint desk_columns_pkey PRIMARY KEY (msp_id),
  constraint desk_columns_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msp_terms(id)
);
alter table desk_columns enable row level security;
alter table desk_columns force row level security;
create policy "all" on desk_columns for all to kontor_all
  using (true);
create policy owned on desk_columns for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on desk_columns for select to kontor_retention
  using (true);
create policy visible on desk_columns for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND false) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND false)));
grant insert, select, update on desk_columns to kontor_all;
grant insert, select, update on desk_columns to kontor_app;
grant insert, select, update on desk_columns to kontor_limited;
grant select on desk_columns to kontor_retention;

create table discrepancy (
  id uuid not null default gen_random_uuid(),
  programme_code text not null,
  period text not null,
  msp_id uuid,
  kind text not null,
  handling text not null,
  site_id uuid,
  tenant_ref text,
  tenant_id uuid,
  meter text,
  evidence jsonb not null,
  state text not null,
  resolved_by text,
  decision text,
  decided_quantity integer,
  reason text,
  author jsonb,
  second_author jsonb,
  found_at timestamp with time zone not null,
  resolved_at timestamp with time zone,
  evidence_key text,
  constraint discrepancy_pkey PRIMARY KEY (id),
  constraint discrepancy_programme_code_period_msp_id_kind_site_id_tenan_key UNIQUE NULLS NOT DISTINCT (programme_code, period, msp_id, kind, site_id, tenant_ref, meter, evidence_key),
  constraint discrepancy_check CHECK (((state = 'settled'::text) = (resolved_by IS NOT NULL))),
  constraint discrepancy_handling_check CHECK ((handling = ANY (ARRAY['automatic'::text, 'review'::text, 'person'::text]))),
  constraint discrepancy_resolved_by_check CHECK ((resolved_by = ANY (ARRAY['rule'::text, 'default'::text, 'person'::text]))),
  constraint discrepancy_state_check CHECK ((state = ANY (ARRAY['open'::text, 'settled'::text]))),
  constraint discrepancy_programme_code_period_msp_id_fkey FOREIGN KEY (programme_code, period, msp_id) REFERENCES run_participant(programme_code, period, msp_id)
);
CREATE INDEX discrepancy_by_msp ON public.discrepancy USING btree (msp_id, programme_code, period);
CREATE INDEX discrepancy_open ON public.discrepancy USING btree (programme_code, period, msp_id) WHERE (state = 'open'::text);
alter table discrepancy enable row level security;
alter table discrepancy force row level security;
create policy "all" on discrepancy for all to kontor_all
  using (true);
create policy let_go on discrepancy for delete to kontor_retention
  using (((NOT ( SELECT kontor_all_held() AS kontor_all_held)) AND COALESCE((msp_id <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])), true) AND COALESCE((programme_code <> ALL (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[])), true) AND ((period < (( SELECT kontor_least_year(8) AS kontor_least_year))::text) AND (NOT (EXISTS ( SELECT
   FROM statement s
  WHERE ((s.programme_code = discrepancy.programme_code) AND (s.period = discrepancy.period) AND ((discrepancy.msp_id IS NULL) OR (s.msp_id = discrepancy.msp_id)))))))));
create policy owned on discrepancy for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on discrepancy for select to kontor_retention
  using (true);
create policy visible on discrepancy for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND ((programme_code, period, msp_id) IN ( SELECT run_participant.programme_code,
    run_participant.period,
    run_participant.msp_id
   FROM run_participant))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND (tenant_id = ANY (( SELECT kontor_tenants() AS kontor_tenants)::uuid[])))));
grant insert, select, update on discrepancy to kontor_all;
grant insert, select, update on discrepancy to kontor_app;
grant insert, select, update on discrepancy to kontor_limited;
grant delete, select on discrepancy to kontor_retention;

create table distributor_terms (
  id uuid not null,
  code text not null,
  currency text not null,
  constraint distributor_terms_pkey PRIMARY KEY (id),
  constraint distributor_terms_code_key UNIQUE (code),
  constraint distributor_terms_code_check CHECK ((code ~ '^[A-Z0-9]{2,8}$'::text)),
  constraint distributor_terms_id_fkey FOREIGN KEY (id) REFERENCES company(id)
);
grant insert, select, update on distributor_terms to kontor_all;
grant insert, select, update on distributor_terms to kontor_app;
grant insert, select, update on distributor_terms to kontor_limited;
grant select on distributor_terms to kontor_retention;

create table document_content (
  sha256 bytea not null,
  content bytea not null,
  constraint document_content_pkey PRIMARY KEY (sha256),
  constraint document_content_sha256_check CHECK ((length(sha256) = 32))
);
grant insert, select on document_content to kontor_all;
grant insert, select on document_content to kontor_app;
grant insert, select on document_content to kontor_limited;
grant select on document_content to kontor_retention;

create table enabled_product (
  msp_id uuid not null,
  programme_code text not null,
  product text not null,
  order_id uuid,
  enabled_at timestamp with time zone not null,
  enabled_by jsonb not null,
  reason text,
  constraint enabled_product_pkey PRIMARY KEY (msp_id, programme_code, product),
  constraint enabled_product_msp_id_order_id_fkey FOREIGN KEY (msp_id, order_id) REFERENCES purchase_order(msp_id, id),
  constraint enabled_product_msp_id_programme_code_fkey FOREIGN KEY (msp_id, programme_code) REFERENCES participation(msp_id, programme_code)
);
alter table enabled_product enable row level security;
alter table enabled_product force row level security;
create policy "all" on enabled_product for all to kontor_all
  using (true);
create policy owned on enabled_product for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on enabled_product for select to kontor_retention
  using (true);
create policy visible on enabled_product for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND ((msp_id, programme_code) IN ( SELECT billed_now.msp_id,
    billed_now.programme_code
   FROM billed_now))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND (msp_id = ANY (( SELECT kontor_msps() AS kontor_msps)::uuid[])))));
grant delete, insert, select on enabled_product to kontor_all;
grant delete, insert, select on enabled_product to kontor_app;
grant delete, insert, select on enabled_product to kontor_limited;
grant select on enabled_product to kontor_retention;

create table enrolment (
  msp_id uuid not null,
  token_id uuid not null,
  installation_id uuid not null,
  site_id uuid not null,
  asked_hash bytea not null,
  enrolled_at timestamp with time zone not null,
  constraint enrolment_pkey PRIMARY KEY (msp_id, token_id, installation_id),
  constraint enrolment_msp_id_site_id_installation_id_fkey FOREIGN KEY (msp_id, site_id, installation_id) REFERENCES installation(msp_id, site_id, id),
  constraint enrolment_msp_id_token_id_fkey FOREIGN KEY (msp_id, token_id) REFERENCES enrolment_token(msp_id, id)
);
alter table enrolment enable row level security;
alter table enrolment force row level security;
create policy "all" on enrolment for all to kontor_all
  using (true);
create policy owned on enrolment for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on enrolment for select to kontor_retention
  using (true);
create policy visible on enrolment for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND false) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND false)));
grant insert, select on enrolment to kontor_all;
grant insert, select on enrolment to kontor_app;
grant insert, select on enrolment to kontor_limited;
grant select on enrolment to kontor_retention;

create table enrolment_token (
  msp_id uuid not null,
  id uuid not null,
  programme_code text not null,
  product text not null,
  tenant_id uuid,
  token_hash bytea not null,
  uses integer not null,
  used integer not null default 0,
  made_at timestamp with time zone not null,
  made_by jsonb not null,
  expires_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  constraint enrolment_token_pkey PRIMARY KEY (msp_id, id),
  constraint enrolment_token_token_hash_key UNIQUE (token_hash),
  constraint enrolment_token_check CHECK (((used >= 0) AND (used <= uses))),
  constraint enrolment_token_check1 CHECK ((expires_at > made_at)),
  constraint enrolment_token_uses_check CHECK (((uses >= 1) AND (uses <= 100))),
  constraint enrolment_token_msp_id_programme_code_fkey FOREIGN KEY (msp_id, programme_code) REFERENCES participation(msp_id, programme_code),
  constraint enrolment_token_msp_id_tenant_id_fkey FOREIGN KEY (msp_id, tenant_id) REFERENCES tenant(msp_id, id)
);
CREATE INDEX enrolment_token_by_time ON public.enrolment_token USING btree (msp_id, made_at, id);
alter table enrolment_token enable row level security;
alter table enrolment_token force row level security;
create policy "all" on enrolment_token for all to kontor_all
  using (true);
create policy made on enrolment_token for insert to kontor_app, kontor_limited
  with check (((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND (tenant_id = ANY (( SELECT kontor_whole_tenants() AS kontor_whole_tenants)::uuid[])) AND (used = 0)));
create policy owned on enrolment_token for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on enrolment_token for select to kontor_retention
  using (true);
create policy visible on enrolment_token for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND false) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND (tenant_id = ANY (( SELECT kontor_tenants() AS kontor_tenants)::uuid[])))));
create policy withdrawn on enrolment_token for update to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND (tenant_id = ANY (( SELECT kontor_whole_tenants() AS kontor_whole_tenants)::uuid[]))))
  with check (((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND (tenant_id = ANY (( SELECT kontor_whole_tenants() AS kontor_whole_tenants)::uuid[])) AND (revoked_at IS NOT NULL)));
grant insert, select, update on enrolment_token to kontor_all;
grant insert, select, update on enrolment_token to kontor_app;
grant insert, select, update on enrolment_token to kontor_limited;
grant select on enrolment_token to kontor_retention;

create table exchange_rate (
  source text not null,
  base text not null,
  currency text not null,
  day date not null,
  revision integer not null default 1,
  rate numeric not null,
  loaded_at timestamp with time zone not null,
  loaded_by jsonb not null,
  constraint exchange_rate_pkey PRIMARY KEY (source, base, currency, day, revision),
  constraint exchange_rate_rate_check CHECK ((rate > (0)::numeric)),
  constraint exchange_rate_revision_check CHECK ((revision > 0))
);
CREATE INDEX exchange_rate_by_day ON public.exchange_rate USING btree (day);
grant insert, select on exchange_rate to kontor_all;
grant insert, select on exchange_rate to kontor_app;
grant insert, select on exchange_rate to kontor_limited;
grant select on exchange_rate to kontor_retention;

create table former_end (
  msp_id uuid not null,
  metered_key_id uuid not null,
  ended_how text not null,
  ended_at timestamp with time zone not null,
  ended_by text,
  noted_at timestamp with time zone not null,
  replaced_at timestamp with time zone not null,
  constraint former_end_pkey PRIMARY KEY (msp_id, metered_key_id, replaced_at),
  constraint former_end_check CHECK ((replaced_at >= noted_at)),
  constraint former_end_ended_by_check CHECK ((ended_by = ANY (ARRAY['msp'::text, 'vendor'::text]))),
  constraint former_end_ended_how_check CHECK ((ended_how = ANY (ARRAY['revoked'::text, 'destroyed'::text, 'rotated'::text]))),
  constraint former_end_msp_id_metered_key_id_fkey FOREIGN KEY (msp_id, metered_key_id) REFERENCES metered_key(msp_id, id)
);
alter table former_end enable row level security;
alter table former_end force row level security;
create policy "all" on former_end for all to kontor_all
  using (true);
create policy owned on former_end for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on former_end for select to kontor_retention
  using (true);
create policy visible on former_end for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (metered_key_id IN ( SELECT metered_key.id
   FROM metered_key))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND false)));
grant insert, select on former_end to kontor_all;
grant insert, select on former_end to kontor_app;
grant insert, select on former_end to kontor_limited;
grant select on former_end to kontor_retention;

create table former_key (
  msp_id uuid not null,
  site_id uuid not null,
  installation_id uuid not null,
  metered_key_id uuid not null,
  until_at timestamp with time zone not null,
  constraint former_key_pkey PRIMARY KEY (msp_id, site_id, installation_id, metered_key_id),
  constraint former_key_msp_id_metered_key_id_fkey FOREIGN KEY (msp_id, metered_key_id) REFERENCES metered_key(msp_id, id),
  constraint former_key_msp_id_site_id_installation_id_fkey FOREIGN KEY (msp_id, site_id, installation_id) REFERENCES installation(msp_id, site_id, id)
);
alter table former_key enable row level security;
alter table former_key force row level security;
create policy "all" on former_key for all to kontor_all
  using (true);
create policy owned on former_key for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on former_key for select to kontor_retention
  using (true);
create policy visible on former_key for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (site_id IN ( SELECT site.id
   FROM site))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND false)));
grant insert, select, update on former_key to kontor_all;
grant insert, select, update on former_key to kontor_app;
grant insert, select, update on former_key to kontor_limited;
grant select on former_key to kontor_retention;

create table idempotency_key (
  principal text not null,
  key text not null,
  request_hash bytea not null,
  status integer not null,
  body jsonb not null,
  worked_on_by integer not null,
  created_at timestamp with time zone not null,
  constraint idempotency_key_pkey PRIMARY KEY (principal, key)
);
grant delete, insert, select, update on idempotency_key to kontor_all;
grant delete, insert, select, update on idempotency_key to kontor_app;
grant delete, insert, select, update on idempotency_key to kontor_limited;
grant select on idempotency_key to kontor_retention;

create table identity_provider (
  id uuid not null,
  company_id uuid not null,
  code text not null,
  name text not null,
  issuer text not null,
  client_id text not null,
  sealed_secret text,
  scopes text[] not null,
  level_claim text,
  levels jsonb not null,
  makes_people boolean not null,
  mail_domains text[] not null,
  listed boolean not null,
  created_at timestamp with time zone not null,
  set_by jsonb not null,
  ended_at timestamp with time zone,
  constraint identity_provider_pkey PRIMARY KEY (id),
  constraint identity_provider_company_id_id_key UNIQUE (company_id, id),
  constraint identity_provider_check CHECK (((level_claim IS NULL) = (levels = '[]'::jsonb))),
  constraint identity_provider_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id)
);
CREATE INDEX identity_provider_by_company ON public.identity_provider USING btree (company_id, created_at, id);
CREATE UNIQUE INDEX identity_provider_code ON public.identity_provider USING btree (code) WHERE (ended_at IS NULL);
alter table identity_provider enable row level security;
alter table identity_provider force row level security;
create policy "all" on identity_provider for all to kontor_all
  using (true);
create policy retention on identity_provider for select to kontor_retention
  using (true);
create policy visible on identity_provider for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant insert, select, update on identity_provider to kontor_all;
grant insert, select, update on identity_provider to kontor_app;
grant insert, select, update on identity_provider to kontor_limited;
grant select on identity_provider to kontor_retention;

create table installation (
  msp_id uuid not null,
  site_id uuid not null,
  id uuid not null,
  metered_key_id uuid not null,
  enrolled_by text not null,
  product_version text not null,
  activated_at timestamp with time zone not null,
  last_heard_at timestamp with time zone,
  product_version_seen text,
  replaced_by uuid,
  replaced_at timestamp with time zone,
  replaced_for_free boolean,
  retired_at timestamp with time zone,
  constraint installation_pkey PRIMARY KEY (msp_id, site_id, id),
  constraint installation_check CHECK ((((replaced_by IS NULL) = (replaced_at IS NULL)) AND ((replaced_by IS NULL) = (replaced_for_free IS NULL)))),
  constraint installation_check1 CHECK ((replaced_by <> id)),
  constraint installation_enrolled_by_check CHECK ((enrolled_by = ANY (ARRAY['key'::text, 'token'::text]))),
  constraint installation_msp_id_metered_key_id_fkey FOREIGN KEY (msp_id, metered_key_id) REFERENCES metered_key(msp_id, id),
  constraint installation_msp_id_site_id_fkey FOREIGN KEY (msp_id, site_id) REFERENCES site(msp_id, id),
  constraint installation_msp_id_site_id_replaced_by_fkey FOREIGN KEY (msp_id, site_id, replaced_by) REFERENCES installation(msp_id, site_id, id)
);
CREATE INDEX installation_by_id ON public.installation USING btree (id);
alter table installation enable row level security;
alter table installation force row level security;
create policy "all" on installation for all to kontor_all
  using (true);
create policy owned on installation for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on installation for select to kontor_retention
  using (true);
create policy visible on installation for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (site_id IN ( SELECT site.id
   FROM site))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND (site_id = ANY (( SELECT kontor_sites() AS kontor_sites)::uuid[])))));
grant insert, select, update on installation to kontor_all;
grant insert, select, update on installation to kontor_app;
grant insert, select, update on installation to kontor_limited;
grant select on installation to kontor_retention;

create table key_destruction (
  msp_id uuid not null,
  id uuid not null,
  metered_key_id uuid not null,
  site_id uuid,
  tenant_id uuid,
  reason text not null,
  asked_at timestamp with time zone not null,
  asked_by jsonb not null,
  constraint key_destruction_pkey PRIMARY KEY (msp_id, id),
  constraint key_destruction_msp_id_metered_key_id_fkey FOREIGN KEY (msp_id, metered_key_id) REFERENCES metered_key(msp_id, id)
);
alter table key_destruction enable row level security;
alter table key_destruction force row level security;
create policy "all" on key_destruction for all to kontor_all
  using (true);
create policy asked on key_destruction for insert to kontor_app, kontor_limited
  with check (((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND ((site_id = ANY (( SELECT kontor_whole_sites() AS kontor_whole_sites)::uuid[])) OR (tenant_id = ANY (( SELECT kontor_whole_tenants() AS kontor_whole_tenants)::uuid[])))));
create policy owned on key_destruction for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on key_destruction for select to kontor_retention
  using (true);
create policy visible on key_destruction for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND false) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND ((site_id = ANY (( SELECT kontor_sites() AS kontor_sites)::uuid[])) OR (tenant_id = ANY (( SELECT kontor_tenants() AS kontor_tenants)::uuid[]))))));
grant insert, select on key_destruction to kontor_all;
grant insert, select on key_destruction to kontor_app;
grant insert, select on key_destruction to kontor_limited;
grant select on key_destruction to kontor_retention;

create table late_check_in (
  msp_id uuid not null,
  site_id uuid not null,
  period text not null,
  last_received_at timestamp with time zone not null,
  constraint late_check_in_pkey PRIMARY KEY (msp_id, period, site_id),
  constraint late_check_in_period_check CHECK ((period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'::text))
);
alter table late_check_in enable row level security;
alter table late_check_in force row level security;
create policy "all" on late_check_in for all to kontor_all
  using (true);
create policy let_go on late_check_in for delete to kontor_retention
  using (((NOT ( SELECT kontor_all_held() AS kontor_all_held)) AND COALESCE((msp_id <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])), true) AND COALESCE((NULL::text <> ALL (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[])), true) AND ((period < ( SELECT kontor_least_month(13) AS kontor_least_month)) AND ((( SELECT cardinality(kontor_held_programmes()) AS cardinality) = 0) OR (NOT (EXISTS ( SELECT
   FROM site s
  WHERE ((s.msp_id = late_check_in.msp_id) AND (s.id = late_check_in.site_id) AND (s.programme_code = ANY (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[]))))))))));
create policy owned on late_check_in for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on late_check_in for select to kontor_retention
  using (true);
create policy visible on late_check_in for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND false) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND false)));
grant insert, select, update on late_check_in to kontor_all;
grant insert, select, update on late_check_in to kontor_app;
grant insert, select, update on late_check_in to kontor_limited;
grant delete, select on late_check_in to kontor_retention;

create table legal_hold (
  id uuid not null,
  company_id uuid,
  programme_code text,
  reason text not null,
  set_at timestamp with time zone not null,
  set_by jsonb not null,
  lifted_at timestamp with time zone,
  lifted_by jsonb,
  lift_reason text,
  constraint legal_hold_pkey PRIMARY KEY (id),
  constraint legal_hold_check CHECK (((company_id IS NULL) OR (programme_code IS NULL))),
  constraint legal_hold_check1 CHECK ((((lifted_at IS NULL) = (lifted_by IS NULL)) AND ((lifted_at IS NULL) = (lift_reason IS NULL)))),
  constraint legal_hold_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id),
  constraint legal_hold_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code)
);
CREATE UNIQUE INDEX legal_hold_standing ON public.legal_hold USING btree (company_id, programme_code) NULLS NOT DISTINCT WHERE (lifted_at IS NULL);
alter table legal_hold enable row level security;
alter table legal_hold force row level security;
create policy "all" on legal_hold for all to kontor_all
  using (true);
create policy retention on legal_hold for select to kontor_retention
  using (true);
create policy visible on legal_hold for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant insert, select, update on legal_hold to kontor_all;
grant insert, select, update on legal_hold to kontor_app;
grant insert, select, update on legal_hold to kontor_limited;
grant select on legal_hold to kontor_retention;

create table mail_batch (
  number bigint not null,
  token uuid not null default gen_random_uuid(),
  constraint mail_batch_pkey PRIMARY KEY (number, token)
);
CREATE TRIGGER frozen BEFORE DELETE OR UPDATE ON public.mail_batch FOR EACH ROW EXECUTE FUNCTION kontor_refuse_change();
grant insert, select on mail_batch to kontor_all;
grant insert, select on mail_batch to kontor_app;
grant insert, select on mail_batch to kontor_limited;
grant select on mail_batch to kontor_retention;

create table mandate (
  id uuid not null,
  integrator_id uuid not null,
  customer_id uuid not null,
  from_at timestamp with time zone not null,
  until_at timestamp with time zone,
  asked_at timestamp with time zone not null,
  asked_by jsonb not null,
  consented_at timestamp with time zone,
  consented_by jsonb,
  revoked_at timestamp with time zone,
  revoked_by jsonb,
  constraint mandate_pkey PRIMARY KEY (id),
  constraint mandate_check CHECK ((customer_id <> integrator_id)),
  constraint mandate_check1 CHECK ((until_at > from_at)),
  constraint mandate_check2 CHECK (((consented_at IS NULL) = (consented_by IS NULL))),
  constraint mandate_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES company(id),
  constraint mandate_integrator_id_fkey FOREIGN KEY (integrator_id) REFERENCES company(id)
);
CREATE UNIQUE INDEX mandate_in_force ON public.mandate USING btree (integrator_id, customer_id) WHERE (revoked_at IS NULL);
alter table mandate enable row level security;
alter table mandate force row level security;
create policy "all" on mandate for all to kontor_all
  using (true);
create policy answered on mandate for update to kontor_app, kontor_limited
  using (((( SELECT kontor_company() AS kontor_company) = integrator_id) OR (( SELECT kontor_company() AS kontor_company) = customer_id)))
  with check (((customer_id = ( SELECT kontor_company() AS kontor_company)) OR ((integrator_id = ( SELECT kontor_company() AS kontor_company)) AND (revoked_at IS NOT NULL))));
create policy asked on mandate for insert to kontor_app, kontor_limited
  with check (((integrator_id = ( SELECT kontor_company() AS kontor_company)) AND (consented_at IS NULL) AND (revoked_at IS NULL)));
create policy owned on mandate for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
create policy retention on mandate for select to kontor_retention
  using (true);
create policy visible on mandate for select to kontor_app, kontor_limited
  using (((( SELECT kontor_company() AS kontor_company) = integrator_id) OR (( SELECT kontor_company() AS kontor_company) = customer_id)));
grant insert, select, update on mandate to kontor_all;
grant insert, select, update on mandate to kontor_app;
grant insert, select, update on mandate to kontor_limited;
grant select on mandate to kontor_retention;

create table membership (
  id uuid not null,
  company_id uuid not null,
  person_id uuid,
  service_account_id uuid,
  system_level text,
  access_level_id uuid,
  tenant_ids uuid[],
  with_below boolean not null default false,
  from_at timestamp with time zone not null,
  until_at timestamp with time zone,
  invited_as text,
  created_at timestamp with time zone not null,
  created_by jsonb not null,
  identity_provider_id uuid,
  constraint membership_pkey PRIMARY KEY (id),
  constraint membership_person_id_id_key UNIQUE (person_id, id),
  constraint membership_check CHECK ((until_at > from_at)),
  constraint membership_check1 CHECK (((person_id IS NULL) <> (service_account_id IS NULL))),
  constraint membership_check2 CHECK (((invited_as IS NULL) OR (person_id IS NOT NULL))),
  constraint membership_check3 CHECK (((system_level IS NULL) <> (access_level_id IS NULL))),
  constraint membership_system_level_check CHECK ((system_level = ANY (ARRAY['reader'::text, 'operator'::text, 'manager'::text, 'administrator'::text]))),
  constraint membership_tenant_ids_check CHECK ((cardinality(tenant_ids) > 0)),
  constraint membership_company_id_access_level_id_fkey FOREIGN KEY (company_id, access_level_id) REFERENCES access_level(company_id, id),
  constraint membership_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id),
  constraint membership_company_id_identity_provider_id_fkey FOREIGN KEY (company_id, identity_provider_id) REFERENCES identity_provider(company_id, id),
  constraint membership_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id),
  constraint membership_service_account_id_fkey FOREIGN KEY (service_account_id) REFERENCES service_account(id)
);
CREATE INDEX membership_by_company ON public.membership USING btree (company_id, created_at, id);
CREATE INDEX membership_by_identity_provider ON public.membership USING btree (identity_provider_id) WHERE (identity_provider_id IS NOT NULL);
CREATE UNIQUE INDEX membership_of_service_account ON public.membership USING btree (service_account_id);
alter table membership enable row level security;
alter table membership force row level security;
create policy "all" on membership for all to kontor_all
  using (true);
create policy retention on membership for select to kontor_retention
  using (true);
create policy visible on membership for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant insert, select, update on membership to kontor_all;
grant insert, select, update on membership to kontor_app;
grant insert, select, update on membership to kontor_limited;
grant select on membership to kontor_retention;

create table metered_key (
  msp_id uuid not null,
  id uuid not null,
  kind text not null,
  site_id uuid,
  tenant_id uuid,
  programme_code text,
  product text,
  key_hash bytea not null,
  state text not null,
  issued_at timestamp with time zone not null,
  ended_how text,
  ended_at timestamp with time zone,
  end_noted_at timestamp with time zone,
  ended_by text,
  reason text,
  constraint metered_key_pkey PRIMARY KEY (msp_id, id),
  constraint metered_key_key_hash_key UNIQUE (key_hash),
  constraint metered_key_check CHECK (((ended_by IS NOT NULL) = ((ended_how IS NOT NULL) AND (ended_how = ANY (ARRAY['revoked'::text, 'destroyed'::text]))))),
  constraint metered_key_check1 CHECK (((site_id IS NULL) = ((tenant_id IS NOT NULL) AND (programme_code IS NOT NULL) AND (product IS NOT NULL)))),
  constraint metered_key_check2 CHECK (((ended_how IS NULL) = (ended_at IS NULL))),
  constraint metered_key_check3 CHECK ((end_noted_at > ended_at)),
  constraint metered_key_check4 CHECK (((state = ANY (ARRAY['issued'::text, 'active'::text])) = (ended_how IS NULL))),
  constraint metered_key_ended_by_check CHECK ((ended_by = ANY (ARRAY['msp'::text, 'vendor'::text]))),
  constraint metered_key_ended_how_check CHECK ((ended_how = ANY (ARRAY['disabled'::text, 'revoked'::text, 'destroyed'::text, 'rotated'::text]))),
  constraint metered_key_kind_check CHECK ((kind = ANY (ARRAY['metered'::text, 'additional'::text]))),
  constraint metered_key_state_check CHECK ((state = ANY (ARRAY['issued'::text, 'active'::text, 'disabled'::text, 'revoked'::text, 'destroyed'::text]))),
  constraint metered_key_msp_id_programme_code_fkey FOREIGN KEY (msp_id, programme_code) REFERENCES participation(msp_id, programme_code),
  constraint metered_key_msp_id_site_id_fkey FOREIGN KEY (msp_id, site_id) REFERENCES site(msp_id, id),
  constraint metered_key_msp_id_tenant_id_fkey FOREIGN KEY (msp_id, tenant_id) REFERENCES tenant(msp_id, id)
);
CREATE INDEX metered_key_by_site ON public.metered_key USING btree (msp_id, site_id);
CREATE UNIQUE INDEX metered_key_one_live ON public.metered_key USING btree (msp_id, site_id) WHERE ((kind = 'metered'::text) AND (state = ANY (ARRAY['issued'::text, 'active'::text, 'disabled'::text])));
alter table metered_key enable row level security;
alter table metered_key force row level security;
create policy added on metered_key for insert to kontor_app, kontor_limited
  with check (((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND (kind = 'additional'::text) AND (state = 'issued'::text) AND ((site_id = ANY (( SELECT kontor_whole_sites() AS kontor_whole_sites)::uuid[])) OR (tenant_id = ANY (( SELECT kontor_whole_tenants() AS kontor_whole_tenants)::uuid[])))));
create policy "all" on metered_key for all to kontor_all
  using (true);
create policy destroyed on metered_key for update to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND ((site_id = ANY (( SELECT kontor_whole_sites() AS kontor_whole_sites)::uuid[])) OR (tenant_id = ANY (( SELECT kontor_whole_tenants() AS kontor_whole_tenants)::uuid[])))))
  with check (((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND (state = 'destroyed'::text) AND ((site_id = ANY (( SELECT kontor_whole_sites() AS kontor_whole_sites)::uuid[])) OR (tenant_id = ANY (( SELECT kontor_whole_tenants() AS kontor_whole_tenants)::uuid[])))));
create policy owned on metered_key for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on metered_key for select to kontor_retention
  using (true);
create policy visible on metered_key for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND ((site_id IN ( SELECT site.id
   FROM site)) OR ((msp_id, programme_code) IN ( SELECT billed_now.msp_id,
    billed_now.programme_code
   FROM billed_now)))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND ((site_id = ANY (( SELECT kontor_sites() AS kontor_sites)::uuid[])) OR (tenant_id = ANY (( SELECT kontor_tenants() AS kontor_tenants)::uuid[]))))));
grant insert, select, update on metered_key to kontor_all;
grant insert, select, update on metered_key to kontor_app;
grant insert, select, update on metered_key to kontor_limited;
grant select on metered_key to kontor_retention;

create table msp_logo (
  msp_id uuid not null,
  content_type text not null,
  content bytea not null,
  set_at timestamp with time zone not null,
  set_by jsonb not null,
  constraint msp_logo_pkey PRIMARY KEY (msp_id),
  constraint msp_logo_content_type_check CHECK ((content_type = ANY (ARRAY['image/png'::text, 'image/jpeg'::text]))),
  constraint msp_logo_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msp_terms(id)
);
alter table msp_logo enable row level security;
alter table msp_logo force row level security;
create policy "all" on msp_logo for all to kontor_all
  using (true);
create policy owned on msp_logo for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on msp_logo for select to kontor_retention
  using (true);
create policy visible on msp_logo for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND false) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND false)));
grant delete, insert, select, update on msp_logo to kontor_all;
grant delete, insert, select, update on msp_logo to kontor_app;
grant delete, insert, select, update on msp_logo to kontor_limited;
grant select on msp_logo to kontor_retention;

create table msp_terms (
  id uuid not null,
  registered_at timestamp with time zone not null,
  constraint msp_terms_pkey PRIMARY KEY (id),
  constraint msp_terms_id_fkey FOREIGN KEY (id) REFERENCES company(id)
);
alter table msp_terms enable row level security;
alter table msp_terms force row level security;
create policy "all" on msp_terms for all to kontor_all
  using (true);
create policy owned on msp_terms for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on msp_terms for select to kontor_retention
  using (true);
create policy visible on msp_terms for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (id IN ( SELECT billed_now.msp_id
   FROM billed_now))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND false)));
grant insert, select, update on msp_terms to kontor_all;
grant insert, select, update on msp_terms to kontor_app;
grant insert, select, update on msp_terms to kontor_limited;
grant select on msp_terms to kontor_retention;

create table one_time_link (
  id uuid not null,
  person_id uuid,
  kind text not null,
  membership_id uuid,
  contact_id uuid,
  applicant_id uuid,
  programme_code text,
  waiting_id uuid,
  token_hash bytea,
  made_at timestamp with time zone not null,
  made_by uuid,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  withdrawn_at timestamp with time zone,
  constraint one_time_link_pkey PRIMARY KEY (id),
  constraint one_time_link_token_hash_key UNIQUE (token_hash),
  constraint one_time_link_check CHECK (((kind = ANY (ARRAY['invitation'::text, 'reset'::text])) = (person_id IS NOT NULL))),
  constraint one_time_link_check1 CHECK (((kind = 'invitation'::text) = (membership_id IS NOT NULL))),
  constraint one_time_link_check2 CHECK (((kind = 'contact'::text) = (contact_id IS NOT NULL))),
  constraint one_time_link_check3 CHECK (((kind = 'application'::text) = (applicant_id IS NOT NULL))),
  constraint one_time_link_check4 CHECK (((kind = 'waiting'::text) = (waiting_id IS NOT NULL))),
  constraint one_time_link_check5 CHECK (((kind = ANY (ARRAY['application'::text, 'waiting'::text])) = (programme_code IS NOT NULL))),
  constraint one_time_link_kind_check CHECK ((kind = ANY (ARRAY['invitation'::text, 'reset'::text, 'contact'::text, 'application'::text, 'waiting'::text]))),
  constraint one_time_link_applicant_id_programme_code_fkey FOREIGN KEY (applicant_id, programme_code) REFERENCES participation(msp_id, programme_code),
  constraint one_time_link_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES company_contact(id),
  constraint one_time_link_membership_id_fkey FOREIGN KEY (membership_id) REFERENCES membership(id),
  constraint one_time_link_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id),
  constraint one_time_link_waiting_id_fkey FOREIGN KEY (waiting_id) REFERENCES waiting_list(id) ON DELETE CASCADE
);
CREATE INDEX one_time_link_by_contact ON public.one_time_link USING btree (contact_id);
CREATE INDEX one_time_link_by_person ON public.one_time_link USING btree (person_id, made_at);
CREATE INDEX one_time_link_by_waiting ON public.one_time_link USING btree (waiting_id);
alter table one_time_link enable row level security;
alter table one_time_link force row level security;
create policy "all" on one_time_link for all to kontor_all
  using (true);
create policy let_go on one_time_link for delete to kontor_retention
  using (((NOT ( SELECT kontor_all_held() AS kontor_all_held)) AND COALESCE((kontor_company_of_link(applicant_id, membership_id, contact_id) <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])), true) AND COALESCE((programme_code <> ALL (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[])), true) AND (LEAST(used_at, withdrawn_at, expires_at) < (now() - '30 days'::interval))));
create policy retention on one_time_link for select to kontor_retention
  using (true);
create policy visible on one_time_link for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant insert, select, update on one_time_link to kontor_all;
grant insert, select, update on one_time_link to kontor_app;
grant insert, select, update on one_time_link to kontor_limited;
grant delete, select on one_time_link to kontor_retention;

create table outbox (
  id bigint not null generated always as identity,
  message_id text not null,
  kind text not null,
  locale text not null,
  recipient text,
  to_company uuid,
  purpose text,
  params jsonb not null,
  programme_code text,
  period text,
  msp_id uuid,
  distributor_id uuid,
  statement_id uuid,
  billing_pack_id uuid,
  state text not null default 'pending'::text,
  attempts integer not null default 0,
  not_before timestamp with time zone not null,
  claimed_at timestamp with time zone,
  claimed_by text,
  claimed_in text,
  handed_at timestamp with time zone,
  envelope_id uuid not null default gen_random_uuid(),
  last_response text,
  sent_at timestamp with time zone,
  created_at timestamp with time zone not null,
  correction_id uuid,
  constraint outbox_pkey PRIMARY KEY (id),
  constraint outbox_envelope_id_key UNIQUE (envelope_id),
  constraint outbox_message_id_key UNIQUE (message_id),
  constraint outbox_check CHECK (((to_company IS NULL) = (purpose IS NULL))),
  constraint outbox_check1 CHECK (((recipient IS NOT NULL) OR (to_company IS NOT NULL))),
  constraint outbox_purpose_check CHECK ((purpose = ANY (ARRAY['statements'::text, 'technical'::text, 'legal'::text]))),
  constraint outbox_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'sending'::text, 'sent'::text, 'bounced'::text, 'uncertain'::text, 'parked'::text]))),
  constraint outbox_billing_pack_id_fkey FOREIGN KEY (billing_pack_id) REFERENCES billing_pack(id),
  constraint outbox_correction_id_fkey FOREIGN KEY (correction_id) REFERENCES correction(id),
  constraint outbox_distributor_id_fkey FOREIGN KEY (distributor_id) REFERENCES distributor_terms(id),
  constraint outbox_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msp_terms(id),
  constraint outbox_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code),
  constraint outbox_statement_id_fkey FOREIGN KEY (statement_id) REFERENCES statement(id),
  constraint outbox_to_company_fkey FOREIGN KEY (to_company) REFERENCES company(id)
);
CREATE INDEX outbox_by_period ON public.outbox USING btree (programme_code, period, state);
CREATE INDEX outbox_due ON public.outbox USING btree (not_before, id) WHERE (state = 'pending'::text);
CREATE INDEX outbox_sending ON public.outbox USING btree (claimed_at) WHERE (state = 'sending'::text);
alter table outbox enable row level security;
alter table outbox force row level security;
create policy "all" on outbox for all to kontor_all
  using (true);
create policy let_go on outbox for delete to kontor_retention
  using (((NOT ( SELECT kontor_all_held() AS kontor_all_held)) AND COALESCE((COALESCE(msp_id, to_company) <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])), true) AND COALESCE((programme_code <> ALL (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[])), true) AND ((state <> ALL (ARRAY['pending'::text, 'sending'::text])) AND (to_char(created_at, 'YYYY-MM'::text) < ( SELECT kontor_least_month(3) AS kontor_least_month)) AND COALESCE((distributor_id <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])), true))));
create policy owned on outbox for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on outbox for select to kontor_retention
  using (true);
create policy visible on outbox for select to kontor_app, kontor_limited
  using ((distributor_id = ( SELECT kontor_distributor() AS kontor_distributor)));
CREATE TRIGGER restricted BEFORE INSERT OR UPDATE OF state, recipient ON public.outbox FOR EACH ROW EXECUTE FUNCTION kontor_park_restricted();
grant insert, select, update on outbox to kontor_all;
grant insert, select, update on outbox to kontor_app;
grant insert, select, update on outbox to kontor_limited;
grant delete, select on outbox to kontor_retention;

create table participation (
  msp_id uuid not null,
  programme_code text not null,
  state text not null,
  joined_period text,
  left_period text,
  left_set_at timestamp with time zone,
  duplicate_of uuid[] not null default '{}'::uuid[],
  applied_at timestamp with time zone not null,
  workflow_started_at timestamp with time zone,
  decide_until timestamp with time zone not null,
  decided_at timestamp with time zone,
  decided_by jsonb,
  decision_reason text,
  constraint participation_pkey PRIMARY KEY (msp_id, programme_code),
  constraint participation_check CHECK ((left_period >= joined_period)),
  constraint participation_check1 CHECK (((joined_period IS NULL) = (state = ANY (ARRAY['unconfirmed'::text, 'applied'::text, 'rejected'::text, 'withdrawn'::text, 'expired'::text])))),
  constraint participation_state_check CHECK ((state = ANY (ARRAY['unconfirmed'::text, 'applied'::text, 'approved'::text, 'suspended'::text, 'left'::text, 'rejected'::text, 'withdrawn'::text, 'expired'::text]))),
  constraint participation_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msp_terms(id),
  constraint participation_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code)
);
CREATE INDEX participation_by_programme ON public.participation USING btree (programme_code, applied_at);
CREATE INDEX participation_unstarted ON public.participation USING btree (applied_at) WHERE ((state = 'applied'::text) AND (workflow_started_at IS NULL));
alter table participation enable row level security;
alter table participation force row level security;
create policy "all" on participation for all to kontor_all
  using (true);
create policy let_go_applicants on participation for update to kontor_retention
  using ((kontor_only_applied(msp_id) AND (NOT kontor_is_held(msp_id, programme_code))));
create policy owned on participation for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on participation for select to kontor_retention
  using (true);
create policy visible on participation for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND ((msp_id, programme_code) IN ( SELECT billed_now.msp_id,
    billed_now.programme_code
   FROM billed_now))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND (msp_id = ANY (( SELECT kontor_msps() AS kontor_msps)::uuid[])))));
CREATE TRIGGER left_behind AFTER UPDATE OF left_period ON public.participation FOR EACH ROW EXECUTE FUNCTION kontor_end_distributor();
grant insert, select, update on participation to kontor_all;
grant insert, select, update on participation to kontor_app;
grant insert, select, update on participation to kontor_limited;
grant select on participation to kontor_retention;

create table participation_distributor (
  msp_id uuid not null,
  programme_code text not null,
  from_period text not null,
  until_period text,
  distributor_id uuid not null,
  set_at timestamp with time zone,
  constraint participation_distributor_pkey PRIMARY KEY (msp_id, programme_code, from_period),
  constraint participation_distributor_check CHECK ((until_period >= from_period)),
  constraint participation_distributor_distributor_id_fkey FOREIGN KEY (distributor_id) REFERENCES distributor_terms(id),
  constraint participation_distributor_msp_id_programme_code_fkey FOREIGN KEY (msp_id, programme_code) REFERENCES participation(msp_id, programme_code)
);
CREATE INDEX participation_distributor_by_distributor ON public.participation_distributor USING btree (distributor_id);
alter table participation_distributor enable row level security;
alter table participation_distributor force row level security;
create policy "all" on participation_distributor for all to kontor_all
  using (true);
create policy owned on participation_distributor for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
create policy retention on participation_distributor for select to kontor_retention
  using (true);
create policy visible on participation_distributor for select to kontor_app, kontor_limited
  using (((msp_id = ( SELECT kontor_msp() AS kontor_msp)) OR (distributor_id = ( SELECT kontor_distributor() AS kontor_distributor))));
CREATE TRIGGER ended AFTER INSERT ON public.participation_distributor FOR EACH ROW EXECUTE FUNCTION kontor_end_distributor();
grant insert, select, update on participation_distributor to kontor_all;
grant insert, select, update on participation_distributor to kontor_app;
grant insert, select, update on participation_distributor to kontor_limited;
grant select on participation_distributor to kontor_retention;

create table person (
  id uuid not null,
  name text not null,
  email text not null,
  locale text not null,
  zone text not null,
  state text not null,
  created_at timestamp with time zone not null,
  created_by jsonb not null,
  ended_at timestamp with time zone,
  constraint person_pkey PRIMARY KEY (id),
  constraint person_check CHECK (((state = 'ended'::text) = (ended_at IS NOT NULL))),
  constraint person_state_check CHECK ((state = ANY (ARRAY['invited'::text, 'active'::text, 'ended'::text])))
);
CREATE UNIQUE INDEX person_by_email ON public.person USING btree (lower(email)) WHERE (state <> 'ended'::text);
alter table person enable row level security;
alter table person force row level security;
create policy "all" on person for all to kontor_all
  using (true);
create policy retention on person for select to kontor_retention
  using (true);
create policy visible on person for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant insert, select, update on person to kontor_all;
grant insert, select, update on person to kontor_app;
grant insert, select, update on person to kontor_limited;
grant select on person to kontor_retention;

create table person_identity (
  id uuid not null,
  person_id uuid not null,
  identity_provider_id uuid not null,
  subject text not null,
  linked_at timestamp with time zone not null,
  last_used_at timestamp with time zone not null,
  lapsed_at timestamp with time zone,
  constraint person_identity_pkey PRIMARY KEY (id),
  constraint person_identity_identity_provider_id_person_id_key UNIQUE (identity_provider_id, person_id),
  constraint person_identity_identity_provider_id_subject_key UNIQUE (identity_provider_id, subject),
  constraint person_identity_identity_provider_id_fkey FOREIGN KEY (identity_provider_id) REFERENCES identity_provider(id),
  constraint person_identity_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id)
);
CREATE INDEX person_identity_by_person ON public.person_identity USING btree (person_id, linked_at);
alter table person_identity enable row level security;
alter table person_identity force row level security;
create policy "all" on person_identity for all to kontor_all
  using (true);
create policy retention on person_identity for select to kontor_retention
  using (true);
create policy visible on person_identity for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant delete, insert, select, update on person_identity to kontor_all;
grant delete, insert, select, update on person_identity to kontor_app;
grant delete, insert, select, update on person_identity to kontor_limited;
grant select on person_identity to kontor_retention;

create table person_password (
  person_id uuid not null,
  hash text not null,
  set_at timestamp with time zone not null,
  constraint person_password_pkey PRIMARY KEY (person_id),
  constraint person_password_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id)
);
alter table person_password enable row level security;
alter table person_password force row level security;
create policy "all" on person_password for all to kontor_all
  using (true);
create policy retention on person_password for select to kontor_retention
  using (true);
create policy visible on person_password for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant delete, insert, select, update on person_password to kontor_all;
grant delete, insert, select, update on person_password to kontor_app;
grant delete, insert, select, update on person_password to kontor_limited;
grant select on person_password to kontor_retention;

create table person_totp (
  person_id uuid not null,
  sealed_secret text not null,
  made_at timestamp with time zone not null,
  confirmed_at timestamp with time zone,
  last_step bigint,
  constraint person_totp_pkey PRIMARY KEY (person_id),
  constraint person_totp_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id)
);
alter table person_totp enable row level security;
alter table person_totp force row level security;
create policy "all" on person_totp for all to kontor_all
  using (true);
create policy retention on person_totp for select to kontor_retention
  using (true);
create policy visible on person_totp for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant delete, insert, select, update on person_totp to kontor_all;
grant delete, insert, select, update on person_totp to kontor_app;
grant delete, insert, select, update on person_totp to kontor_limited;
grant select on person_totp to kontor_retention;

create table price_plan (
  id uuid not null,
  programme_code text not null,
  name text not null,
  distributor_id uuid,
  currency text not null,
  from_period text not null,
  until_period text,
  monthly_minimum_minor bigint,
  first_month text not null,
  prices jsonb not null,
  term_prices jsonb not null default '{}'::jsonb,
  created_at timestamp with time zone not null,
  constraint price_plan_pkey PRIMARY KEY (id),
  constraint price_plan_check CHECK ((until_period >= from_period)),
  constraint price_plan_first_month_check CHECK ((first_month = ANY (ARRAY['billed'::text, 'unbilled'::text]))),
  constraint price_plan_monthly_minimum_minor_check CHECK ((monthly_minimum_minor >= 0)),
  constraint price_plan_distributor_id_fkey FOREIGN KEY (distributor_id) REFERENCES distributor_terms(id),
  constraint price_plan_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code)
);
CREATE INDEX price_plan_by_programme ON public.price_plan USING btree (programme_code, from_period);
alter table price_plan enable row level security;
alter table price_plan force row level security;
create policy "all" on price_plan for all to kontor_all
  using (true);
create policy owned on price_plan for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
create policy retention on price_plan for select to kontor_retention
  using (true);
create policy visible on price_plan for select to kontor_limited
  using (((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (id = ANY (( SELECT kontor_price_plans() AS kontor_price_plans)::uuid[]))));
grant insert, select, update on price_plan to kontor_all;
grant insert, select, update on price_plan to kontor_app;
grant insert, select, update on price_plan to kontor_limited;
grant select on price_plan to kontor_retention;

create table programme (
  code text not null,
  name text not null,
  vendor jsonb not null,
  base_currency text not null,
  first_period text not null,
  last_period text,
  created_at timestamp with time zone not null,
  constraint programme_pkey PRIMARY KEY (code),
  constraint programme_code_check CHECK ((code ~ '^[a-z0-9][a-z0-9-]{0,39}$'::text)),
  constraint programme_first_period_check CHECK ((first_period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'::text)),
  constraint programme_last_period_check CHECK ((last_period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'::text))
);
grant insert, select, update on programme to kontor_all;
grant insert, select, update on programme to kontor_app;
grant insert, select, update on programme to kontor_limited;
grant select on programme to kontor_retention;

create table programme_document (
  programme_code text not null,
  name text not null,
  language text not null,
  version integer not null,
  audience text not null,
  title text not null,
  content_type text not null,
  sha256 bytea not null,
  published_at timestamp with time zone not null,
  published_by jsonb not null,
  withdrawn_at timestamp with time zone,
  constraint programme_document_pkey PRIMARY KEY (programme_code, name, language, version),
  constraint programme_document_audience_check CHECK ((audience = ANY (ARRAY['msp'::text, 'distributor'::text, 'partner_team'::text]))),
  constraint programme_document_version_check CHECK ((version > 0)),
  constraint programme_document_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code),
  constraint programme_document_sha256_fkey FOREIGN KEY (sha256) REFERENCES document_content(sha256)
);
grant insert, select, update on programme_document to kontor_all;
grant insert, select, update on programme_document to kontor_app;
grant insert, select, update on programme_document to kontor_limited;
grant select on programme_document to kontor_retention;

create table programme_setting (
  programme_code text not null,
  version integer not null,
  from_period text not null,
  zone text not null,
  settings jsonb not null,
  set_at timestamp with time zone not null,
  set_by jsonb not null,
  reason text,
  constraint programme_setting_pkey PRIMARY KEY (programme_code, version),
  constraint programme_setting_version_check CHECK ((version > 0)),
  constraint programme_setting_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code)
);
grant insert, select on programme_setting to kontor_all;
grant insert, select on programme_setting to kontor_app;
grant insert, select on programme_setting to kontor_limited;
grant select on programme_setting to kontor_retention;

create table purchase_order (
  msp_id uuid not null,
  id uuid not null,
  programme_code text not null,
  kind text not null,
  product text not null,
  site_id uuid,
  tenant_id uuid,
  meter text,
  count integer,
  years integer,
  licence_id uuid,
  starts_on date,
  unit_price numeric,
  price_currency text not null,
  billing text,
  amount_minor bigint not null,
  price_plan_id uuid,
  state text not null,
  placed_at timestamp with time zone not null,
  placed_by jsonb not null,
  placed_view text not null,
  workflow_started_at timestamp with time zone,
  decide_until timestamp with time zone not null,
  decided_at timestamp with time zone,
  decided_by jsonb,
  decided_how text,
  reason text,
  constraint purchase_order_pkey PRIMARY KEY (msp_id, id),
  constraint purchase_order_amount_minor_check CHECK ((amount_minor >= 0)),
  constraint purchase_order_billing_check CHECK ((billing = ANY (ARRAY['whole'::text, 'twelfths'::text]))),
  constraint purchase_order_check CHECK (((state = 'placed'::text) = (decided_at IS NULL))),
  constraint purchase_order_check1 CHECK (((kind = 'product'::text) OR ((site_id IS NOT NULL) AND (meter IS NOT NULL) AND (count IS NOT NULL) AND (unit_price IS NOT NULL) AND (billing IS NOT NULL) AND (price_plan_id IS NOT NULL)))),
  constraint purchase_order_count_check CHECK ((count > 0)),
  constraint purchase_order_decided_how_check CHECK ((decided_how = ANY (ARRAY['rule'::text, 'person'::text]))),
  constraint purchase_order_kind_check CHECK ((kind = ANY (ARRAY['licence'::text, 'extension'::text, 'renewal'::text, 'product'::text]))),
  constraint purchase_order_state_check CHECK ((state = ANY (ARRAY['placed'::text, 'approved'::text, 'refused'::text, 'withdrawn'::text, 'expired'::text]))),
  constraint purchase_order_unit_price_check CHECK ((unit_price >= (0)::numeric)),
  constraint purchase_order_years_check CHECK (((years >= 1) AND (years <= 5))),
  constraint purchase_order_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msp_terms(id),
  constraint purchase_order_msp_id_licence_id_fkey FOREIGN KEY (msp_id, licence_id) REFERENCES term_licence(msp_id, id),
  constraint purchase_order_msp_id_site_id_fkey FOREIGN KEY (msp_id, site_id) REFERENCES site(msp_id, id),
  constraint purchase_order_msp_id_tenant_id_fkey FOREIGN KEY (msp_id, tenant_id) REFERENCES tenant(msp_id, id),
  constraint purchase_order_price_plan_id_fkey FOREIGN KEY (price_plan_id) REFERENCES price_plan(id),
  constraint purchase_order_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code)
);
CREATE INDEX purchase_order_by_licence ON public.purchase_order USING btree (msp_id, licence_id) WHERE (licence_id IS NOT NULL);
CREATE INDEX purchase_order_by_state ON public.purchase_order USING btree (programme_code, state, placed_at);
CREATE INDEX purchase_order_unstarted ON public.purchase_order USING btree (placed_at) WHERE ((state = 'placed'::text) AND (workflow_started_at IS NULL));
alter table purchase_order enable row level security;
alter table purchase_order force row level security;
create policy "all" on purchase_order for all to kontor_all
  using (true);
create policy owned on purchase_order for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on purchase_order for select to kontor_retention
  using (true);
create policy visible on purchase_order for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND ((msp_id, programme_code) IN ( SELECT billed_now.msp_id,
    billed_now.programme_code
   FROM billed_now))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND false)));
grant insert, select, update on purchase_order to kontor_all;
grant insert, select, update on purchase_order to kontor_app;
grant insert, select, update on purchase_order to kontor_limited;
grant select on purchase_order to kontor_retention;

create table quote (
  id uuid not null,
  programme_code text not null,
  company_id uuid not null,
  view text not null,
  product text not null,
  wish text not null,
  quantity integer not null,
  years integer,
  asked_at timestamp with time zone not null,
  asked_by jsonb not null,
  asked_by_team boolean not null,
  state text not null,
  number text,
  paper jsonb,
  currency text,
  total_minor bigint,
  ordered jsonb,
  answered_at timestamp with time zone,
  answered_by jsonb,
  remind_at timestamp with time zone,
  expires_at timestamp with time zone,
  workflow_started_at timestamp with time zone,
  ended_at timestamp with time zone,
  ended_by jsonb,
  reason text,
  order_id uuid,
  constraint quote_pkey PRIMARY KEY (id),
  constraint quote_number_key UNIQUE (number),
  constraint quote_check CHECK (((state = ANY (ARRAY['requested'::text, 'answered'::text])) = (ended_at IS NULL))),
  constraint quote_check1 CHECK ((((number IS NULL) = (answered_at IS NULL)) AND ((number IS NULL) = (paper IS NULL)) AND ((number IS NULL) = (total_minor IS NULL)) AND ((number IS NULL) = (expires_at IS NULL)))),
  constraint quote_check2 CHECK (((state <> ALL (ARRAY['answered'::text, 'accepted'::text, 'expired'::text])) OR (number IS NOT NULL))),
  constraint quote_check3 CHECK (((order_id IS NULL) OR (state = 'accepted'::text))),
  constraint quote_quantity_check CHECK ((quantity > 0)),
  constraint quote_state_check CHECK ((state = ANY (ARRAY['requested'::text, 'answered'::text, 'accepted'::text, 'declined'::text, 'withdrawn'::text, 'expired'::text]))),
  constraint quote_total_minor_check CHECK ((total_minor >= 0)),
  constraint quote_years_check CHECK (((years >= 1) AND (years <= 5))),
  constraint quote_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id),
  constraint quote_company_id_order_id_fkey FOREIGN KEY (company_id, order_id) REFERENCES purchase_order(msp_id, id),
  constraint quote_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code)
);
CREATE INDEX quote_by_company ON public.quote USING btree (company_id, asked_at);
CREATE INDEX quote_by_date ON public.quote USING btree (asked_at, id);
CREATE INDEX quote_unstarted ON public.quote USING btree (answered_at) WHERE ((state = 'answered'::text) AND (workflow_started_at IS NULL));
alter table quote enable row level security;
alter table quote force row level security;
create policy "all" on quote for all to kontor_all
  using (true);
create policy own on quote for select to kontor_app, kontor_limited
  using (((company_id = ( SELECT kontor_company() AS kontor_company)) AND ((( SELECT kontor_scope() AS kontor_scope) <> 'tenants'::text) OR (view <> 'service_provider'::text))));
create policy owned on quote for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
create policy retention on quote for select to kontor_retention
  using (true);
CREATE TRIGGER kept BEFORE UPDATE ON public.quote FOR EACH ROW EXECUTE FUNCTION kontor_keep_quote();
grant insert, select, update on quote to kontor_all;
grant insert, select, update on quote to kontor_app;
grant insert, select, update on quote to kontor_limited;
grant select on quote to kontor_retention;

create table quote_number (
  programme_code text not null,
  year integer not null,
  last integer not null,
  constraint quote_number_pkey PRIMARY KEY (programme_code, year),
  constraint quote_number_last_check CHECK ((last > 0)),
  constraint quote_number_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code)
);
alter table quote_number enable row level security;
alter table quote_number force row level security;
create policy "all" on quote_number for all to kontor_all
  using (true);
create policy retention on quote_number for select to kontor_retention
  using (true);
create policy visible on quote_number for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant insert, select, update on quote_number to kontor_all;
grant insert, select, update on quote_number to kontor_app;
grant insert, select, update on quote_number to kontor_limited;
grant select on quote_number to kontor_retention;

create table reconciled_site (
  programme_code text not null,
  period text not null,
  msp_id uuid not null,
  site_id uuid not null,
  facts jsonb not null,
  reconciled_at timestamp with time zone not null,
  constraint reconciled_site_pkey PRIMARY KEY (programme_code, period, msp_id, site_id),
  constraint reconciled_site_programme_code_period_msp_id_fkey FOREIGN KEY (programme_code, period, msp_id) REFERENCES run_participant(programme_code, period, msp_id)
);
alter table reconciled_site enable row level security;
alter table reconciled_site force row level security;
create policy "all" on reconciled_site for all to kontor_all
  using (true);
create policy let_go on reconciled_site for delete to kontor_retention
  using (((NOT ( SELECT kontor_all_held() AS kontor_all_held)) AND COALESCE((msp_id <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])), true) AND COALESCE((programme_code <> ALL (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[])), true) AND ((period < (( SELECT kontor_least_year(8) AS kontor_least_year))::text) AND (NOT (EXISTS ( SELECT
   FROM statement s
  WHERE ((s.programme_code = reconciled_site.programme_code) AND (s.period = reconciled_site.period) AND (s.msp_id = reconciled_site.msp_id))))))));
create policy owned on reconciled_site for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on reconciled_site for select to kontor_retention
  using (true);
create policy visible on reconciled_site for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND ((programme_code, period, msp_id) IN ( SELECT run_participant.programme_code,
    run_participant.period,
    run_participant.msp_id
   FROM run_participant))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND false)));
grant insert, select on reconciled_site to kontor_all;
grant insert, select on reconciled_site to kontor_app;
grant insert, select on reconciled_site to kontor_limited;
grant delete, select on reconciled_site to kontor_retention;

create table recovery_code (
  person_id uuid not null,
  hash bytea not null,
  made_at timestamp with time zone not null,
  used_at timestamp with time zone,
  constraint recovery_code_pkey PRIMARY KEY (person_id, hash),
  constraint recovery_code_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id)
);
alter table recovery_code enable row level security;
alter table recovery_code force row level security;
create policy "all" on recovery_code for all to kontor_all
  using (true);
create policy retention on recovery_code for select to kontor_retention
  using (true);
create policy visible on recovery_code for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant delete, insert, select, update on recovery_code to kontor_all;
grant delete, insert, select, update on recovery_code to kontor_app;
grant delete, insert, select, update on recovery_code to kontor_limited;
grant select on recovery_code to kontor_retention;

create table refused_claims (
  day date not null,
  code text not null,
  programme_code text,
  claimed_period text,
  attempts bigint not null,
  last_at timestamp with time zone not null,
  last_fingerprint text,
  constraint refused_claims_day_code_programme_code_claimed_period_key UNIQUE NULLS NOT DISTINCT (day, code, programme_code, claimed_period),
  constraint refused_claims_claimed_period_check CHECK ((claimed_period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'::text)),
  constraint refused_claims_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code)
);
CREATE INDEX refused_claims_by_period ON public.refused_claims USING btree (claimed_period, code);
alter table refused_claims enable row level security;
alter table refused_claims force row level security;
create policy "all" on refused_claims for all to kontor_all
  using (true);
create policy let_go on refused_claims for delete to kontor_retention
  using (((NOT ( SELECT kontor_all_held() AS kontor_all_held)) AND COALESCE((NULL::uuid <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])), true) AND COALESCE((programme_code <> ALL (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[])), true) AND (to_char((day)::timestamp with time zone, 'YYYY-MM'::text) < ( SELECT kontor_least_month(13) AS kontor_least_month))));
create policy retention on refused_claims for select to kontor_retention
  using (true);
create policy visible on refused_claims for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant insert, select, update on refused_claims to kontor_all;
grant insert, select, update on refused_claims to kontor_app;
grant insert, select, update on refused_claims to kontor_limited;
grant delete, select on refused_claims to kontor_retention;

create table refused_message (
  id bigint not null generated always as identity,
  received_at timestamp with time zone not null,
  code text not null,
  detail text not null,
  claimed_period text,
  claimed_site text,
  key_fingerprint text,
  msp_id uuid not null,
  constraint refused_message_pkey PRIMARY KEY (id),
  constraint refused_message_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msp_terms(id)
);
CREATE INDEX refused_message_by_period ON public.refused_message USING btree (claimed_period, code);
alter table refused_message enable row level security;
alter table refused_message force row level security;
create policy "all" on refused_message for all to kontor_all
  using (true);
create policy let_go on refused_message for delete to kontor_retention
  using (((NOT ( SELECT kontor_all_held() AS kontor_all_held)) AND COALESCE((msp_id <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])), true) AND COALESCE((NULL::text <> ALL (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[])), true) AND (to_char(received_at, 'YYYY-MM'::text) < ( SELECT kontor_least_month(13) AS kontor_least_month))));
create policy retention on refused_message for select to kontor_retention
  using (true);
create policy visible on refused_message for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant insert, select on refused_message to kontor_all;
grant insert, select on refused_message to kontor_app;
grant insert, select on refused_message to kontor_limited;
grant delete, select on refused_message to kontor_retention;

create table restriction (
  id uuid not null,
  person_ids uuid[] not null,
  address_hash bytea not null,
  reason text not null,
  since timestamp with time zone not null,
  until_day date not null,
  restricted_by jsonb not null,
  constraint restriction_pkey PRIMARY KEY (id),
  constraint restriction_address_hash_check CHECK ((length(address_hash) = 32))
);
CREATE UNIQUE INDEX restriction_by_address ON public.restriction USING btree (address_hash);
CREATE INDEX restriction_by_person ON public.restriction USING gin (person_ids);
alter table restriction enable row level security;
alter table restriction force row level security;
create policy "all" on restriction for all to kontor_all
  using (true);
create policy retention on restriction for select to kontor_retention
  using (true);
create policy visible on restriction for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant insert, select on restriction to kontor_all;
grant insert, select on restriction to kontor_app;
grant insert, select on restriction to kontor_limited;
grant select on restriction to kontor_retention;

create table retained_from (
  class text not null,
  programme_code text,
  kept_from text not null,
  event_id bigint,
  event_hash bytea,
  at timestamp with time zone not null,
  constraint retained_from_class_programme_code_key UNIQUE NULLS NOT DISTINCT (class, programme_code),
  constraint retained_from_check CHECK (((event_id IS NULL) = (event_hash IS NULL))),
  constraint retained_from_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code)
);
grant select on retained_from to kontor_all;
grant select on retained_from to kontor_app;
grant select on retained_from to kontor_limited;
grant insert, select, update on retained_from to kontor_retention;

create table run_participant (
  programme_code text not null,
  period text not null,
  msp_id uuid not null,
  distributor_id uuid not null,
  zone text not null,
  month_end timestamp with time zone not null,
  shard integer not null,
  "position" integer not null,
  state text not null,
  parked_reason text,
  parked_code text,
  parked_until timestamp with time zone,
  constraint run_participant_pkey PRIMARY KEY (programme_code, period, msp_id),
  constraint run_participant_programme_code_period_shard_position_key UNIQUE (programme_code, period, shard, "position"),
  constraint run_participant_state_check CHECK ((state = ANY (ARRAY['open'::text, 'parked'::text, 'issued'::text]))),
  constraint run_participant_distributor_id_fkey FOREIGN KEY (distributor_id) REFERENCES distributor_terms(id),
  constraint run_participant_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msp_terms(id),
  constraint run_participant_programme_code_period_shard_fkey FOREIGN KEY (programme_code, period, shard) REFERENCES run_shard(programme_code, period, shard)
);
alter table run_participant enable row level security;
alter table run_participant force row level security;
create policy "all" on run_participant for all to kontor_all
  using (true);
create policy let_go on run_participant for delete to kontor_retention
  using (((NOT ( SELECT kontor_all_held() AS kontor_all_held)) AND COALESCE((msp_id <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])), true) AND COALESCE((programme_code <> ALL (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[])), true) AND ((period < (( SELECT kontor_least_year(8) AS kontor_least_year))::text) AND (state = 'issued'::text) AND (NOT (EXISTS ( SELECT
   FROM statement s
  WHERE ((s.programme_code = run_participant.programme_code) AND (s.period = run_participant.period) AND (s.msp_id = run_participant.msp_id))))))));
create policy owned on run_participant for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on run_participant for select to kontor_retention
  using (true);
create policy visible on run_participant for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (distributor_id = ( SELECT kontor_distributor() AS kontor_distributor))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND false)));
grant insert, select, update on run_participant to kontor_all;
grant insert, select, update on run_participant to kontor_app;
grant insert, select, update on run_participant to kontor_limited;
grant delete, select on run_participant to kontor_retention;

create table run_shard (
  programme_code text not null,
  period text not null,
  shard integer not null,
  zone text not null,
  stage text not null,
  month_end timestamp with time zone not null,
  collect_until timestamp with time zone not null,
  review_until timestamp with time zone not null,
  issue_from timestamp with time zone not null,
  mailed_by timestamp with time zone not null,
  statement_date date not null,
  constraint run_shard_pkey PRIMARY KEY (programme_code, period, shard),
  constraint run_shard_stage_check CHECK ((stage = ANY (ARRAY['collect'::text, 'gate'::text, 'reconcile'::text, 'review'::text, 'issue'::text, 'done'::text]))),
  constraint run_shard_programme_code_period_fkey FOREIGN KEY (programme_code, period) REFERENCES billing_run(programme_code, period)
);
grant insert, select, update on run_shard to kontor_all;
grant insert, select, update on run_shard to kontor_app;
grant insert, select, update on run_shard to kontor_limited;
grant select on run_shard to kontor_retention;

create table saved_filter (
  id uuid not null,
  company_id uuid not null,
  side text not null,
  person_id uuid not null,
  name text not null,
  query jsonb not null,
  shared boolean not null,
  created_at timestamp with time zone not null,
  constraint saved_filter_pkey PRIMARY KEY (id),
  constraint saved_filter_side_check CHECK ((side = ANY (ARRAY['partner_team'::text, 'msp'::text, 'customer'::text]))),
  constraint saved_filter_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id),
  constraint saved_filter_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id)
);
CREATE UNIQUE INDEX saved_filter_name ON public.saved_filter USING btree (company_id, side, person_id, kontor_comparable_name(name));
alter table saved_filter enable row level security;
alter table saved_filter force row level security;
create policy "all" on saved_filter for all to kontor_all
  using (true);
create policy retention on saved_filter for select to kontor_retention
  using (true);
create policy visible on saved_filter for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant delete, insert, select, update on saved_filter to kontor_all;
grant delete, insert, select, update on saved_filter to kontor_app;
grant delete, insert, select, update on saved_filter to kontor_limited;
grant select on saved_filter to kontor_retention;

create table service_account (
  id uuid not null,
  company_id uuid not null,
  name text not null,
  created_at timestamp with time zone not null,
  created_by jsonb not null,
  ended_at timestamp with time zone,
  constraint service_account_pkey PRIMARY KEY (id),
  constraint service_account_company_id_fkey FOREIGN KEY (company_id) REFERENCES company(id)
);
CREATE UNIQUE INDEX service_account_name ON public.service_account USING btree (company_id, kontor_comparable_name(name)) WHERE (ended_at IS NULL);
alter table service_account enable row level security;
alter table service_account force row level security;
create policy "all" on service_account for all to kontor_all
  using (true);
create policy retention on service_account for select to kontor_retention
  using (true);
create policy visible on service_account for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant insert, select, update on service_account to kontor_all;
grant insert, select, update on service_account to kontor_app;
grant insert, select, update on service_account to kontor_limited;
grant select on service_account to kontor_retention;

create table service_desk (
  msp_id uuid not null,
  active boolean not null,
  set_at timestamp with time zone not null,
  set_by jsonb not null,
  constraint service_desk_pkey PRIMARY KEY (msp_id),
  constraint service_desk_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msp_terms(id)
);
alter table service_desk enable row level security;
alter table service_desk force row level security;
create policy "all" on service_desk for all to kontor_all
  using (true);
create policy owned on service_desk for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on service_desk for select to kontor_retention
  using (true);
create policy visible on service_desk for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND false) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND (msp_id = ANY (( SELECT kontor_msps() AS kontor_msps)::uuid[])))));
grant insert, select, update on service_desk to kontor_all;
grant insert, select, update on service_desk to kontor_app;
grant insert, select, update on service_desk to kontor_limited;
grant select on service_desk to kontor_retention;

create table session (
  id uuid not null,
  person_id uuid not null,
  membership_id uuid not null,
  view text not null,
  token_hash bytea not null,
  opened_at timestamp with time zone not null,
  last_used_at timestamp with time zone not null,
  idle_seconds integer not null,
  ends_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  address text not null,
  agent text not null,
  identity_provider_id uuid,
  constraint session_pkey PRIMARY KEY (id),
  constraint session_token_hash_key UNIQUE (token_hash),
  constraint session_identity_provider_id_fkey FOREIGN KEY (identity_provider_id) REFERENCES identity_provider(id),
  constraint session_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(id),
  constraint session_person_id_membership_id_fkey FOREIGN KEY (person_id, membership_id) REFERENCES membership(person_id, id)
);
CREATE INDEX session_by_person ON public.session USING btree (person_id, opened_at);
alter table session enable row level security;
alter table session force row level security;
create policy "all" on session for all to kontor_all
  using (true);
create policy let_go on session for delete to kontor_retention
  using (((NOT ( SELECT kontor_all_held() AS kontor_all_held)) AND COALESCE((kontor_company_of(membership_id) <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])), true) AND COALESCE((NULL::text <> ALL (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[])), true) AND (LEAST(ended_at, ends_at) < (now() - '30 days'::interval))));
create policy retention on session for select to kontor_retention
  using (true);
create policy visible on session for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant delete, insert, select, update on session to kontor_all;
grant delete, insert, select, update on session to kontor_app;
grant delete, insert, select, update on session to kontor_limited;
grant delete, select on session to kontor_retention;

create table sign_in_attempt (
  state_hash bytea not null,
  browser_hash bytea not null,
  identity_provider_id uuid not null,
  return_to text not null,
  expires_at timestamp with time zone not null,
  constraint sign_in_attempt_pkey PRIMARY KEY (state_hash),
  constraint sign_in_attempt_identity_provider_id_fkey FOREIGN KEY (identity_provider_id) REFERENCES identity_provider(id)
);
CREATE INDEX sign_in_attempt_by_expiry ON public.sign_in_attempt USING btree (expires_at);
alter table sign_in_attempt enable row level security;
alter table sign_in_attempt force row level security;
create policy "all" on sign_in_attempt for all to kontor_all
  using (true);
create policy retention on sign_in_attempt for select to kontor_retention
  using (true);
create policy visible on sign_in_attempt for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant delete, insert, select on sign_in_attempt to kontor_all;
grant delete, insert, select on sign_in_attempt to kontor_app;
grant delete, insert, select on sign_in_attempt to kontor_limited;
grant select on sign_in_attempt to kontor_retention;

create table sign_in_failure (
  subject bytea not null,
  failures integer not null,
  last_at timestamp with time zone not null,
  wait_until timestamp with time zone,
  constraint sign_in_failure_pkey PRIMARY KEY (subject)
);
alter table sign_in_failure enable row level security;
alter table sign_in_failure force row level security;
create policy "all" on sign_in_failure for all to kontor_all
  using (true);
create policy retention on sign_in_failure for select to kontor_retention
  using (true);
create policy visible on sign_in_failure for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant delete, insert, select, update on sign_in_failure to kontor_all;
grant delete, insert, select, update on sign_in_failure to kontor_app;
grant delete, insert, select, update on sign_in_failure to kontor_limited;
grant select on sign_in_failure to kontor_retention;

create table signing_key (
  msp_id uuid not null,
  site_id uuid not null,
  installation_id uuid not null,
  id text not null,
  public_key bytea not null,
  registered_at timestamp with time zone not null,
  retired_at timestamp with time zone,
  constraint signing_key_pkey PRIMARY KEY (msp_id, id),
  constraint signing_key_id_key UNIQUE (id),
  constraint signing_key_public_key_check CHECK ((length(public_key) = 32)),
  constraint signing_key_msp_id_site_id_installation_id_fkey FOREIGN KEY (msp_id, site_id, installation_id) REFERENCES installation(msp_id, site_id, id)
);
CREATE INDEX signing_key_by_installation ON public.signing_key USING btree (msp_id, site_id, installation_id);
alter table signing_key enable row level security;
alter table signing_key force row level security;
create policy "all" on signing_key for all to kontor_all
  using (true);
create policy owned on signing_key for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on signing_key for select to kontor_retention
  using (true);
create policy visible on signing_key for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (site_id IN ( SELECT site.id
   FROM site))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND false)));
grant insert, select, update on signing_key to kontor_all;
grant insert, select, update on signing_key to kontor_app;
grant insert, select, update on signing_key to kontor_limited;
grant select on signing_key to kontor_retention;

create table site (
  msp_id uuid not null,
  id uuid not null,
  programme_code text not null,
  name text not null,
  product text not null,
  kind text not null,
  channel text not null,
  from_period text not null,
  state text not null,
  contact text not null default 'ok'::text,
  created_at timestamp with time zone not null,
  activated_at timestamp with time zone,
  remind_at timestamp with time zone[] not null default '{}'::timestamp with time zone[],
  last_contact_at timestamp with time zone,
  constraint site_pkey PRIMARY KEY (msp_id, id),
  constraint site_id_key UNIQUE (id),
  constraint site_channel_check CHECK ((channel = ANY (ARRAY['push'::text, 'pull'::text, 'file'::text]))),
  constraint site_contact_check CHECK ((contact = ANY (ARRAY['ok'::text, 'warned'::text, 'blocked'::text, 'disabled'::text]))),
  constraint site_from_period_check CHECK ((from_period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'::text)),
  constraint site_kind_check CHECK ((kind = ANY (ARRAY['managed'::text, 'standalone'::text]))),
  constraint site_state_check CHECK ((state = ANY (ARRAY['created'::text, 'active'::text, 'retired'::text]))),
  constraint site_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msp_terms(id),
  constraint site_msp_id_programme_code_fkey FOREIGN KEY (msp_id, programme_code) REFERENCES participation(msp_id, programme_code)
);
CREATE UNIQUE INDEX site_name_in_use ON public.site USING btree (msp_id, kontor_comparable_name(name)) WHERE (state <> 'retired'::text);
alter table site enable row level security;
alter table site force row level security;
create policy "all" on site for all to kontor_all
  using (true);
create policy owned on site for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on site for select to kontor_retention
  using (true);
create policy retired on site for update to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND (id = ANY (( SELECT kontor_whole_sites() AS kontor_whole_sites)::uuid[]))))
  with check (((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND (state = 'retired'::text) AND (id = ANY (( SELECT kontor_whole_sites() AS kontor_whole_sites)::uuid[]))));
create policy visible on site for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND ((msp_id, programme_code) IN ( SELECT billed_now.msp_id,
    billed_now.programme_code
   FROM billed_now))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND (id = ANY (( SELECT kontor_sites() AS kontor_sites)::uuid[])))));
grant insert, select, update on site to kontor_all;
grant insert, select, update on site to kontor_app;
grant insert, select, update on site to kontor_limited;
grant select on site to kontor_retention;

create table site_tenant (
  msp_id uuid not null,
  site_id uuid not null,
  reference text not null,
  tenant_id uuid not null,
  from_period text not null,
  until_period text,
  constraint site_tenant_pkey PRIMARY KEY (msp_id, site_id, reference, from_period),
  constraint site_tenant_check CHECK ((until_period > from_period)),
  constraint site_tenant_from_period_check CHECK ((from_period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'::text)),
  constraint site_tenant_reference_check CHECK ((length(reference) <= 500)),
  constraint site_tenant_msp_id_site_id_fkey FOREIGN KEY (msp_id, site_id) REFERENCES site(msp_id, id),
  constraint site_tenant_msp_id_tenant_id_fkey FOREIGN KEY (msp_id, tenant_id) REFERENCES tenant(msp_id, id)
);
CREATE INDEX site_tenant_by_tenant ON public.site_tenant USING btree (msp_id, tenant_id);
CREATE UNIQUE INDEX site_tenant_open ON public.site_tenant USING btree (msp_id, site_id, reference) WHERE (until_period IS NULL);
alter table site_tenant enable row level security;
alter table site_tenant force row level security;
create policy "all" on site_tenant for all to kontor_all
  using (true);
create policy owned on site_tenant for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on site_tenant for select to kontor_retention
  using (true);
create policy visible on site_tenant for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (((until_period IS NULL) OR (until_period > ( SELECT kontor_this_period() AS kontor_this_period))) AND (site_id IN ( SELECT site.id
   FROM site)))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND (tenant_id = ANY (( SELECT kontor_tenants() AS kontor_tenants)::uuid[])))));
grant delete, insert, select, update on site_tenant to kontor_all;
grant delete, insert, select, update on site_tenant to kontor_app;
grant delete, insert, select, update on site_tenant to kontor_limited;
grant select on site_tenant to kontor_retention;

create table software_release (
  id uuid not null,
  programme_code text not null,
  product text not null,
  version text not null,
  notes text not null,
  file_name text not null,
  sha256 bytea not null,
  bytes bigint not null,
  announced_at timestamp with time zone not null,
  announced_by jsonb not null,
  published_at timestamp with time zone,
  withdrawn_at timestamp with time zone,
  withdrawn_by jsonb,
  withdrawn_reason text,
  constraint software_release_pkey PRIMARY KEY (id),
  constraint software_release_bytes_check CHECK ((bytes > 0)),
  constraint software_release_check CHECK ((num_nulls(withdrawn_at, withdrawn_by, withdrawn_reason) = ANY (ARRAY[0, 3]))),
  constraint software_release_sha256_check CHECK ((length(sha256) = 32)),
  constraint software_release_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code)
);
CREATE INDEX software_release_by_time ON public.software_release USING btree (programme_code, announced_at, id);
CREATE UNIQUE INDEX software_release_once ON public.software_release USING btree (programme_code, product, kontor_version(version)) WHERE ((withdrawn_at IS NULL) OR (published_at IS NOT NULL));
CREATE TRIGGER frozen BEFORE DELETE ON public.software_release FOR EACH ROW EXECUTE FUNCTION kontor_refuse_change();
CREATE TRIGGER frozen_all BEFORE TRUNCATE ON public.software_release FOR EACH STATEMENT EXECUTE FUNCTION kontor_refuse_change();
CREATE TRIGGER kept BEFORE UPDATE ON public.software_release FOR EACH ROW EXECUTE FUNCTION kontor_keep_release();
grant insert, select, update on software_release to kontor_all;
grant insert, select, update on software_release to kontor_app;
grant insert, select, update on software_release to kontor_limited;
grant select on software_release to kontor_retention;

create table statement (
  id uuid not null,
  programme_code text not null,
  msp_id uuid not null,
  distributor_id uuid not null,
  period text not null,
  revision integer not null,
  number text not null,
  sequence integer not null,
  year integer not null,
  statement_date date not null,
  currency text not null,
  total_minor bigint not null,
  line_count integer not null,
  content jsonb not null,
  template_version integer not null,
  content_hash bytea not null,
  previous_hash bytea not null,
  chain_hash bytea not null,
  issued_at timestamp with time zone not null,
  constraint statement_pkey PRIMARY KEY (id),
  constraint statement_msp_id_id_key UNIQUE (msp_id, id),
  constraint statement_msp_id_programme_code_period_revision_key UNIQUE (msp_id, programme_code, period, revision),
  constraint statement_number_key UNIQUE (number),
  constraint statement_programme_code_distributor_id_year_sequence_key UNIQUE (programme_code, distributor_id, year, sequence),
  constraint statement_revision_check CHECK ((revision > 0)),
  constraint statement_distributor_id_fkey FOREIGN KEY (distributor_id) REFERENCES distributor_terms(id),
  constraint statement_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msp_terms(id),
  constraint statement_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code)
);
CREATE INDEX statement_by_period ON public.statement USING btree (programme_code, period, distributor_id);
alter table statement enable row level security;
alter table statement force row level security;
create policy "all" on statement for all to kontor_all
  using (true);
create policy let_go on statement for delete to kontor_retention
  using (((NOT ( SELECT kontor_all_held() AS kontor_all_held)) AND COALESCE((msp_id <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])), true) AND COALESCE((programme_code <> ALL (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[])), true) AND ((year < ( SELECT kontor_least_year(8) AS kontor_least_year)) AND (distributor_id <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])))));
create policy owned on statement for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on statement for select to kontor_retention
  using (true);
create policy visible on statement for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (distributor_id = ( SELECT kontor_distributor() AS kontor_distributor))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND false)));
CREATE TRIGGER frozen BEFORE DELETE OR UPDATE ON public.statement FOR EACH ROW EXECUTE FUNCTION kontor_refuse_change();
CREATE TRIGGER frozen_all BEFORE TRUNCATE ON public.statement FOR EACH STATEMENT EXECUTE FUNCTION kontor_refuse_change();
grant insert, select on statement to kontor_all;
grant insert, select on statement to kontor_app;
grant insert, select on statement to kontor_limited;
grant delete, select on statement to kontor_retention;

create table statement_document (
  msp_id uuid not null,
  statement_id uuid not null,
  sha256 bytea not null,
  pages integer not null,
  pdf bytea not null storage external,
  rendered_at timestamp with time zone not null,
  constraint statement_document_pkey PRIMARY KEY (msp_id, statement_id),
  constraint statement_document_msp_id_statement_id_fkey FOREIGN KEY (msp_id, statement_id) REFERENCES statement(msp_id, id)
);
alter table statement_document enable row level security;
alter table statement_document force row level security;
create policy "all" on statement_document for all to kontor_all
  using (true);
create policy let_go on statement_document for delete to kontor_retention
  using (((NOT ( SELECT kontor_all_held() AS kontor_all_held)) AND COALESCE((msp_id <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])), true) AND COALESCE((NULL::text <> ALL (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[])), true) AND (EXISTS ( SELECT
   FROM statement s
  WHERE ((s.msp_id = statement_document.msp_id) AND (s.id = statement_document.statement_id) AND (s.year < ( SELECT kontor_least_year(8) AS kontor_least_year)) AND (s.programme_code <> ALL (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[])) AND (s.distributor_id <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])))))));
create policy owned on statement_document for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on statement_document for select to kontor_retention
  using (true);
create policy visible on statement_document for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (statement_id IN ( SELECT statement.id
   FROM statement))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND false)));
CREATE TRIGGER frozen BEFORE DELETE OR UPDATE ON public.statement_document FOR EACH ROW EXECUTE FUNCTION kontor_refuse_change();
CREATE TRIGGER frozen_all BEFORE TRUNCATE ON public.statement_document FOR EACH STATEMENT EXECUTE FUNCTION kontor_refuse_change();
grant insert, select on statement_document to kontor_all;
grant insert, select on statement_document to kontor_app;
grant insert, select on statement_document to kontor_limited;
grant delete, select on statement_document to kontor_retention;

create table statement_line (
  msp_id uuid not null,
  statement_id uuid not null,
  line_no integer not null,
  programme_code text not null,
  period text not null,
  kind text not null,
  site_id uuid,
  tenant_ref text,
  tenant_id uuid,
  meter text,
  peak integer,
  quantity integer,
  basis text,
  for_period text,
  correction_id uuid,
  amount_minor bigint not null,
  content jsonb not null,
  constraint statement_line_pkey PRIMARY KEY (msp_id, statement_id, line_no),
  constraint statement_line_check CHECK (((correction_id IS NULL) = (kind <> 'manual_correction'::text))),
  constraint statement_line_kind_check CHECK ((kind = ANY (ARRAY['usage'::text, 'correction'::text, 'minimum'::text, 'minimum_correction'::text, 'manual_correction'::text, 'term'::text, 'extension'::text]))),
  constraint statement_line_correction_id_fkey FOREIGN KEY (correction_id) REFERENCES correction(id),
  constraint statement_line_msp_id_statement_id_fkey FOREIGN KEY (msp_id, statement_id) REFERENCES statement(msp_id, id)
);
CREATE UNIQUE INDEX statement_line_books_once ON public.statement_line USING btree (correction_id) WHERE (correction_id IS NOT NULL);
CREATE INDEX statement_line_by_correction ON public.statement_line USING btree (msp_id, for_period, site_id) WHERE (for_period IS NOT NULL);
CREATE INDEX statement_line_by_usage ON public.statement_line USING btree (msp_id, period, site_id) WHERE (kind = 'usage'::text);
alter table statement_line enable row level security;
alter table statement_line force row level security;
create policy "all" on statement_line for all to kontor_all
  using (true);
create policy let_go on statement_line for delete to kontor_retention
  using (((NOT ( SELECT kontor_all_held() AS kontor_all_held)) AND COALESCE((msp_id <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])), true) AND COALESCE((programme_code <> ALL (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[])), true) AND (EXISTS ( SELECT
   FROM statement s
  WHERE ((s.msp_id = statement_line.msp_id) AND (s.id = statement_line.statement_id) AND (s.year < ( SELECT kontor_least_year(8) AS kontor_least_year)) AND (s.distributor_id <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])))))));
create policy owned on statement_line for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on statement_line for select to kontor_retention
  using (true);
create policy visible on statement_line for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (statement_id IN ( SELECT statement.id
   FROM statement))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND (tenant_id = ANY (( SELECT kontor_tenants() AS kontor_tenants)::uuid[])))));
CREATE TRIGGER confirmed AFTER INSERT ON public.statement_line FOR EACH ROW WHEN ((new.correction_id IS NOT NULL)) EXECUTE FUNCTION kontor_require_confirmation('next_statement');
CREATE TRIGGER frozen BEFORE DELETE OR UPDATE ON public.statement_line FOR EACH ROW EXECUTE FUNCTION kontor_refuse_change();
CREATE TRIGGER frozen_all BEFORE TRUNCATE ON public.statement_line FOR EACH STATEMENT EXECUTE FUNCTION kontor_refuse_change();
grant insert, select on statement_line to kontor_all;
grant insert, select on statement_line to kontor_app;
grant insert, select on statement_line to kontor_limited;
grant delete, select on statement_line to kontor_retention;

create table statement_number (
  programme_code text not null,
  distributor_id uuid not null,
  year integer not null,
  last integer not null,
  chain_hash bytea not null,
  constraint statement_number_pkey PRIMARY KEY (programme_code, distributor_id, year),
  constraint statement_number_last_check CHECK ((last >= 0)),
  constraint statement_number_distributor_id_fkey FOREIGN KEY (distributor_id) REFERENCES distributor_terms(id),
  constraint statement_number_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code)
);
alter table statement_number enable row level security;
alter table statement_number force row level security;
create policy "all" on statement_number for all to kontor_all
  using (true);
create policy owned on statement_number for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
create policy retention on statement_number for select to kontor_retention
  using (true);
grant insert, select, update on statement_number to kontor_all;
grant insert, select, update on statement_number to kontor_app;
grant insert, select, update on statement_number to kontor_limited;
grant select on statement_number to kontor_retention;

create table statement_revision (
  msp_id uuid not null,
  statement_id uuid not null,
  revision integer not null,
  correction_id uuid not null,
  distributor_id uuid not null,
  content jsonb not null,
  template_version integer not null,
  content_hash bytea not null,
  previous_hash bytea not null,
  chain_hash bytea not null,
  issued_at timestamp with time zone not null,
  constraint statement_revision_pkey PRIMARY KEY (msp_id, statement_id, revision),
  constraint statement_revision_correction_id_key UNIQUE (correction_id),
  constraint statement_revision_revision_check CHECK ((revision > 1)),
  constraint statement_revision_distributor_id_fkey FOREIGN KEY (distributor_id) REFERENCES distributor_terms(id),
  constraint statement_revision_msp_id_correction_id_fkey FOREIGN KEY (msp_id, correction_id) REFERENCES correction(msp_id, id),
  constraint statement_revision_msp_id_statement_id_fkey FOREIGN KEY (msp_id, statement_id) REFERENCES statement(msp_id, id)
);
alter table statement_revision enable row level security;
alter table statement_revision force row level security;
create policy "all" on statement_revision for all to kontor_all
  using (true);
create policy owned on statement_revision for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on statement_revision for select to kontor_retention
  using (true);
create policy visible on statement_revision for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (distributor_id = ( SELECT kontor_distributor() AS kontor_distributor))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND false)));
CREATE TRIGGER confirmed AFTER INSERT ON public.statement_revision FOR EACH ROW EXECUTE FUNCTION kontor_require_confirmation('revision');
CREATE TRIGGER frozen BEFORE DELETE OR UPDATE ON public.statement_revision FOR EACH ROW EXECUTE FUNCTION kontor_refuse_change();
CREATE TRIGGER frozen_all BEFORE TRUNCATE ON public.statement_revision FOR EACH STATEMENT EXECUTE FUNCTION kontor_refuse_change();
grant insert, select on statement_revision to kontor_all;
grant insert, select on statement_revision to kontor_app;
grant insert, select on statement_revision to kontor_limited;
grant select on statement_revision to kontor_retention;

create table subscription (
  msp_id uuid not null,
  programme_code text not null,
  tenant_id uuid not null,
  product text not null,
  from_period text not null,
  kind text not null,
  order_id uuid,
  set_at timestamp with time zone not null,
  set_by jsonb not null,
  reason text,
  constraint subscription_pkey PRIMARY KEY (msp_id, programme_code, tenant_id, product, from_period),
  constraint subscription_from_period_check CHECK ((from_period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'::text)),
  constraint subscription_kind_check CHECK ((kind = ANY (ARRAY['metered'::text, 'term'::text, 'ended'::text]))),
  constraint subscription_msp_id_order_id_fkey FOREIGN KEY (msp_id, order_id) REFERENCES purchase_order(msp_id, id),
  constraint subscription_msp_id_programme_code_fkey FOREIGN KEY (msp_id, programme_code) REFERENCES participation(msp_id, programme_code),
  constraint subscription_msp_id_tenant_id_fkey FOREIGN KEY (msp_id, tenant_id) REFERENCES tenant(msp_id, id)
);
CREATE INDEX subscription_ended ON public.subscription USING btree (from_period) WHERE (kind = 'ended'::text);
alter table subscription enable row level security;
alter table subscription force row level security;
create policy "all" on subscription for all to kontor_all
  using (true);
create policy owned on subscription for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on subscription for select to kontor_retention
  using (true);
create policy visible on subscription for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND ((msp_id, programme_code) IN ( SELECT billed_now.msp_id,
    billed_now.programme_code
   FROM billed_now))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND (tenant_id = ANY (( SELECT kontor_tenants() AS kontor_tenants)::uuid[])))));
grant insert, select, update on subscription to kontor_all;
grant insert, select, update on subscription to kontor_app;
grant insert, select, update on subscription to kontor_limited;
grant select on subscription to kontor_retention;

create table subscription_cap (
  msp_id uuid not null,
  programme_code text not null,
  tenant_id uuid not null,
  meter text not null,
  from_period text not null,
  quantity integer,
  set_at timestamp with time zone not null,
  set_by jsonb not null,
  reason text,
  constraint subscription_cap_pkey PRIMARY KEY (msp_id, programme_code, tenant_id, meter, from_period),
  constraint subscription_cap_from_period_check CHECK ((from_period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'::text)),
  constraint subscription_cap_quantity_check CHECK ((quantity >= 0)),
  constraint subscription_cap_msp_id_programme_code_fkey FOREIGN KEY (msp_id, programme_code) REFERENCES participation(msp_id, programme_code),
  constraint subscription_cap_msp_id_tenant_id_fkey FOREIGN KEY (msp_id, tenant_id) REFERENCES tenant(msp_id, id)
);
alter table subscription_cap enable row level security;
alter table subscription_cap force row level security;
create policy "all" on subscription_cap for all to kontor_all
  using (true);
create policy owned on subscription_cap for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on subscription_cap for select to kontor_retention
  using (true);
create policy visible on subscription_cap for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND ((msp_id, programme_code) IN ( SELECT billed_now.msp_id,
    billed_now.programme_code
   FROM billed_now))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND (tenant_id = ANY (( SELECT kontor_tenants() AS kontor_tenants)::uuid[])))));
grant insert, select, update on subscription_cap to kontor_all;
grant insert, select, update on subscription_cap to kontor_app;
grant insert, select, update on subscription_cap to kontor_limited;
grant select on subscription_cap to kontor_retention;

create table suspension (
  msp_id uuid not null,
  programme_code text not null,
  from_at timestamp with time zone not null,
  until_at timestamp with time zone,
  constraint suspension_pkey PRIMARY KEY (msp_id, programme_code, from_at),
  constraint suspension_check CHECK ((until_at >= from_at)),
  constraint suspension_msp_id_programme_code_fkey FOREIGN KEY (msp_id, programme_code) REFERENCES participation(msp_id, programme_code)
);
CREATE UNIQUE INDEX suspension_one_lasts ON public.suspension USING btree (msp_id, programme_code) WHERE (until_at IS NULL);
alter table suspension enable row level security;
alter table suspension force row level security;
create policy "all" on suspension for all to kontor_all
  using (true);
create policy owned on suspension for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on suspension for select to kontor_retention
  using (true);
create policy visible on suspension for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND ((msp_id, programme_code) IN ( SELECT billed_now.msp_id,
    billed_now.programme_code
   FROM billed_now))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND false)));
grant insert, select, update on suspension to kontor_all;
grant insert, select, update on suspension to kontor_app;
grant insert, select, update on suspension to kontor_limited;
grant select on suspension to kontor_retention;

create table tenant (
  msp_id uuid not null,
  id uuid not null,
  parent_id uuid,
  customer_id uuid,
  ref text not null,
  name text not null,
  state text not null,
  closed_from text,
  created_at timestamp with time zone not null,
  constraint tenant_pkey PRIMARY KEY (msp_id, id),
  constraint tenant_id_key UNIQUE (id),
  constraint tenant_msp_id_ref_key UNIQUE (msp_id, ref),
  constraint tenant_closed_from_check CHECK ((closed_from ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'::text)),
  constraint tenant_state_check CHECK ((state = ANY (ARRAY['onboarding'::text, 'active'::text, 'closed'::text]))),
  constraint tenant_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES company(id),
  constraint tenant_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msp_terms(id),
  constraint tenant_msp_id_parent_id_fkey FOREIGN KEY (msp_id, parent_id) REFERENCES tenant(msp_id, id)
);
CREATE INDEX tenant_by_customer ON public.tenant USING btree (customer_id) WHERE (customer_id IS NOT NULL);
CREATE INDEX tenant_by_parent ON public.tenant USING btree (msp_id, parent_id);
alter table tenant enable row level security;
alter table tenant force row level security;
create policy "all" on tenant for all to kontor_all
  using (true);
create policy owned on tenant for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on tenant for select to kontor_retention
  using (true);
create policy visible on tenant for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND ((id IN ( SELECT site_tenant.tenant_id
   FROM site_tenant)) OR (id IN ( SELECT metered_key.tenant_id
   FROM metered_key
  WHERE (metered_key.tenant_id IS NOT NULL))))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND (id = ANY (( SELECT kontor_tenants() AS kontor_tenants)::uuid[])))));
grant insert, select, update on tenant to kontor_all;
grant insert, select, update on tenant to kontor_app;
grant insert, select, update on tenant to kontor_limited;
grant select on tenant to kontor_retention;

create table tenant_document_release (
  msp_id uuid not null,
  programme_code text not null,
  released boolean not null,
  set_at timestamp with time zone not null,
  set_by jsonb not null,
  constraint tenant_document_release_pkey PRIMARY KEY (msp_id, programme_code),
  constraint tenant_document_release_msp_id_programme_code_fkey FOREIGN KEY (msp_id, programme_code) REFERENCES participation(msp_id, programme_code)
);
alter table tenant_document_release enable row level security;
alter table tenant_document_release force row level security;
create policy "all" on tenant_document_release for all to kontor_all
  using (true);
create policy owned on tenant_document_release for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on tenant_document_release for select to kontor_retention
  using (true);
create policy visible on tenant_document_release for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND false) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND (msp_id = ANY (( SELECT kontor_msps() AS kontor_msps)::uuid[])))));
grant insert, select, update on tenant_document_release to kontor_all;
grant insert, select, update on tenant_document_release to kontor_app;
grant insert, select, update on tenant_document_release to kontor_limited;
grant select on tenant_document_release to kontor_retention;

create table term_licence (
  msp_id uuid not null,
  id uuid not null,
  site_id uuid not null,
  tenant_id uuid,
  meter text not null,
  count integer not null,
  starts_on date not null,
  ends_on date not null,
  agreed_until date not null,
  order_id uuid not null,
  extends uuid,
  renews uuid,
  term_starts_on date not null,
  years integer not null,
  unit_price numeric not null,
  price_currency text not null,
  billing text not null,
  instalments integer not null,
  ended_at timestamp with time zone,
  ended_by jsonb,
  end_reason text,
  constraint term_licence_pkey PRIMARY KEY (msp_id, id),
  constraint term_licence_order_id_key UNIQUE (order_id),
  constraint term_licence_billing_check CHECK ((billing = ANY (ARRAY['whole'::text, 'twelfths'::text]))),
  constraint term_licence_check CHECK ((ends_on >= starts_on)),
  constraint term_licence_check1 CHECK (((agreed_until > starts_on) AND (agreed_until >= ends_on))),
  constraint term_licence_count_check CHECK ((count > 0)),
  constraint term_licence_instalments_check CHECK (((instalments >= 1) AND (instalments <= 60))),
  constraint term_licence_unit_price_check CHECK ((unit_price >= (0)::numeric)),
  constraint term_licence_years_check CHECK (((years >= 1) AND (years <= 5))),
  constraint term_licence_msp_id_extends_fkey FOREIGN KEY (msp_id, extends) REFERENCES term_licence(msp_id, id),
  constraint term_licence_msp_id_order_id_fkey FOREIGN KEY (msp_id, order_id) REFERENCES purchase_order(msp_id, id),
  constraint term_licence_msp_id_renews_fkey FOREIGN KEY (msp_id, renews) REFERENCES term_licence(msp_id, id),
  constraint term_licence_msp_id_site_id_fkey FOREIGN KEY (msp_id, site_id) REFERENCES site(msp_id, id),
  constraint term_licence_msp_id_tenant_id_fkey FOREIGN KEY (msp_id, tenant_id) REFERENCES tenant(msp_id, id)
);
CREATE INDEX term_licence_by_end ON public.term_licence USING btree (ends_on) WHERE (extends IS NULL);
CREATE INDEX term_licence_by_predecessor ON public.term_licence USING btree (msp_id, renews) WHERE (renews IS NOT NULL);
CREATE INDEX term_licence_by_site ON public.term_licence USING btree (msp_id, site_id);
CREATE INDEX term_licence_by_term ON public.term_licence USING btree (msp_id, extends) WHERE (extends IS NOT NULL);
alter table term_licence enable row level security;
alter table term_licence force row level security;
create policy "all" on term_licence for all to kontor_all
  using (true);
create policy owned on term_licence for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on term_licence for select to kontor_retention
  using (true);
create policy visible on term_licence for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND (site_id IN ( SELECT site.id
   FROM site))) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND ((tenant_id = ANY (( SELECT kontor_tenants() AS kontor_tenants)::uuid[])) OR ((tenant_id IS NULL) AND (site_id = ANY (( SELECT kontor_whole_sites() AS kontor_whole_sites)::uuid[])))))));
CREATE TRIGGER approved AFTER INSERT OR UPDATE OF order_id ON public.term_licence FOR EACH ROW EXECUTE FUNCTION kontor_require_approval();
grant insert, select, update on term_licence to kontor_all;
grant insert, select, update on term_licence to kontor_app;
grant insert, select, update on term_licence to kontor_limited;
grant select on term_licence to kontor_retention;

create table territory (
  programme_code text not null,
  country text not null,
  distributor_id uuid not null,
  opens_on date not null,
  closes_on date,
  constraint territory_pkey PRIMARY KEY (programme_code, country),
  constraint territory_check CHECK ((closes_on > opens_on)),
  constraint territory_distributor_id_fkey FOREIGN KEY (distributor_id) REFERENCES distributor_terms(id),
  constraint territory_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code)
);
grant delete, insert, select, update on territory to kontor_all;
grant delete, insert, select, update on territory to kontor_app;
grant delete, insert, select, update on territory to kontor_limited;
grant select on territory to kontor_retention;

create table usage_report (
  msp_id uuid not null,
  site_id uuid not null,
  installation_id uuid not null,
  period text not null,
  revision integer not null,
  sent_at timestamp with time zone not null,
  received_at timestamp with time zone not null,
  clock_offset_seconds integer not null,
  tenant_refs text[] not null,
  meters text[] not null,
  peaks integer[] not null,
  content_hash bytea not null,
  channel text not null,
  protocol_version integer not null,
  product_version text,
  extra jsonb,
  constraint usage_report_pkey PRIMARY KEY (msp_id, site_id, installation_id, period, revision),
  constraint usage_report_channel_check CHECK ((channel = ANY (ARRAY['push'::text, 'pull'::text, 'file'::text]))),
  constraint usage_report_period_check CHECK ((period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'::text)),
  constraint usage_report_protocol_version_check CHECK ((protocol_version > 0)),
  constraint usage_report_revision_check CHECK ((revision > 0))
);
CREATE INDEX usage_report_by_period ON public.usage_report USING btree (period, msp_id, site_id);
CREATE INDEX usage_report_by_receipt ON public.usage_report USING brin (received_at);
alter table usage_report enable row level security;
alter table usage_report force row level security;
create policy "all" on usage_report for all to kontor_all
  using (true);
create policy let_go on usage_report for delete to kontor_retention
  using (((NOT ( SELECT kontor_all_held() AS kontor_all_held)) AND COALESCE((msp_id <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])), true) AND COALESCE((NULL::text <> ALL (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[])), true) AND ((period < ( SELECT kontor_least_month(13) AS kontor_least_month)) AND ((( SELECT cardinality(kontor_held_programmes()) AS cardinality) = 0) OR (NOT (EXISTS ( SELECT
   FROM site s
  WHERE ((s.msp_id = usage_report.msp_id) AND (s.id = usage_report.site_id) AND (s.programme_code = ANY (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[]))))))))));
create policy owned on usage_report for all to kontor_app, kontor_limited
  using (((( SELECT kontor_scope() AS kontor_scope) = 'all'::text) OR (msp_id = ( SELECT kontor_msp() AS kontor_msp))));
create policy retention on usage_report for select to kontor_retention
  using (true);
create policy visible on usage_report for select to kontor_limited
  using ((((( SELECT kontor_distributor() AS kontor_distributor) IS NOT NULL) AND false) OR ((( SELECT kontor_scope() AS kontor_scope) = 'tenants'::text) AND false)));
grant insert, select on usage_report to kontor_all;
grant insert, select on usage_report to kontor_app;
grant insert, select on usage_report to kontor_limited;
grant delete, select on usage_report to kontor_retention;

create table used_nonce (
  signing_key_id text not null,
  nonce text not null,
  used_at timestamp with time zone not null,
  constraint used_nonce_pkey PRIMARY KEY (signing_key_id, nonce)
);
CREATE INDEX used_nonce_by_time ON public.used_nonce USING btree (used_at);
grant delete, insert, select on used_nonce to kontor_all;
grant delete, insert, select on used_nonce to kontor_app;
grant delete, insert, select on used_nonce to kontor_limited;
grant select on used_nonce to kontor_retention;

create table waiting_list (
  id uuid not null,
  programme_code text not null,
  country text not null,
  email text not null,
  locale text not null,
  asked_at timestamp with time zone not null,
  confirm_until timestamp with time zone not null,
  confirmed_at timestamp with time zone,
  told_at timestamp with time zone,
  withdrawn_at timestamp with time zone,
  constraint waiting_list_pkey PRIMARY KEY (id),
  constraint waiting_list_check CHECK (((told_at IS NULL) OR ((confirmed_at IS NOT NULL) AND (withdrawn_at IS NULL)))),
  constraint waiting_list_programme_code_fkey FOREIGN KEY (programme_code) REFERENCES programme(code)
);
CREATE INDEX waiting_list_by_email ON public.waiting_list USING btree (email);
CREATE UNIQUE INDEX waiting_list_once ON public.waiting_list USING btree (programme_code, country, email) WHERE ((told_at IS NULL) AND (withdrawn_at IS NULL));
alter table waiting_list enable row level security;
alter table waiting_list force row level security;
create policy "all" on waiting_list for all to kontor_all
  using (true);
create policy let_go on waiting_list for delete to kontor_retention
  using (((NOT ( SELECT kontor_all_held() AS kontor_all_held)) AND COALESCE((NULL::uuid <> ALL (( SELECT kontor_held_companies() AS kontor_held_companies)::uuid[])), true) AND COALESCE((programme_code <> ALL (( SELECT kontor_held_programmes() AS kontor_held_programmes)::text[])), true) AND (LEAST(to_char(LEAST(told_at, withdrawn_at,
CASE
    WHEN (confirmed_at IS NULL) THEN confirm_until
    ELSE NULL::timestamp with time zone
END), 'YYYY-MM'::text), ( SELECT g.last_period
   FROM programme g
  WHERE (g.code = waiting_list.programme_code))) < ( SELECT kontor_least_month(3) AS kontor_least_month))));
create policy retention on waiting_list for select to kontor_retention
  using (true);
create policy visible on waiting_list for all to kontor_app, kontor_limited
  using ((( SELECT kontor_scope() AS kontor_scope) = 'all'::text));
grant delete, insert, select, update on waiting_list to kontor_all;
grant delete, insert, select, update on waiting_list to kontor_app;
grant delete, insert, select, update on waiting_list to kontor_limited;
grant delete, select on waiting_list to kontor_retention;

create view billed_now with (security_invoker=true) as
 SELECT msp_id,
    programme_code
   FROM participation_distributor
  WHERE ((from_period <= ( SELECT kontor_this_period() AS kontor_this_period)) AND ((until_period IS NULL) OR (until_period > ( SELECT kontor_this_period() AS kontor_this_period))));

create view distributor with (security_invoker=true) as
 SELECT c.id,
    t.code,
    c.name,
    c.registration_number,
    c.address,
    c.country,
    k.email,
    t.currency,
    c.locale
   FROM ((company c
     JOIN distributor_terms t ON ((t.id = c.id)))
     LEFT JOIN LATERAL kontor_named_contact(c.id) k(id, company_id, purpose, name, email, named_at, named_by, confirmed_at, ended_at) ON (true));

create view msp with (security_invoker=true) as
 SELECT c.id,
    c.name,
    c.registration_number,
    c.address,
    c.country,
    k.name AS contact_name,
    k.email,
    c.locale,
    t.registered_at
   FROM ((company c
     JOIN msp_terms t ON ((t.id = c.id)))
     LEFT JOIN LATERAL kontor_named_contact(c.id) k(id, company_id, purpose, name, email, named_at, named_by, confirmed_at, ended_at) ON (true));
