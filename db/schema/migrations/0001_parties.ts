import type { Knex } from 'knex';

/** Companies and their views, programmes, territories, participation; the row-level-security words of later tables. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Settings are LOCAL to a transaction (db/connect.ts). Without any, nothing is visible.
    create function kontor_scope() returns text language sql stable parallel safe
      as $$ select coalesce(current_setting('kontor.scope', true), '') $$;
    create function kontor_msp() returns uuid language sql stable parallel safe
      as $$ select nullif(current_setting('kontor.msp_id', true), '')::uuid $$;
    create function kontor_distributor() returns uuid language sql stable parallel safe
      as $$ select nullif(current_setting('kontor.distributor_id', true), '')::uuid $$;
    create function kontor_company() returns uuid language sql stable parallel safe
      as $$ select nullif(current_setting('kontor.company_id', true), '')::uuid $$;
    -- Of a reader who sees no company as a whole (kontor_enter_tenants): the tenants it is limited to, their MSPs, the sites
    -- that serve one of them, and of both tenants and sites those that are wholly its own.
    create function kontor_ids(setting text) returns uuid[] language sql stable parallel safe
      as $$ select coalesce(nullif(current_setting('kontor.' || setting, true), ''), '{}')::uuid[] $$;
    create function kontor_tenants() returns uuid[] language sql stable parallel safe as $$ select kontor_ids('tenants') $$;
    create function kontor_msps() returns uuid[] language sql stable parallel safe as $$ select kontor_ids('msps') $$;
    create function kontor_sites() returns uuid[] language sql stable parallel safe as $$ select kontor_ids('sites') $$;
    create function kontor_whole_tenants() returns uuid[] language sql stable parallel safe
      as $$ select kontor_ids('whole_tenants') $$;
    create function kontor_whole_sites() returns uuid[] language sql stable parallel safe
      as $$ select kontor_ids('whole_sites') $$;

    -- Any organisation. What it may do follows from its views (rule 17); its zone is kept by period in company_zone.
    create table company (
      id uuid primary key,
      name text not null,
      -- Unknown for the partner team until somebody names it.
      registration_number text,
      address text[] not null,
      country text,
      locale text not null,
      -- The company that it is a subsidiary of: a tree of any depth.
      parent_id uuid references company check (parent_id <> id),
      -- The system it was taken over from and its reference there (domain/company.ts); null: it signed up, or was typed in.
      source text,
      -- Nobody acts for a company that is not active (kontor_acting).
      state text not null default 'active' check (state in ('active', 'suspended', 'ended')),
      -- Of the last change of its state.
      state_reason text,
      state_at timestamptz,
      -- Of a duplicate: where its people, tenants, mandates and subsidiaries have gone.
      merged_into uuid references company check (merged_into <> id),
      -- Of two who change it at once the second sees that it has gone up; one more than there are rows of company_change.
      version integer not null default 1,
      created_at timestamptz not null,
      check (merged_into is null or state = 'ended')
    );
    create unique index company_by_source on company (source) where state <> 'ended';
    create index company_by_parent on company (parent_id) where parent_id is not null;
    -- Registration numbers are typed with and without spaces, dots and case: only letters and digits tell them apart.
    create function kontor_comparable_number(number text) returns text language sql immutable parallel safe
      as $$ select upper(regexp_replace(normalize(number, nfkc), '[^[:alnum:]]', '', 'g')) $$;
    -- Full-width letters, ligatures and case do not tell names apart.
    create function kontor_comparable_name(name text) returns text language sql immutable parallel safe
      as $$ select lower(normalize(name, nfkc)) $$;
    create index company_by_registration_number on company (kontor_comparable_number(registration_number));

    create table company_view (
      company_id uuid not null references company,
      view text not null check (view in ('vendor', 'customer', 'system_integrator', 'service_provider', 'reseller',
        'distributor', 'partner')),
      primary key (company_id, view)
    );

    -- To whom a company's mail goes, by purpose. A new address takes the place of the one before once its owner confirms it;
    -- until then it gets nothing but the link to do so.
    create table company_contact (
      id uuid primary key,
      company_id uuid not null references company,
      purpose text not null check (purpose in ('statements', 'technical', 'legal')),
      name text not null,
      email text not null,
      named_at timestamptz not null,
      named_by jsonb not null,
      confirmed_at timestamptz,
      ended_at timestamptz
    );
    create unique index company_contact_confirmed on company_contact (company_id, purpose)
      where confirmed_at is not null and ended_at is null;
    create unique index company_contact_unconfirmed on company_contact (company_id, purpose)
      where confirmed_at is null and ended_at is null;
    create function kontor_mail_domain(email text) returns text language sql immutable parallel safe
      as $$ select lower(regexp_replace(email, '^.*@', '')) $$;
    create index company_contact_by_mail_domain on company_contact (kontor_mail_domain(email));
    create index company_contact_by_email on company_contact (email);
    -- Who gets the company's mail of a purpose: its confirmed contact, else that for statements; no row: nobody yet.
    create function kontor_contact(company uuid, purpose text) returns setof company_contact language sql stable
      as $$ select * from company_contact k
        where k.company_id = $1 and k.purpose in ($2, 'statements') and k.confirmed_at is not null and k.ended_at is null
        order by k.purpose = $2 desc limit 1 $$;
    -- What a company is reached at, on paper: its contact for statements, confirmed or, while there is none, not yet.
    create function kontor_named_contact(company uuid) returns setof company_contact language sql stable
      as $$ select * from company_contact k where k.company_id = $1 and k.purpose = 'statements' and k.ended_at is null
        order by k.confirmed_at is null limit 1 $$;

    -- The zone a company's months are reckoned in, from a period on; the first row holds from the beginning.
    create table company_zone (
      company_id uuid not null references company,
      from_period text not null,
      zone text not null,
      primary key (company_id, from_period)
    );

    -- What was changed of a company, by whom and why: of each field that changed, what it was and what it became.
    create table company_change (
      id bigint generated always as identity primary key,
      company_id uuid not null references company,
      at timestamptz not null,
      actor jsonb not null,
      before jsonb not null,
      after jsonb not null,
      reason text
    );
    create index company_change_by_company on company_change (company_id, id);

    -- The one company of the view vendor: the partner team's, whose people run the programmes.
    insert into company (id, name, address, locale, created_at)
      values ('00000000-0000-4000-8000-000000000001', 'Partner team', '{}', 'en', now());
    insert into company_view (company_id, view) values ('00000000-0000-4000-8000-000000000001', 'vendor');
    insert into company_zone (company_id, from_period, zone)
      values ('00000000-0000-4000-8000-000000000001', '2000-01', 'UTC');

    -- One vendor's offer to MSPs; several live side by side. Months are closed in order from first_period (rule 19).
    create table programme (
      code text primary key check (code ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
      name text not null,
      vendor jsonb not null,
      base_currency text not null,
      first_period text not null check (first_period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'),
      -- The last month it closes; null: no end is known.
      last_period text check (last_period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'),
      created_at timestamptz not null
    );

    -- Rule 23: versions with the period from which they hold. For a period, the version with the latest from_period up to
    -- it counts, and of several the last one set. A period that was opened keeps what it was opened with (billing_run).
    create table programme_setting (
      programme_code text not null references programme,
      version integer not null check (version > 0),
      from_period text not null,
      zone text not null,
      settings jsonb not null,
      set_at timestamptz not null,
      set_by jsonb not null,
      reason text,
      primary key (programme_code, version)
    );

    -- What a company of the view distributor has besides.
    create table distributor_terms (
      id uuid primary key references company,
      code text not null unique check (code ~ '^[A-Z0-9]{2,8}$'),
      currency text not null
    );

    -- Registrations are taken from opens_on until before closes_on, days in the programme's zone.
    create table territory (
      programme_code text not null references programme,
      country text not null,
      distributor_id uuid not null references distributor_terms,
      opens_on date not null,
      closes_on date check (closes_on > opens_on),
      primary key (programme_code, country)
    );

    -- Who asked for a country that is not open: told once it opens, where the address was confirmed in time.
    create table waiting_list (
      id uuid primary key,
      programme_code text not null references programme,
      country text not null,
      email text not null,
      locale text not null,
      asked_at timestamptz not null,
      confirm_until timestamptz not null,
      confirmed_at timestamptz,
      told_at timestamptz,
      withdrawn_at timestamptz,
      check (told_at is null or (confirmed_at is not null and withdrawn_at is null))
    );
    -- Who was told, or thought better of it, may ask again.
    create unique index waiting_list_once on waiting_list (programme_code, country, email)
      where told_at is null and withdrawn_at is null;
    create index waiting_list_by_email on waiting_list (email);

    create table document_content (
      sha256 bytea primary key check (length(sha256) = 32),
      content bytea not null
    );

    create table programme_document (
      programme_code text not null references programme,
      name text not null,
      language text not null,
      version integer not null check (version > 0),
      audience text not null check (audience in ('msp', 'distributor', 'partner_team')),
      title text not null,
      content_type text not null,
      sha256 bytea not null references document_content,
      published_at timestamptz not null,
      published_by jsonb not null,
      withdrawn_at timestamptz,
      primary key (programme_code, name, language, version)
    );

    -- What a company of the view service_provider has besides.
    create table msp_terms (
      id uuid primary key references company,
      registered_at timestamptz not null
    );

    -- An MSP in a programme: billed for the periods from joined_period to left_period, both inclusive (rule 20).
    create table participation (
      msp_id uuid not null references msp_terms,
      programme_code text not null references programme,
      state text not null check (state in ('unconfirmed', 'applied', 'approved', 'suspended', 'left', 'rejected', 'withdrawn',
        'expired')),
      joined_period text,
      left_period text check (left_period >= joined_period),
      -- When that last period was set; null: none was.
      left_set_at timestamptz,
      duplicate_of uuid[] not null default '{}',
      applied_at timestamptz not null,
      -- Null: not known to run yet; a relay of the API starts it.
      workflow_started_at timestamptz,
      -- While it is unconfirmed: until when its address can be confirmed.
      decide_until timestamptz not null,
      decided_at timestamptz,
      decided_by jsonb,
      decision_reason text,
      primary key (msp_id, programme_code),
      check ((joined_period is null) = (state in ('unconfirmed', 'applied', 'rejected', 'withdrawn', 'expired')))
    );
    create index participation_unstarted on participation (applied_at)
      where state = 'applied' and workflow_started_at is null;
    create index participation_by_programme on participation (programme_code, applied_at);

    -- When it was suspended (rule 20): its keys are stopped from from_at until until_at; null: they still are.
    create table suspension (
      msp_id uuid not null,
      programme_code text not null,
      from_at timestamptz not null,
      until_at timestamptz check (until_at >= from_at),
      primary key (msp_id, programme_code, from_at),
      foreign key (msp_id, programme_code) references participation (msp_id, programme_code)
    );
    create unique index suspension_one_lasts on suspension (msp_id, programme_code) where until_at is null;

    -- Who bills the MSP, from a period until a period (exclusive); the first row holds from the beginning.
    create table participation_distributor (
      msp_id uuid not null,
      programme_code text not null,
      from_period text not null,
      -- The next row's from_period, or the month after its last where the MSP leaves before (then never less than from_period:
      -- nobody bills it); kept by triggers. Null: no end is known.
      until_period text check (until_period >= from_period),
      distributor_id uuid not null references distributor_terms,
      -- When that was set; null: nobody asks.
      set_at timestamptz,
      primary key (msp_id, programme_code, from_period),
      foreign key (msp_id, programme_code) references participation (msp_id, programme_code)
    );
    create index participation_distributor_by_distributor on participation_distributor (distributor_id);
    create function kontor_end_distributor() returns trigger language plpgsql as $$
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
    end $$;
    create trigger ended after insert on participation_distributor for each row execute function kontor_end_distributor();
    create trigger left_behind after update of left_period on participation for each row execute function kontor_end_distributor();

    create function kontor_this_period() returns text language sql stable parallel safe
      as $$ select to_char(now() at time zone 'UTC', 'YYYY-MM') $$;
    -- Rule 23: the version of a programme's settings that holds for a period; before the first one, the first one.
    create function kontor_settings(programme text, period text default kontor_this_period())
      returns setof programme_setting language sql stable parallel safe as $$
        select * from programme_setting where programme_code = $1
        order by from_period <= $2 desc, case when from_period <= $2 then from_period end desc, from_period, version desc
        limit 1 $$;
    create function kontor_zone(company uuid, period text default kontor_this_period()) returns text
      language sql stable parallel safe as $$
        select zone from company_zone where company_id = $1 and from_period <= $2 order by from_period desc limit 1 $$;
    create function kontor_distributor_of(msp uuid, programme text, period text default kontor_this_period()) returns uuid
      language sql stable parallel safe as $$
        select distributor_id from participation_distributor
        where msp_id = $1 and programme_code = $2 and from_period <= $3 order by from_period desc limit 1 $$;
    -- The same while it takes part: after its last period nobody bills it, and its last distributor has no business there.
    create function kontor_billed_by(msp uuid, programme text, period text) returns uuid
      language sql stable parallel safe as $$
        select distributor_id from participation_distributor
        where msp_id = $1 and programme_code = $2 and from_period <= $3 and (until_period is null or until_period > $3) $$;

    alter table participation_distributor enable row level security;
    alter table participation_distributor force row level security;
    create policy owned on participation_distributor using ((select kontor_scope()) = 'all');
    create policy visible on participation_distributor for select using (
      msp_id = (select kontor_msp()) or distributor_id = (select kontor_distributor())
    );
    -- Who bills which MSP in which programme now, as far as the reader sees it: what a distributor sees of the present.
    create view billed_now with (security_invoker = true) as
      select msp_id, programme_code from participation_distributor
      where from_period <= (select kontor_this_period())
        and (until_period is null or until_period > (select kontor_this_period()));

    -- A company is visible to the partner team and the workers, to itself, to its distributors, to those who see its tenants,
    -- and to everybody as one that distributes.
    alter table company enable row level security;
    alter table company force row level security;
    create policy owned on company using ((select kontor_scope()) = 'all');
    create policy visible on company for select using (
      id = (select kontor_company())
      or ((select kontor_distributor()) is not null and id in (select msp_id from billed_now))
      or ((select kontor_scope()) = 'tenants' and id = any((select kontor_msps())::uuid[]))
      or ((select kontor_scope()) <> '' and id in (select id from distributor_terms))
    );
    alter table company_view enable row level security;
    alter table company_view force row level security;
    create policy owned on company_view using ((select kontor_scope()) = 'all');
    create policy visible on company_view for select using (company_id in (select id from company));
    -- The reasons that are written there are between the partner team and the company.
    alter table company_change enable row level security;
    alter table company_change force row level security;
    create policy owned on company_change using ((select kontor_scope()) = 'all');
    create policy visible on company_change for select using (company_id = (select kontor_company()));

    -- The words the rest speaks: a company in its view.
    create view msp with (security_invoker = true) as
      select c.id, c.name, c.registration_number, c.address, c.country, k.name as contact_name, k.email, c.locale,
        t.registered_at
      from company c join msp_terms t on t.id = c.id left join kontor_named_contact(c.id) k on true;
    create view distributor with (security_invoker = true) as
      select c.id, t.code, c.name, c.registration_number, c.address, c.country, k.email, t.currency, c.locale
      from company c join distributor_terms t on t.id = c.id left join kontor_named_contact(c.id) k on true;

    -- Called for each table that belongs to an MSP: the partner team and the workers (scope all) and the MSP itself see and
    -- write its rows (scope all by its role as well, db/schema/roles.ts). A distributor sees those for which to_distributor
    -- holds, a reader who is limited to tenants those for which to_tenants does; false: what spans tenants, or is none of
    -- theirs.
    create procedure kontor_protect(target regclass, to_distributor text, to_tenants text, owner text default 'msp_id')
      language plpgsql as $$
    begin
      execute format('alter table %s enable row level security', target);
      execute format('alter table %s force row level security', target);
      execute format('create policy owned on %s using ((select kontor_scope()) = %L or %s = (select kontor_msp()))',
        target, 'all', owner);
      execute format($policy$create policy visible on %s for select to kontor_limited using (
          ((select kontor_distributor()) is not null and (%s)) or ((select kontor_scope()) = 'tenants' and (%s))
        )$policy$, target, to_distributor, to_tenants);
    end $$;
    call kontor_protect('company_contact',
      'company_id = (select kontor_distributor()) or company_id in (select msp_id from billed_now)', 'false', 'company_id');
    call kontor_protect('company_zone', 'company_id in (select msp_id from billed_now)', 'false', 'company_id');
    create policy own on company_zone for select using (company_id = (select kontor_company()));
    call kontor_protect('msp_terms', 'id in (select msp_id from billed_now)', 'false', 'id');
    call kontor_protect('participation', '(msp_id, programme_code) in (select msp_id, programme_code from billed_now)',
      'msp_id = any((select kontor_msps())::uuid[])');
    call kontor_protect('suspension', '(msp_id, programme_code) in (select msp_id, programme_code from billed_now)', 'false');

    -- Called for each table that the partner team and the workers alone may see and write.
    create procedure kontor_protect_team(target regclass) language plpgsql as $$
    begin
      execute format('alter table %s enable row level security', target);
      execute format('alter table %s force row level security', target);
      execute format('create policy visible on %s using ((select kontor_scope()) = %L)', target, 'all');
    end $$;
    call kontor_protect_team('waiting_list');

    -- Issued means frozen: attached to every insert-only table. What kontor_retention may remove its policies say (0012).
    create function kontor_refuse_change() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' and current_user = 'kontor_retention' then return old; end if;
      raise exception 'rows of % are never changed or deleted once written', tg_table_name
        using errcode = 'integrity_constraint_violation';
    end $$;
    create trigger frozen before update or delete on company_change for each row execute function kontor_refuse_change();
    create trigger frozen_all before truncate on company_change execute function kontor_refuse_change();

    -- Whether an active company holds a view, whoever asks; neither changes until the transaction ends.
    create function kontor_holds(company uuid, view text) returns boolean language plpgsql as $$
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
    end $$;
  `);
}
