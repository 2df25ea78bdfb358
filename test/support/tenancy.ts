/**
 * Who sees which tenant: on top of the closed months, MSP Alpha has the tenants north, with a unit branch below it, and
 * south, each with a site of its own and one site for north and south; MSP Gamma has the tenant east. Every table has rows
 * of each. A customer company is linked to north and east; a system integrator acts for it.
 */
import { randomUUID } from 'node:crypto';
import type { Scope } from '../../db/connect.js';
import { findSenderByToken } from '../../db/access/senderStore.js';
import { secretHash } from '../../db/access/secret.js';
import { scopeOf } from '../../api/principal.js';
import type { View } from '../../domain/access/views.js';
import { admit, type TokenSpec } from './access.js';
import type { ClosedMonths } from './closedMonths.js';

export interface Tenancy {
  tenants: Record<'north' | 'branch' | 'south' | 'east', string>;
  distributors: Record<'germany' | 'poland', string>;
  companies: Record<'customer' | 'integrator' | 'reseller', string>;
  mandateId: string;
  /** What somebody new of that view may see. */
  scope(view: View, spec: TokenSpec): Promise<Scope>;
}

/** Rows for each site, and where they name `$2` for each unit it serves. */
const ROWS = [
  `insert into subscription select msp_id, programme_code, $2::uuid, product, '2027-01', 'metered', null, now(), '{}', null
   from site where id = $1 on conflict do nothing`,
  `insert into subscription_cap select msp_id, programme_code, $2::uuid, product || '.meter', '2027-01', 5, now(), '{}', null
   from site where id = $1 on conflict do nothing`,
  `insert into quote_number select programme_code, 2027, 1 from site where id = $1 on conflict do nothing`,
  `insert into quote (id, programme_code, company_id, view, product, wish, quantity, asked_at, asked_by, asked_by_team,
     state)
   select gen_random_uuid(), programme_code, msp_id, 'service_provider', product, 'x', 1, now(), '{}', false, 'requested' from site where id = $1`,
  `insert into suspension select msp_id, programme_code, '2030-01-01', '2030-01-02' from site where id = $1
   on conflict do nothing`,
  `insert into customer_price_list
   select s.msp_id, s.programme_code, 1 + (select count(*) from customer_price_list), gen_random_uuid(), '2027-01', 'EUR', '{}',
     now(), '{}' from site s where s.id = $1`,
  `insert into tenant_document_release select msp_id, programme_code, true, now(), '{}' from site where id = $1
   on conflict do nothing`,
  `insert into msp_logo select msp_id, 'image/png', '', now(), '{}' from site where id = $1 on conflict do nothing`,
  `insert into service_desk select msp_id, true, now(), '{}' from site where id = $1 on conflict do nothing`,
  `insert into desk_columns select msp_id, '[]', now(), '{}' from site where id = $1 on conflict do nothing`,
  `insert into signing_key select i.msp_id, i.site_id, i.id, 'key-' || i.id, decode(repeat('00', 32), 'hex'), now(), null
   from installation i where i.site_id = $1`,
  `insert into former_end select msp_id, id, 'rotated', now(), null, now(), now() from metered_key where site_id = $1
   on conflict do nothing`,
  `insert into key_destruction select msp_id, gen_random_uuid(), id, site_id, null, 'x', now(), '{}' from metered_key where site_id = $1`,
  `insert into former_key select msp_id, site_id, id, metered_key_id, now() from installation where site_id = $1`,
  `with ordered as (
     insert into purchase_order (msp_id, id, programme_code, kind, product, site_id, tenant_id, meter, count, years, starts_on,
       unit_price, price_currency, billing, amount_minor, price_plan_id, state, placed_at, placed_by, placed_view, decide_until,
       decided_at, decided_by, decided_how)
     select msp_id, gen_random_uuid(), programme_code, 'licence', product, id, $2::uuid, 'mail-server.mailbox', 5, 1, '2027-01-01',
       0, 'EUR', 'whole', 0, (select id from price_plan limit 1), 'approved', now(), '{}', 'service_provider', now(),
       now(), '{}', 'person'
     from site where id = $1 returning *)
   insert into term_licence (msp_id, id, order_id, site_id, tenant_id, meter, count, starts_on, ends_on, agreed_until,
     term_starts_on, years, unit_price, price_currency, billing, instalments)
   select msp_id, gen_random_uuid(), id, site_id, tenant_id, meter, count, starts_on, '2028-01-01', '2028-01-01', starts_on,
     years, unit_price, price_currency, billing, 1 from ordered`,
  `with ordered as (
     insert into purchase_order (msp_id, id, programme_code, kind, product, site_id, tenant_id, meter, count, years, starts_on,
       unit_price, price_currency, billing, amount_minor, price_plan_id, state, placed_at, placed_by, placed_view, decide_until,
       decided_at, decided_by, decided_how)
     select msp_id, gen_random_uuid(), programme_code, 'licence', product, id, null::uuid, 'mail-server.mailbox', 5, 1, '2027-01-01',
       0, 'EUR', 'whole', 0, (select id from price_plan limit 1), 'approved', now(), '{}', 'service_provider', now(),
       now(), '{}', 'person'
     from site where id = $1 returning *)
   insert into term_licence (msp_id, id, order_id, site_id, tenant_id, meter, count, starts_on, ends_on, agreed_until,
     term_starts_on, years, unit_price, price_currency, billing, instalments)
   select msp_id, gen_random_uuid(), id, site_id, tenant_id, meter, count, starts_on, '2028-01-01', '2028-01-01', starts_on,
     years, unit_price, price_currency, billing, 1 from ordered`,
  `insert into discrepancy (programme_code, period, msp_id, kind, handling, site_id, tenant_id, evidence, evidence_key, state,
     found_at)
   select 'msp', '2026-03', msp_id, 'first_month_large', 'review', id, $2::uuid, '{}', $2::uuid::text, 'open', now() from site where id = $1`,
  `insert into discrepancy (programme_code, period, msp_id, kind, handling, evidence, evidence_key, state, found_at)
   select 'msp', '2026-03', msp_id, 'total_moved', 'person', '{}', id::text || $2::uuid, 'open', now() from site where id = $1`,
  `insert into case_hand_over (id, case_id, number, msp_id, tenant_id, from_holder, holder, side, note, handed_at, handed_by)
   select gen_random_uuid(), d.id, n.number, d.msp_id, d.tenant_id, n.giver, n.taker, n.giver, 'x', now(), '{}'
   from discrepancy d cross join (values (1, 'partner_team', 'msp'), (2, 'msp', 'customer')) as n (number, giver, taker)
   where d.tenant_id = $2 and d.site_id = $1 and d.kind = 'first_month_large' on conflict do nothing`,
  `insert into case_comment (id, case_id, msp_id, tenant_id, company_id, side, audience, text, written_at, written_by)
   select gen_random_uuid(), id, msp_id, tenant_id, msp_id, 'msp', 'shared', 'x', now(), '{}' from discrepancy
   where tenant_id = $2 and site_id = $1 and kind = 'first_month_large'`,
  `insert into statement_line (msp_id, statement_id, line_no, programme_code, period, kind, site_id, tenant_id, meter, peak,
     quantity, amount_minor, content)
   select s.msp_id, s.id, 100 + (select count(*) from statement_line), 'msp', s.period, 'usage', $1, $2, 'mail-server.mailbox',
     1, 1, 1, '{}'
   from statement s join site on site.msp_id = s.msp_id where site.id = $1 and s.period = '2026-03'`,
  `insert into reconciled_site select 'msp', '2026-03', msp_id, id, '{}', now() from site where id = $1
   on conflict do nothing`,
  `insert into metered_key (msp_id, id, kind, tenant_id, programme_code, product, key_hash, state, issued_at)
   select msp_id, gen_random_uuid(), 'metered', $2, 'msp', 'mail-server', sha256(random()::text::bytea), 'issued', now()
   from site where id = $1`,
  `with made as (
     insert into enrolment_token (msp_id, id, programme_code, product, tenant_id, token_hash, uses, used, made_at, made_by,
       expires_at)
     select msp_id, gen_random_uuid(), 'msp', 'mail-server', $2, sha256(random()::text::bytea), 1, 1, now(), '{}', 'infinity'
     from site where id = $1 returning *)
   insert into enrolment select m.msp_id, m.id, i.id, i.site_id, ''::bytea, now()
   from made m join installation i on i.site_id = $1`,
  `insert into key_destruction select msp_id, gen_random_uuid(), id, null, tenant_id, 'x', now(), '{}' from metered_key
   where tenant_id = $2 and $1::uuid is not null`,
  `insert into refused_claims (day, code, attempts, last_at) select current_date, id::text, 1, now() from site where id = $1`,
  `insert into refused_message (received_at, code, detail, msp_id) select now(), 'X', 'x', msp_id from site where id = $1`,
];

export async function addTenancy({ database, month, msps }: ClosedMonths): Promise<Tenancy> {
  const idOf = async (mspId: string, ref: string) => {
    const [found] = await month.run<{ id: string }>('select id from tenant where msp_id = :mspId and ref = :ref', {
      mspId,
      ref,
    });
    return found?.id ?? '';
  };
  const sites = [
    { mspId: msps.alpha, name: 'North', tenants: ['north'] },
    { mspId: msps.alpha, name: 'Branch', tenants: ['branch'] },
    { mspId: msps.alpha, name: 'South', tenants: ['south'] },
    { mspId: msps.alpha, name: 'North and South', tenants: ['north', 'south'] },
    { mspId: msps.gamma, name: 'East', tenants: ['east'] },
  ];
  for (const spec of sites) {
    const site = await month.site(spec);
    await month.checkIn(site, { at: '2026-03-10T10:00:00Z', tenant: null, meter: 'mail-server.mailbox', count: 1 });
    const late = { at: '2026-02-10T10:00:00Z', receivedAt: '2026-03-10T10:00:00Z' };
    await month.checkIn(site, { ...late, tenant: null, meter: 'mail-server.mailbox', count: 1 });
    await month.report(site, { period: '2026-03', lines: [] });
    for (const sql of ROWS.filter((one) => !one.includes('$2'))) await database.asOwner(sql, [site.siteId]);
    for (const tenant of spec.tenants) {
      const id = await idOf(spec.mspId, tenant);
      for (const sql of ROWS.filter((one) => one.includes('$2'))) await database.asOwner(sql, [site.siteId, id]);
    }
  }
  const tenants = {
    north: await idOf(msps.alpha, 'north'),
    branch: await idOf(msps.alpha, 'branch'),
    south: await idOf(msps.alpha, 'south'),
    east: await idOf(msps.gamma, 'east'),
  };
  await month.run('update tenant set parent_id = :north where id = :branch', tenants);
  const companies = {
    customer: await month.company('customer'),
    integrator: await month.company('system_integrator'),
    reseller: await month.company('reseller'),
  };
  await month.run('update tenant set customer_id = :customer where id in (:north, :east)', {
    ...tenants,
    ...companies,
  });
  const mandateId = randomUUID();
  await month.run(
    `insert into mandate (id, integrator_id, customer_id, from_at, asked_at, asked_by, consented_at, consented_by)
     values (:mandateId, :integrator, :customer, now() - interval '1 day', now(), '{}', now(), '{}')`,
    { mandateId, ...companies },
  );
  const found = await database.asOwner<{ id: string; code: string }>('select id, code from distributor');
  const distributor = (code: string) => found.find((one) => one.code === code)?.id ?? '';
  return {
    ...{ tenants, companies, mandateId },
    distributors: { germany: distributor('DE'), poland: distributor('PL') },
    scope: async (view, spec) => {
      const sender = await findSenderByToken(database.db, secretHash(await admit(database.db, view, spec)));
      if (sender === undefined) throw new Error('the token is worth nothing');
      return scopeOf(sender);
    },
  };
}
