import type { Knex } from 'knex';

/** Orders (rule 21), which alone make term licences; the products an MSP may use. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table purchase_order (
      msp_id uuid not null references msp_terms,
      id uuid not null,
      programme_code text not null references programme,
      kind text not null check (kind in ('licence', 'extension', 'renewal', 'product')),
      product text not null,
      site_id uuid,
      tenant_id uuid,
      meter text,
      count integer check (count > 0),
      years integer check (years between 1 and 5),
      -- The licence that it extends or renews.
      licence_id uuid,
      -- As wished; null: the day of approval. A licence never starts before it is approved.
      starts_on date,
      -- The price that was confirmed: of a unit and year, and the amount of the whole.
      unit_price numeric check (unit_price >= 0),
      price_currency text not null,
      billing text check (billing in ('whole', 'twelfths')),
      amount_minor bigint not null check (amount_minor >= 0),
      price_plan_id uuid references price_plan,
      -- placed → approved | refused | withdrawn | expired
      state text not null check (state in ('placed', 'approved', 'refused', 'withdrawn', 'expired')),
      placed_at timestamptz not null,
      placed_by jsonb not null,
      -- Rule 17: in which view.
      placed_view text not null,
      -- Null: not known to run yet; a relay of the API starts it.
      workflow_started_at timestamptz,
      decide_until timestamptz not null,
      decided_at timestamptz,
      decided_by jsonb,
      -- Whether a rule of the programme approved it, or a person decided.
      decided_how text check (decided_how in ('rule', 'person')),
      reason text,
      primary key (msp_id, id),
      foreign key (msp_id, site_id) references site (msp_id, id),
      foreign key (msp_id, tenant_id) references tenant (msp_id, id),
      foreign key (msp_id, licence_id) references term_licence (msp_id, id),
      check ((state = 'placed') = (decided_at is null)),
      check (kind = 'product' or (site_id is not null and meter is not null and count is not null
        and unit_price is not null and billing is not null and price_plan_id is not null))
    );
    create index purchase_order_unstarted on purchase_order (placed_at)
      where state = 'placed' and workflow_started_at is null;
    create index purchase_order_by_state on purchase_order (programme_code, state, placed_at);
    call kontor_protect('purchase_order',
      '(msp_id, programme_code) in (select msp_id, programme_code from billed_now)', 'false');

    create index purchase_order_by_licence on purchase_order (msp_id, licence_id) where licence_id is not null;
    create index term_licence_by_end on term_licence (ends_on) where extends is null;
    create index term_licence_by_predecessor on term_licence (msp_id, renews) where renews is not null;
    create index term_licence_by_term on term_licence (msp_id, extends) where extends is not null;

    -- Rule 21: no licence without an approved order.
    alter table term_licence add foreign key (msp_id, order_id) references purchase_order (msp_id, id);
    create function kontor_require_approval() returns trigger language plpgsql as $$
    begin
      if not exists (select from purchase_order o
        where o.msp_id = new.msp_id and o.id = new.order_id and o.state = 'approved') then
        raise exception 'a term licence needs an approved order' using errcode = 'integrity_constraint_violation';
      end if;
      return new;
    end $$;
    create trigger approved after insert or update of order_id on term_licence
      for each row execute function kontor_require_approval();

    -- Products of a programme that an MSP may use although they are not open to all; order_id null: by contract.
    create table enabled_product (
      msp_id uuid not null,
      programme_code text not null,
      product text not null,
      order_id uuid,
      enabled_at timestamptz not null,
      enabled_by jsonb not null,
      reason text,
      primary key (msp_id, programme_code, product),
      foreign key (msp_id, programme_code) references participation (msp_id, programme_code),
      foreign key (msp_id, order_id) references purchase_order (msp_id, id)
    );
    -- Who is limited to tenants may get additional keys of what is enabled.
    call kontor_protect('enabled_product',
      '(msp_id, programme_code) in (select msp_id, programme_code from billed_now)',
      'msp_id = any((select kontor_msps())::uuid[])');

    -- A tenant's use of a product. Each change holds from its period until the next one's; ended: it is used no more.
    create table subscription (
      msp_id uuid not null,
      programme_code text not null,
      tenant_id uuid not null,
      product text not null,
      from_period text not null check (from_period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'),
      kind text not null check (kind in ('metered', 'term', 'ended')),
      -- The order that made it; null: a person, or the tenant's first key.
      order_id uuid,
      set_at timestamptz not null,
      set_by jsonb not null,
      reason text,
      primary key (msp_id, programme_code, tenant_id, product, from_period),
      foreign key (msp_id, programme_code) references participation (msp_id, programme_code),
      foreign key (msp_id, tenant_id) references tenant (msp_id, id),
      foreign key (msp_id, order_id) references purchase_order (msp_id, id)
    );
    create index subscription_ended on subscription (from_period) where kind = 'ended';
    call kontor_protect('subscription', '(msp_id, programme_code) in (select msp_id, programme_code from billed_now)',
      'tenant_id = any((select kontor_tenants())::uuid[])');

    -- The most that a tenant and the units below it are meant to use of a meter. Each holds from its period until the next one's;
    -- quantity null: there is none any more. It is told, and refuses nothing.
    create table subscription_cap (
      msp_id uuid not null,
      programme_code text not null,
      tenant_id uuid not null,
      meter text not null,
      from_period text not null check (from_period ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'),
      quantity integer check (quantity >= 0),
      set_at timestamptz not null,
      set_by jsonb not null,
      reason text,
      primary key (msp_id, programme_code, tenant_id, meter, from_period),
      foreign key (msp_id, programme_code) references participation (msp_id, programme_code),
      foreign key (msp_id, tenant_id) references tenant (msp_id, id)
    );
    call kontor_protect('subscription_cap', '(msp_id, programme_code) in (select msp_id, programme_code from billed_now)',
      'tenant_id = any((select kontor_tenants())::uuid[])');
  `);
}
