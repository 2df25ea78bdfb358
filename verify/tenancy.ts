import { randomUUID } from 'node:crypto';
import { rows } from '../db/connect.js';
import { ask, problemsOf, type Checker, type VerifyContext } from './context.js';

/** Tables that belong to MSPs, partitions aside: those are reached through their parent. */
const TABLES = `
  select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as protected
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'msp_id' and not a.attisdropped
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1`;

const LOGIN_ROLE = `
  select format('%s may see past row level security: it is a superuser, bypasses it or owns tables', rolname) as problem
  from pg_roles r where rolname = current_user and (rolsuper or rolbypassrls or exists (
    select from pg_class c where c.relnamespace = 'public'::regnamespace and c.relowner = r.oid))`;

const MAIL_TO_OTHERS = `
  select format('%s goes to %s and is about an MSP with another address', o.message_id, o.recipient) as problem
  from outbox o join statement s on s.id = o.statement_id
  where (:period::text is null or o.period = :period)
    and (o.msp_id is distinct from s.msp_id or o.recipient <> s.content -> 'msp' ->> 'email')
  order by o.id`;

const PACK_TO_OTHERS = `
  select format('%s is in a billing pack of another distributor or period', s.number) as problem
  from billing_pack b join billing_pack_statement bs on bs.billing_pack_id = b.id
  join statement s on s.msp_id = bs.msp_id and s.id = bs.statement_id
  where (s.distributor_id <> b.distributor_id or s.period <> b.period) and (:period::text is null or b.period = :period)
  order by 1`;

const PACK_MAILED_TO_OTHERS = `
  select format('%s carries the billing pack of another distributor', o.message_id) as problem
  from outbox o join billing_pack b on b.id = o.billing_pack_id
  where (o.distributor_id is distinct from b.distributor_id or o.recipient <> b.summary -> 'distributor' ->> 'email')
    and (:period::text is null or o.period = :period)
  order by o.id`;

/** What somebody sees who belongs to an MSP that does not exist: nothing. */
async function visibleToStrangers({ db }: VerifyContext, tables: readonly string[]): Promise<string[]> {
  const scope = { kind: 'msp', mspId: randomUUID() } as const;
  return db.transaction(scope, async (trx) => {
    const problems: string[] = [];
    for (const name of tables) {
      const seen = await rows(trx, 'select 1 from ?? limit 1', [name]);
      if (seen.length > 0) problems.push(`rows of ${name} are visible to an MSP they do not belong to`);
    }
    return problems;
  });
}

/**
 * I7, as far as the database shows it: row level security is on and forced on every table of MSPs, the login role cannot
 * see past it, a stranger sees no row; mails and billing packs carry their own MSP's and distributor's documents. That no
 * route answers with another tenant's data is for the tests of the API.
 */
export const checkTenancy: Checker = async (context) => {
  const tables = await ask<{ name: string; protected: boolean }>(context, TABLES);
  const problems = tables
    .filter((table) => !table.protected)
    .map(({ name }) => `row level security is not forced on ${name}`);
  problems.push(
    ...(await visibleToStrangers(
      context,
      tables.map(({ name }) => name),
    )),
  );
  for (const query of [LOGIN_ROLE, MAIL_TO_OTHERS, PACK_TO_OTHERS, PACK_MAILED_TO_OTHERS]) {
    problems.push(...(await problemsOf(context, query)));
  }
  return problems;
};
