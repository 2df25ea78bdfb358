import type { Knex } from 'knex';

/** Rule 15: what was removed, what may be removed and by whom, legal holds, and who is no longer to be named. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- While it stands nothing of what it names is removed or erased: a company, a programme, or, where it names neither, all.
    create table legal_hold (
      id uuid primary key,
      company_id uuid references company,
      programme_code text references programme,
      reason text not null,
      set_at timestamptz not null,
      set_by jsonb not null,
      lifted_at timestamptz,
      lifted_by jsonb,
      lift_reason text,
      check (company_id is null or programme_code is null),
      check ((lifted_at is null) = (lifted_by is null) and (lifted_at is null) = (lift_reason is null))
    );
    create unique index legal_hold_standing on legal_hold (company_id, programme_code) nulls not distinct
      where lifted_at is null;
    call kontor_protect_team('legal_hold');

    -- Somebody who is not to be named any more. The address is kept as a hash alone: enough to know it again.
    create table restriction (
      id uuid primary key,
      -- Everybody who had that address, for the name that stands beside the id in what is kept.
      person_ids uuid[] not null,
      address_hash bytea not null check (length(address_hash) = 32),
      reason text not null,
      since timestamptz not null,
      -- From this day on documents and audit trail that name her have gone as well.
      until_day date not null,
      restricted_by jsonb not null
    );
    create unique index restriction_by_address on restriction (address_hash);
    create index restriction_by_person on restriction using gin (person_ids);
    call kontor_protect_team('restriction');

    create function kontor_address_hash(address text) returns bytea language sql immutable parallel safe
      as $$ select sha256(convert_to(lower(trim(address)), 'UTF8')) $$;
    -- Whoever asks: a mail may be written in anybody's scope.
    create function kontor_is_restricted(address text) returns boolean language plpgsql stable as $$
    declare
      scope text := kontor_scope();
      found_one boolean;
    begin
      perform set_config('kontor.scope', 'all', true);
      found_one := exists (select from restriction r where r.address_hash = kontor_address_hash($1));
      perform set_config('kontor.scope', scope, true);
      return found_one;
    end $$;
    -- An actor as it is shown: without the name of somebody who is restricted.
    create function kontor_shown_actor(actor jsonb) returns jsonb language sql stable as $$
      select case when actor ->> 'kind' = 'person' then case when exists (
          select from restriction r where r.person_ids @> array[(actor ->> 'id')::uuid])
        then actor || '{"name": "Restricted person"}' else actor end else actor end $$;
    -- No mail goes to somebody who is restricted, whoever writes or resends it.
    create function kontor_park_restricted() returns trigger language plpgsql as $$
    begin
      if new.state in ('pending', 'sending') and new.recipient is not null and kontor_is_restricted(new.recipient) then
        new.state := 'parked';
        new.last_response := 'Its addressee is restricted: no mail goes there.';
      end if;
      return new;
    end $$;
    create trigger restricted before insert or update of state, recipient on outbox
      for each row execute function kontor_park_restricted();

    -- From where on each class is complete: a month, a year, or a day. Of the audit trail: the last event that was removed.
    create table retained_from (
      class text not null,
      -- Null: it is of no single programme.
      programme_code text references programme,
      kept_from text not null,
      event_id bigint,
      event_hash bytea,
      at timestamptz not null,
      unique nulls not distinct (class, programme_code),
      check ((event_id is null) = (event_hash is null))
    );

    create function kontor_all_held() returns boolean language sql stable
      as $$ select exists (select from legal_hold where lifted_at is null and company_id is null and programme_code is null) $$;
    create function kontor_held_companies() returns uuid[] language sql stable
      as $$ select coalesce(array_agg(company_id), '{}') from legal_hold where lifted_at is null and company_id is not null $$;
    create function kontor_held_programmes() returns text[] language sql stable
      as $$ select coalesce(array_agg(programme_code), '{}') from legal_hold where lifted_at is null and programme_code is not null $$;
    -- Whether a hold stands over a row of that company and programme; either may be null.
    create function kontor_is_held(company uuid, programme text) returns boolean language sql stable
      as $$ select exists (select from legal_hold h where h.lifted_at is null
        and ((h.company_id is null and h.programme_code is null) or h.company_id = $1 or h.programme_code = $2)) $$;

    -- The least that is kept whatever is set, as the last place on earth has the day.
    create function kontor_least_month(months integer) returns text language sql stable
      as $$ select to_char((now() at time zone 'Etc/GMT+12') - make_interval(months => months), 'YYYY-MM') $$;
    create function kontor_least_year(years integer) returns integer language sql stable
      as $$ select extract(year from now() at time zone 'Etc/GMT+12')::integer - years $$;

    -- A company that has only ever applied: nobody acts for it, nothing was ever billed to it, and nothing waits.
    create function kontor_only_applied(company uuid) returns boolean language sql stable as $$
      select exists (select from participation a where a.msp_id = $1)
        and not exists (select from participation a where a.msp_id = $1
          and a.state not in ('rejected', 'withdrawn', 'expired') and not (a.state = 'unconfirmed' and a.decide_until < now()))
        and not exists (select from membership m where m.company_id = $1)
        and not exists (select from company c where c.parent_id = $1 or c.merged_into = $1)
        and not exists (select from company_view v where v.company_id = $1 and v.view <> 'service_provider')
        and not exists (select from tenant t where t.msp_id = $1 or t.customer_id = $1)
        and not exists (select from site s where s.msp_id = $1) $$;

    -- Called for each table of which kontor_retention may remove rows: those that are old enough, and that nobody holds.
    create procedure kontor_let_go(target regclass, old_enough text, company text, programme text) language plpgsql as $$
    begin
      execute format($policy$create policy let_go on %s for delete to kontor_retention using (
          not (select kontor_all_held()) and coalesce(%s <> all((select kontor_held_companies())::uuid[]), true)
          and coalesce(%s <> all((select kontor_held_programmes())::text[]), true) and (%s)
        )$policy$, target, company, programme, old_enough);
    end $$;
    call kontor_let_go('check_in', $$observed_at < ((select kontor_least_month(13)) || '-01')::timestamp at time zone 'UTC'
      and ((select cardinality(kontor_held_programmes())) = 0 or not exists (select from site s where s.msp_id = check_in.msp_id
        and s.id = check_in.site_id and s.programme_code = any((select kontor_held_programmes())::text[])))$$,
      'msp_id', 'null::text');
    call kontor_let_go('late_check_in', $$period < (select kontor_least_month(13))
      and ((select cardinality(kontor_held_programmes())) = 0 or not exists (select from site s where s.msp_id = late_check_in.msp_id
        and s.id = late_check_in.site_id and s.programme_code = any((select kontor_held_programmes())::text[])))$$,
      'msp_id', 'null::text');
    call kontor_let_go('usage_report', $$period < (select kontor_least_month(13))
      and ((select cardinality(kontor_held_programmes())) = 0 or not exists (select from site s where s.msp_id = usage_report.msp_id
        and s.id = usage_report.site_id and s.programme_code = any((select kontor_held_programmes())::text[])))$$,
      'msp_id', 'null::text');
    call kontor_let_go('refused_message', $$to_char(received_at, 'YYYY-MM') < (select kontor_least_month(13))$$,
      'msp_id', 'null::text');
    call kontor_let_go('refused_claims', $$to_char(day, 'YYYY-MM') < (select kontor_least_month(13))$$, 'null::uuid',
      'programme_code');

    call kontor_let_go('statement',
      'year < (select kontor_least_year(8)) and distributor_id <> all((select kontor_held_companies())::uuid[])',
      'msp_id', 'programme_code');
    call kontor_let_go('statement_line',
      $$exists (select from statement s where s.msp_id = statement_line.msp_id and s.id = statement_id
        and s.year < (select kontor_least_year(8)) and s.distributor_id <> all((select kontor_held_companies())::uuid[]))$$,
      'msp_id', 'programme_code');
    call kontor_let_go('statement_document',
      $$exists (select from statement s where s.msp_id = statement_document.msp_id and s.id = statement_id
        and s.year < (select kontor_least_year(8)) and s.programme_code <> all((select kontor_held_programmes())::text[])
        and s.distributor_id <> all((select kontor_held_companies())::uuid[]))$$,
      'msp_id', 'null::text');
    call kontor_let_go('billing_pack_statement',
      $$exists (select from statement s where s.msp_id = billing_pack_statement.msp_id and s.id = statement_id
        and s.year < (select kontor_least_year(8)) and s.programme_code <> all((select kontor_held_programmes())::text[])
        and s.distributor_id <> all((select kontor_held_companies())::uuid[]))$$,
      'msp_id', 'null::text');
    call kontor_let_go('billing_pack', $$extract(year from made_at at time zone 'Etc/GMT-14') < (select kontor_least_year(8))
      and not exists (select from billing_pack_statement b where b.billing_pack_id = billing_pack.id)
      and not exists (select from billing_pack_credit b where b.billing_pack_id = billing_pack.id)$$,
      'distributor_id', 'programme_code');
    call kontor_let_go('billing_pack_response', $$exists (select from billing_pack p where p.id = billing_pack_id
        and extract(year from p.made_at at time zone 'Etc/GMT-14') < (select kontor_least_year(8))
        and p.programme_code <> all((select kontor_held_programmes())::text[])
        and not exists (select from billing_pack_statement b where b.billing_pack_id = p.id)
        and not exists (select from billing_pack_credit b where b.billing_pack_id = p.id))$$,
      'distributor_id', 'null::text');

    -- As the documents they explain.
    call kontor_let_go('discrepancy', $$period < (select kontor_least_year(8))::text
      and not exists (select from statement s where s.programme_code = discrepancy.programme_code
        and s.period = discrepancy.period and (discrepancy.msp_id is null or s.msp_id = discrepancy.msp_id))$$,
      'msp_id', 'programme_code');
    call kontor_let_go('reconciled_site', $$period < (select kontor_least_year(8))::text
      and not exists (select from statement s where s.programme_code = reconciled_site.programme_code
        and s.period = reconciled_site.period and s.msp_id = reconciled_site.msp_id)$$, 'msp_id', 'programme_code');
    call kontor_let_go('run_participant', $$period < (select kontor_least_year(8))::text and state = 'issued'
      and not exists (select from statement s where s.programme_code = run_participant.programme_code
        and s.period = run_participant.period and s.msp_id = run_participant.msp_id)$$, 'msp_id', 'programme_code');

    call kontor_let_go('outbox', $$state not in ('pending', 'sending')
      and to_char(created_at, 'YYYY-MM') < (select kontor_least_month(3))
      and coalesce(distributor_id <> all((select kontor_held_companies())::uuid[]), true)$$,
      'coalesce(msp_id, to_company)', 'programme_code');

    -- Of the trail the beginning alone, and none of it while any hold stands.
    call kontor_let_go('audit_event', $$extract(year from at at time zone 'Etc/GMT-14') < (select kontor_least_year(8))
      and not exists (select from legal_hold where lifted_at is null)$$, 'null::uuid', 'null::text');
    call kontor_let_go('decision', $$extract(year from decided_at at time zone 'Etc/GMT-14') < (select kontor_least_year(8))
      and not exists (select from legal_hold where lifted_at is null)$$, 'null::uuid', 'null::text');

    create function kontor_company_of(membership uuid) returns uuid language sql stable
      as $$ select company_id from membership where id = $1 $$;
    create function kontor_company_of_link(applicant uuid, membership uuid, contact uuid) returns uuid language sql stable
      as $$ select coalesce($1, kontor_company_of($2), (select company_id from company_contact where id = $3)) $$;
    call kontor_let_go('session', $$least(ended_at, ends_at) < now() - interval '30 days'$$,
      'kontor_company_of(membership_id)', 'null::text');
    call kontor_let_go('one_time_link', $$least(used_at, withdrawn_at, expires_at) < now() - interval '30 days'$$,
      'kontor_company_of_link(applicant_id, membership_id, contact_id)', 'programme_code');
    call kontor_let_go('api_token', $$least(revoked_at, expires_at) < now() - interval '30 days'$$,
      'kontor_company_of(membership_id)', 'null::text');

    -- Also who waits for a programme that has ended.
    call kontor_let_go('waiting_list', $$least(
        to_char(least(told_at, withdrawn_at, case when confirmed_at is null then confirm_until end), 'YYYY-MM'),
        (select g.last_period from programme g where g.code = programme_code)) < (select kontor_least_month(3))$$,
      'null::uuid', 'programme_code');
    call kontor_let_go('company_contact', 'kontor_only_applied(company_id)', 'company_id', 'null::text');
    call kontor_let_go('company_change', 'kontor_only_applied(company_id)', 'company_id', 'null::text');
    create policy let_go_applicants on company for update to kontor_retention
      using (kontor_only_applied(id) and not kontor_is_held(id, null));
    create policy let_go_applicants on participation for update to kontor_retention
      using (kontor_only_applied(msp_id) and not kontor_is_held(msp_id, programme_code));
    create policy append_only on audit_event for insert to kontor_retention with check (true);

    -- A month of check-ins as a whole, UTC. As with its making the owner does it; who may ask is kontor_retention alone, which
    -- has made sure that nobody holds any of it: legal holds are not visible to an owner whom row level security binds.
    create function kontor_drop_check_ins(month date) returns void
      language plpgsql security definer set search_path = pg_catalog, public as $$
    declare
      first date := date_trunc('month', month);
    begin
      if first >= ((now() at time zone 'Etc/GMT+12') - interval '14 months')::date then
        raise exception 'check-ins are kept for 13 months at least' using errcode = 'integrity_constraint_violation';
      end if;
      perform pg_advisory_xact_lock(hashtext('kontor_check_in_partition'));
      execute format('drop table if exists public.%I', 'check_in_' || to_char(first, 'YYYY_MM'));
    end $$;
    revoke all on function kontor_drop_check_ins(date) from public;
    grant execute on function kontor_drop_check_ins(date) to kontor_retention;
  `);
}
