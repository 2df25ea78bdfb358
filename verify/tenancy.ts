import { randomUUID } from 'node:crypto';
import { rows } from '../db/connect.js';
import { ask, problemsOf, type Checker, type VerifyContext } from './context.js';

/** Tables that belong to MSPs, partitions aside: those are reached through their parent. */
const TABLES = `
  select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as protected
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'msp_id' and not a.attisdropped
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1`;

const ROLES = `
  select format('%s may see past row level security: it is a superuser, bypasses it or owns tables', rolname) as problem
  from pg_roles r where rolname in ('kontor_app', 'kontor_all', 'kontor_limited', 'kontor_retention') and (rolsuper or rolbypassrls or exists (
    select from pg_class c where c.relnamespace = 'public'::regnamespace and c.relowner = r.oid))`;

/**
 * A mail `o` went to an address that is neither printed on the document nor, as it was taken in hand, a confirmed one of the
 * company: a copy goes to the contact of its day.
 */
const elsewhere = (company: string, printed: string) => `(o.to_company <> ${company}
      or o.recipient <> ${printed} and not exists (select from company_contact k
        where k.company_id = o.to_company and k.company_id = ${company} and k.purpose in (o.purpose, 'statements')
          and k.email = o.recipient and k.confirmed_at <= o.claimed_at and (k.ended_at is null or k.ended_at >= o.claimed_at)))`;

const MAIL_TO_OTHERS = `
  select format('%s goes to %s and is about another MSP, programme or address', o.message_id, o.recipient) as problem
  from outbox o join statement s on s.id = o.statement_id
  where s.programme_code = :programme and (:period::text is null or o.period = :period)
    and (o.programme_code is distinct from s.programme_code or o.msp_id is distinct from s.msp_id
      or ${elsewhere('s.msp_id', "(s.content -> 'msp' ->> 'email')")})
  order by o.id`;

const PACK_TO_OTHERS = `
  select format('%s is in a billing pack of another programme, distributor or period', s.number) as problem
  from billing_pack b join billing_pack_statement bs on bs.billing_pack_id = b.id
  join statement s on s.msp_id = bs.msp_id and s.id = bs.statement_id
  where b.programme_code = :programme and (:period::text is null or b.period = :period)
    and (s.programme_code <> b.programme_code or s.distributor_id <> b.distributor_id or s.period <> b.period)
  union all
  select format('credit %s is in a billing pack of another programme or distributor', c.number)
  from billing_pack b join billing_pack_credit bc on bc.billing_pack_id = b.id join credit c on c.id = bc.credit_id
  where b.programme_code = :programme and (:period::text is null or b.period = :period)
    and (c.programme_code <> b.programme_code or c.distributor_id <> b.distributor_id or bc.msp_id <> c.msp_id)
  order by 1`;

const PACK_MAILED_TO_OTHERS = `
  select format('%s carries the billing pack of another programme or distributor', o.message_id) as problem
  from outbox o join billing_pack b on b.id = o.billing_pack_id
  where b.programme_code = :programme and o.kind = 'billingPack' and (:period::text is null or o.period = :period)
    and (o.programme_code is distinct from b.programme_code or o.distributor_id is distinct from b.distributor_id
      or ${elsewhere('b.distributor_id', "(b.summary -> 'distributor' ->> 'email')")})
  order by o.id`;

/** What somebody sees who belongs to an MSP that does not exist: nothing. */
async function visibleToStrangers({ db }: VerifyContext, tables: readonly string[]): Promise<string[]> {
  const scope = { kind: 'msp', mspId: randomUUID() } as const;
  return db.transaction(scope, async (trx) => {
    const problems: string[] = [];
    for (const name of tables) {
      const seen = await rows(trx, `select from ${name} limit 1`);
      if (seen.length > 0) problems.push(`rows of ${name} are visible to an MSP they do not belong to`);
    }
    return problems;
  });
}

/** I7 of the programme: mails and billing packs carry their own MSP's, distributor's and programme's documents. */
export const checkTenancy: Checker = (context) =>
  problemsOf(context, [MAIL_TO_OTHERS, PACK_TO_OTHERS, PACK_MAILED_TO_OTHERS]);

/**
 * I7, as far as the database shows it: row level security is on and forced on every table of MSPs, no role of Kontor can
 * see past it, a stranger sees no row. That no route answers with another tenant's data is for the tests of the API.
 */
export const checkRowSecurity: Checker = async (context) => {
  const tables = await ask<{ name: string; protected: boolean }>(context, TABLES);
  const unprotected = tables
    .filter((table) => !table.protected)
    .map(({ name }) => `row level security is not forced on ${name}`);
  const names = tables.map(({ name }) => name);
  return [...unprotected, ...(await visibleToStrangers(context, names)), ...(await problemsOf(context, [ROLES]))];
};
