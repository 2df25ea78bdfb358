import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createRenderPool } from '../../statements/index.js';
import { closedMonths, type ClosedMonths } from '../support/closedMonths.js';

const ISSUED = [
  'statement',
  'statement_line',
  'statement_document',
  'billing_pack',
  'billing_pack_statement',
  'audit_event',
] as const;

describe('issued tables and the audit trail are insert-only', () => {
  let months: ClosedMonths;
  let app: pg.Client;
  let owner: pg.Client;

  /** What became of a statement: the code of its error, or `done`. Rolled back in any case. */
  async function attempt(client: pg.Client, sql: string): Promise<string | undefined> {
    await client.query(`begin; set local kontor.scope = 'all'`);
    try {
      await client.query(sql);
      return 'done';
    } catch (error) {
      return error instanceof pg.DatabaseError ? error.code : String(error);
    } finally {
      await client.query('rollback');
    }
  }

  beforeAll(async () => {
    const pool = createRenderPool({ threads: 1 });
    months = await closedMonths(pool);
    await pool.close();
    app = new pg.Client({ connectionString: months.database.appUrl });
    owner = new pg.Client({ connectionString: months.database.ownerUrl });
    await app.connect();
    await owner.connect();
  });

  afterAll(async () => {
    await app.end();
    await owner.end();
    await months.database.drop();
  });

  const change = (table: string) =>
    table === 'audit_event'
      ? `update ${table} set actor = '{}'`
      : `update ${table} set ${table === 'billing_pack' ? 'period = period' : 'msp_id = msp_id'}`;

  it.each(ISSUED)('%s: the login role may not update, delete or truncate', async (table) => {
    const tried = [change(table), `delete from ${table}`, `truncate ${table} cascade`];
    for (const sql of tried) expect([sql, await attempt(app, sql)]).toEqual([sql, '42501']);
  });

  it.each(ISSUED)('%s: the owner is stopped by a trigger', async (table) => {
    const tried = [change(table), `delete from ${table}`, `truncate ${table} cascade`];
    for (const sql of tried) expect([sql, await attempt(owner, sql)]).toEqual([sql, '23000']);
  });

  it('frozen facts and published rates: the login role may not change them either', async () => {
    for (const table of ['reconciled_site', 'exchange_rate', 'check_in', 'usage_report']) {
      expect([table, await attempt(app, `delete from ${table}`)]).toEqual([table, '42501']);
      const column = table === 'exchange_rate' ? 'rate' : 'msp_id';
      expect([table, await attempt(app, `update ${table} set ${column} = ${column}`)]).toEqual([table, '42501']);
    }
  });

  it('no role owns anything, is a superuser, bypasses or creates anything', async () => {
    const roles = await months.database.asOwner(
      `select rolname as role, rolcanlogin as "maySignIn",
         rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication as "maySomethingMore",
         exists (select from pg_class where relowner = r.oid) or exists (select from pg_proc where proowner = r.oid) as owns,
         array(select m.roleid::regrole::text from pg_auth_members m where m.member = r.oid order by 1) as "mayGoOnAs",
         exists (select from pg_auth_members m where m.member = r.oid and (m.inherit_option or m.admin_option)) as inherits
       from pg_roles r where rolname in ('kontor_app', 'kontor_all', 'kontor_limited', 'kontor_retention') order by 1`,
    );
    const nothing = { maySomethingMore: false, owns: false, inherits: false };
    expect(roles).toEqual([
      { role: 'kontor_all', maySignIn: false, mayGoOnAs: [], ...nothing },
      {
        role: 'kontor_app',
        maySignIn: true,
        mayGoOnAs: ['kontor_all', 'kontor_limited', 'kontor_retention'],
        ...nothing,
      },
      { role: 'kontor_limited', maySignIn: false, mayGoOnAs: [], ...nothing },
      { role: 'kontor_retention', maySignIn: false, mayGoOnAs: [], ...nothing },
    ]);
    expect(await attempt(app, 'create table mine (a int)')).toBe('42501');
    expect(await attempt(app, 'alter table statement disable trigger user')).toBe('42501');
  });

  it('no table may be truncated by a role of Kontor', async () => {
    const granted = await months.database.asOwner(
      `select c.relname from pg_class c cross join lateral aclexplode(c.relacl) a
       where a.grantee::regrole::text like 'kontor%' and a.privilege_type in ('TRUNCATE', 'TRIGGER', 'REFERENCES')`,
    );
    expect(granted).toEqual([]);
  });

  it('the audit trail numbers and chains its rows itself, whatever an insert claims', async () => {
    await app.query(`begin; set local kontor.scope = 'all'`);
    const { rows: written } = await app.query<{ id: string; chained: boolean }>(
      `with added as (
         insert into audit_event (id, at, actor, action, subject, previous_hash, hash)
         values (1, now(), '{}', 'b', 'c', 'forged', 'forged') returning *
       ) select added.id, added.previous_hash = (select hash from audit_event order by id desc limit 1) as chained from added`,
    );
    const { rows: last } = await app.query<{ id: string }>('select max(id) - 1 as id from audit_event');
    await app.query('rollback');
    expect(written).toEqual([{ id: String(Number(last[0]?.id) + 1), chained: true }]);
  });
});
