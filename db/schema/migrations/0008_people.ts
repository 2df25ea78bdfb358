import type { Knex } from 'knex';

/** People, what they may do for which company, service accounts, and how both prove who they are. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table person (
      id uuid primary key,
      name text not null,
      email text not null,
      locale text not null,
      zone text not null,
      state text not null check (state in ('invited', 'active', 'ended')),
      created_at timestamptz not null,
      created_by jsonb not null,
      ended_at timestamptz,
      check ((state = 'ended') = (ended_at is not null))
    );
    -- One login for each address, whatever its case.
    create unique index person_by_email on person (lower(email)) where state <> 'ended';

    -- A machine's identity inside one company.
    create table service_account (
      id uuid primary key,
      company_id uuid not null references company,
      name text not null,
      created_at timestamptz not null,
      created_by jsonb not null,
      ended_at timestamptz
    );
    create unique index service_account_name on service_account (company_id, kontor_comparable_name(name)) where ended_at is null;

    -- A company's own copy of a system level (domain/access/levels.ts); the system levels themselves are never edited.
    create table access_level (
      id uuid primary key,
      company_id uuid not null references company,
      name text not null,
      copied_from text not null check (copied_from in ('reader', 'operator', 'manager', 'administrator')),
      actions text[] not null,
      created_at timestamptz not null,
      ended_at timestamptz,
      unique (company_id, id)
    );
    create unique index access_level_name on access_level (company_id, kontor_comparable_name(name)) where ended_at is null;

    -- What a person or a service account may do for a company: a level, within a scope, from a day, until a day.
    create table membership (
      id uuid primary key,
      company_id uuid not null references company,
      person_id uuid references person,
      service_account_id uuid references service_account,
      system_level text check (system_level in ('reader', 'operator', 'manager', 'administrator')),
      access_level_id uuid,
      -- Null: everything of the company. Else the named tenants alone, with or without the units below them.
      tenant_ids uuid[] check (cardinality(tenant_ids) > 0),
      with_below boolean not null default false,
      from_at timestamptz not null,
      until_at timestamptz check (until_at > from_at),
      -- The name under which somebody was invited, until she accepts: nothing may be done by it before.
      invited_as text,
      created_at timestamptz not null,
      created_by jsonb not null,
      unique (person_id, id),
      check ((person_id is null) <> (service_account_id is null)),
      check (invited_as is null or person_id is not null),
      check ((system_level is null) <> (access_level_id is null)),
      foreign key (company_id, access_level_id) references access_level (company_id, id)
    );
    create index membership_by_company on membership (company_id, created_at, id);
    create unique index membership_of_service_account on membership (service_account_id);

    -- Works as its membership allows, in one view; a narrower level than the membership's may be named.
    create table api_token (
      id uuid primary key,
      membership_id uuid not null references membership,
      view text not null,
      name text not null,
      narrowed_to text check (narrowed_to in ('reader', 'operator', 'manager', 'administrator')),
      token_hash bytea not null unique,
      created_at timestamptz not null,
      created_by jsonb not null,
      expires_at timestamptz,
      last_used_at timestamptz,
      revoked_at timestamptz
    );
    create index api_token_by_membership on api_token (membership_id);

    -- Looked up before anybody's scope is known; what others may see of it the API decides by action and company.
    call kontor_protect_team('person');
    call kontor_protect_team('service_account');
    call kontor_protect_team('access_level');
    call kontor_protect_team('membership');
    call kontor_protect_team('api_token');

    -- What people decided, kept before any workflow hears of it: workflows get the id alone.
    create table decision (
      id uuid primary key,
      kind text not null check (kind in ('case', 'completeness', 'registration', 'order', 'correction')),
      subject text not null,
      content jsonb not null,
      actor jsonb not null,
      decided_at timestamptz not null,
      -- Of the request that decided several at once.
      batch_id uuid
    );
    create index decision_by_batch on decision (batch_id) where batch_id is not null;
    create trigger frozen before update or delete on decision for each row execute function kontor_refuse_change();
    create trigger frozen_all before truncate on decision execute function kontor_refuse_change();
    call kontor_protect_team('decision');

    -- A system integrator acts for a customer company while that consents.
    create table mandate (
      id uuid primary key,
      integrator_id uuid not null references company,
      customer_id uuid not null references company check (customer_id <> integrator_id),
      from_at timestamptz not null,
      until_at timestamptz check (until_at > from_at),
      asked_at timestamptz not null,
      asked_by jsonb not null,
      -- By a person of the customer: without it the mandate is a request.
      consented_at timestamptz,
      consented_by jsonb,
      revoked_at timestamptz,
      revoked_by jsonb,
      check ((consented_at is null) = (consented_by is null))
    );
    create unique index mandate_in_force on mandate (integrator_id, customer_id) where revoked_at is null;
    alter table mandate enable row level security;
    alter table mandate force row level security;
    create policy owned on mandate using ((select kontor_scope()) = 'all');
    create policy visible on mandate for select using ((select kontor_company()) in (integrator_id, customer_id));
    create policy asked on mandate for insert
      with check (integrator_id = (select kontor_company()) and consented_at is null and revoked_at is null);
    -- The integrator ends; what consents is the customer's alone.
    create policy answered on mandate for update using ((select kontor_company()) in (integrator_id, customer_id))
      with check (customer_id = (select kontor_company())
        or (integrator_id = (select kontor_company()) and revoked_at is not null));
    -- The two see each other's names.
    create policy in_mandate on company for select using (
      (select kontor_scope()) = 'tenants'
      and id in (select unnest(array[integrator_id, customer_id]) from mandate)
    );

    create function kontor_tenants_below(roots uuid[]) returns uuid[] language sql stable as $$
      with recursive unit as (
        select msp_id, id from tenant where id = any($1)
        union select t.msp_id, t.id from tenant t join unit on t.msp_id = unit.msp_id and t.parent_id = unit.id)
      select coalesce(array_agg(id), '{}') from unit $$;

    -- Tenants that a company reaches in a view that is limited to tenants; null in the views that are not.
    create function kontor_tenants_of_view(company uuid, view text) returns uuid[] language sql stable as $$
      select case $2
        when 'customer' then kontor_tenants_below(array(select id from tenant where customer_id = $1))
        when 'system_integrator' then kontor_tenants_below(array(
          select t.id from mandate m join tenant t on t.customer_id = m.customer_id
            join company c on c.id = m.customer_id and c.state = 'active'
          where m.integrator_id = $1 and m.consented_at is not null and m.revoked_at is null
            and m.from_at <= now() and (m.until_at is null or m.until_at > now())))
        when 'reseller' then '{}' when 'partner' then '{}' end $$;

    -- Who acts by a membership in a view, with which rights, now; no row where that is over or was never so.
    create function kontor_acting(membership uuid, view text) returns table (
      kind text, id uuid, name text, "companyId" uuid, "companyName" text, level text, actions text[], tenants uuid[])
      language sql stable as $$
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
          and coalesce(p.state, 'active') = 'active' and a.ended_at is null $$;

    -- Who sends that token. One statement without a scope, which it sets for itself; nothing is cached anywhere, so that a
    -- revocation holds at once in every process. The token's last use is kept to the minute. One secret is like another: to
    -- plan for the first five of each connection takes ten times as long as to find them.
    create function kontor_sender_by_token(hash bytea) returns table (
      "credentialId" uuid, "membershipId" uuid, kind text, id uuid, name text, "companyId" uuid, "companyName" text,
      view text, level text, actions text[], "narrowedTo" text, tenants uuid[])
      language plpgsql set plan_cache_mode = force_generic_plan as $$
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
    end $$;
  `);
}
