import type { Knex } from 'knex';

/** What an MSP bills its own customers with: its prices, and whether customers read their documents. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- An MSP's own prices for its customers, in versions with the month from which they hold. Never changed: of those up to a
    -- month the one from the latest counts, and of several the last one set (domain/customerPrices.ts).
    create table customer_price_list (
      msp_id uuid not null,
      programme_code text not null,
      version integer not null check (version > 0),
      -- Of the request that set it.
      id uuid not null unique,
      from_period text not null check (from_period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'),
      currency text not null,
      prices jsonb not null,
      set_at timestamptz not null,
      set_by jsonb not null,
      primary key (msp_id, programme_code, version),
      foreign key (msp_id, programme_code) references participation (msp_id, programme_code)
    );
    create trigger frozen before update or delete on customer_price_list for each row execute function kontor_refuse_change();
    create trigger frozen_all before truncate on customer_price_list execute function kontor_refuse_change();
    -- Between the MSP and its customers: no distributor sees it, and of customers each what its documents print.
    call kontor_protect('customer_price_list', 'false', 'false');

    -- Whether customers read the documents of their tenants; no row: they do not.
    create table tenant_document_release (
      msp_id uuid not null,
      programme_code text not null,
      released boolean not null,
      set_at timestamptz not null,
      set_by jsonb not null,
      primary key (msp_id, programme_code),
      foreign key (msp_id, programme_code) references participation (msp_id, programme_code)
    );
    call kontor_protect('tenant_document_release', 'false', 'msp_id = any((select kontor_msps())::uuid[])');

    -- Printed on its documents for tenants; what is in the file but the picture was left out (statements/logo.ts).
    create table msp_logo (
      msp_id uuid primary key references msp_terms,
      content_type text not null check (content_type in ('image/png', 'image/jpeg')),
      content bytea not null,
      set_at timestamptz not null,
      set_by jsonb not null
    );
    call kontor_protect('msp_logo', 'false', 'false');

    -- What the MSP's service desk calls which field (domain/deskLines.ts); no row: each by its own name.
    create table desk_columns (
      msp_id uuid primary key references msp_terms,
      columns jsonb not null,
      set_at timestamptz not null,
      set_by jsonb not null
    );
    call kontor_protect('desk_columns', 'false', 'false');

    -- Of the tenants that a limited reader sees, those of which it sees all units below: they have documents for it.
    create function kontor_tenants_seen_whole() returns uuid[] language plpgsql stable as $$
    declare
      scope text := kontor_scope();
      seen uuid[] := kontor_tenants();
      whole uuid[];
    begin
      perform set_config('kontor.scope', 'all', true);
      whole := array(select id from unnest(seen) as t (id) where kontor_tenants_below(array[id]) <@ seen);
      perform set_config('kontor.scope', scope, true);
      return whole;
    end $$;

    -- What the document of a tenant is made of, of one statement, for the MSP and, where it has released them, for those who see
    -- the tenant and all units below it. No row: there is none for the reader. Of no tenant, for the MSP alone: of all of them.
    create function kontor_tenant_document(statement uuid, tenant uuid) returns table ("mspId" uuid, programme text,
        content jsonb, ref text, name text, units jsonb, lines jsonb, credited jsonb, lists jsonb, logo bytea)
      language plpgsql stable as $$
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
    end $$;
  `);
}
