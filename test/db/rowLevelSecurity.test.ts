import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { ALL, rows, type Scope } from '../../db/connect.js';
import { migrate } from '../../db/schema/migrate.js';
import { createRenderPool } from '../../statements/index.js';
import { closedMonths, type ClosedMonths } from '../support/closedMonths.js';
import { LOGIN_PASSWORD } from '../support/services.js';

/** Of the partner team alone: an MSP sees nothing of them, not even its own. */
const PARTNER_TEAM_ONLY = ['api_token', 'audit_event', 'refused_message'];
/** Everybody's deeds are appended to the audit trail, in whoever's scope they happen; nobody but the partner team reads. */
const APPENDED_BY_ALL = ['audit_event'];
/** A distributor sees its MSPs, and of mails those to itself. */
const OWN_MAIL_ONLY = ['outbox'];

describe('row level security, on every table that belongs to MSPs', () => {
  let months: ClosedMonths;
  let tables: string[];
  let germany: string;
  let poland: string;
  let client: pg.Client;

  const counts = async (scope: Scope, where: string, bindings: Record<string, string> = {}) => {
    const found: Record<string, number> = {};
    await months.database.db.transaction(scope, async (trx) => {
      for (const table of tables) {
        const [row] = await rows<{ n: number }>(
          trx,
          `select count(*)::int as n from ${table} where ${where}`,
          bindings,
        );
        found[table] = row?.n ?? -1;
      }
    });
    return found;
  };
  const nothing = () => Object.fromEntries(tables.map((table) => [table, 0]));

  beforeAll(async () => {
    const pool = createRenderPool({ threads: 1 });
    months = await closedMonths(pool);
    await pool.close();
    const { month, msps, database } = months;
    for (const mspId of [msps.alpha, msps.gamma]) {
      await database.asOwner(
        `insert into signing_key select i.msp_id, i.site_id, i.id, 'key-' || i.msp_id, decode(repeat('00', 32), 'hex'), now(), null
         from installation i where i.msp_id = $1 limit 1`,
        [mspId],
      );
      await database.asOwner(
        `insert into former_key select msp_id, site_id, id, metered_key_id, now() from installation where msp_id = $1
         limit 1`,
        [mspId],
      );
      const [site] = await database.asOwner<{ siteId: string }>(
        'select id as "siteId" from site where msp_id = $1 limit 1',
        [mspId],
      );
      await month.licence(
        { mspId, siteId: site?.siteId ?? '' },
        { meter: 'mail-server.mailbox', count: 5, from: '2027-01-01', until: '2028-01-01' },
      );
      await database.asOwner(
        `insert into enabled_product select msp_id, programme_code, 'backup', null, now(), 'test', null
         from participation where msp_id = $1`,
        [mspId],
      );
      await database.asOwner(
        `insert into discrepancy (programme_code, period, msp_id, kind, handling, evidence, evidence_key, state, found_at)
         values ('msp', '2026-03', $1, 'total_moved', 'person', '{}', 'extra', 'open', now())`,
        [mspId],
      );
      await database.asOwner(
        `insert into check_in select msp_id, site_id, id, '2026-03-10', '2026-03-10', now(), now(), 0, '{}', '{}', '{}', '\\x00', 'push', 1
         from installation where msp_id = $1 limit 1`,
        [mspId],
      );
      await database.asOwner(
        `insert into api_token select gen_random_uuid(), 'token', 'msp', $1::uuid, null, decode(md5($1::text), 'hex'), now(), null`,
        [mspId],
      );
      await database.asOwner(
        `insert into refused_message (received_at, code, detail, msp_id) values (now(), 'X', 'x', $1)`,
        [mspId],
      );
      await month.run(
        `insert into audit_event (id, at, actor, action, subject, msp_id, previous_hash, hash)
         values (0, now(), 'a', 'b', 'c', :mspId, '', '')`,
        { mspId },
      );
    }
    const distributors = await database.asOwner<{ id: string; code: string }>('select id, code from distributor');
    germany = distributors.find(({ code }) => code === 'DE')?.id ?? '';
    poland = distributors.find(({ code }) => code === 'PL')?.id ?? '';
    const found = await database.asOwner<{ name: string }>(
      `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'msp_id'
       where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1`,
    );
    tables = found.map(({ name }) => name);
    client = new pg.Client({ connectionString: database.appUrl });
    await client.connect();
  });

  afterAll(async () => {
    await client.end();
    await months.database.drop();
  });

  it('the tables are found in the catalogue, and each holds rows of two MSPs to be told apart', async () => {
    expect(tables.length).toBeGreaterThanOrEqual(20);
    for (const mspId of [months.msps.alpha, months.msps.gamma]) {
      const found = await counts(ALL, 'msp_id = :mspId', { mspId });
      expect(Object.entries(found).filter(([, count]) => count === 0)).toEqual([]);
    }
  });

  it('without a scope nothing is visible, MSPs and billing packs included', async () => {
    for (const table of [...tables, 'msp', 'billing_pack']) {
      const { rows: found } = await client.query(`select 1 from ${table} limit 1`);
      expect([table, found]).toEqual([table, []]);
    }
  });

  it('an MSP sees its own rows and none of another’s', async () => {
    const { alpha } = months.msps;
    const scope: Scope = { kind: 'msp', mspId: alpha };
    expect(await counts(scope, 'msp_id is distinct from :alpha', { alpha })).toEqual(nothing());
    const own = await counts(scope, 'msp_id = :alpha', { alpha });
    for (const table of tables) expect([table, own[table] !== 0]).toEqual([table, !PARTNER_TEAM_ONLY.includes(table)]);
  });

  it('a distributor sees the rows of its MSPs and of no other’s', async () => {
    const { alpha, gamma } = months.msps;
    const german = await counts({ kind: 'distributor', distributorId: germany }, 'msp_id = :gamma', { gamma });
    expect(german).toEqual(nothing());
    const own = await counts({ kind: 'distributor', distributorId: germany }, 'msp_id = :alpha', { alpha });
    for (const table of tables) {
      const hidden = PARTNER_TEAM_ONLY.includes(table) || OWN_MAIL_ONLY.includes(table);
      expect([table, own[table] !== 0]).toEqual([table, !hidden]);
    }
    const polish = await counts({ kind: 'distributor', distributorId: poland }, 'msp_id = :alpha', { alpha });
    expect(polish).toEqual(nothing());
  });

  it('a distributor sees its own billing packs and mails only', async () => {
    const seen = (scope: Scope) =>
      months.database.db.transaction(scope, async (trx) => ({
        packs: await rows<{ id: string }>(trx, 'select distinct distributor_id as id from billing_pack'),
        mails: await rows<{ id: string }>(trx, 'select distinct distributor_id as id from outbox'),
      }));
    expect(await seen({ kind: 'distributor', distributorId: germany })).toEqual({
      packs: [{ id: germany }],
      mails: [{ id: germany }],
    });
    expect((await seen({ kind: 'msp', mspId: months.msps.alpha })).packs).toEqual([]);
  });

  it('an MSP cannot write a row under another MSP', async () => {
    const { alpha, gamma } = months.msps;
    for (const table of tables.filter((name) => !APPENDED_BY_ALL.includes(name))) {
      const columns = await months.database.asOwner<{ list: string }>(
        `select string_agg(quote_ident(attname), ', ' order by attnum) as list from pg_attribute
         where attrelid = $1::regclass and attnum > 0 and not attisdropped and attidentity = ''`,
        [table],
      );
      const [own] = await months.database.asOwner<{ row: unknown }>(
        `select to_jsonb(x) || jsonb_build_object('msp_id', $2::uuid) as row from ${table} x where msp_id = $1 limit 1`,
        [alpha, gamma],
      );
      const list = columns[0]?.list ?? '';
      const written = months.database.db.transaction({ kind: 'msp', mspId: alpha }, (trx) =>
        trx.raw(
          `insert into ${table} (${list}) select ${list} from jsonb_populate_record(null::${table}, :row::jsonb)`,
          {
            row: JSON.stringify(own?.row),
          },
        ),
      );
      const message = await written.then(
        () => 'it was written',
        (error: unknown) => String(error),
      );
      expect([table, message]).toEqual([table, expect.stringContaining('violates row-level security policy')]);
    }
  });

  it('an MSP cannot change or remove another MSP’s rows', async () => {
    const { alpha, gamma } = months.msps;
    const untouched = await counts(ALL, 'msp_id = :gamma', { gamma });
    for (const table of tables) {
      for (const sql of [`update ${table} set msp_id = msp_id`, `delete from ${table}`]) {
        const done = months.database.db
          .transaction({ kind: 'msp', mspId: alpha }, (trx) =>
            rows(trx, `${sql} where msp_id = :gamma returning 1`, { gamma }),
          )
          .then(
            (found) => found.length,
            (error: unknown) => (error instanceof pg.DatabaseError ? error.code : String(error)),
          );
        // No row is found, or the login role may not do that to anybody's rows.
        expect([0, '42501']).toContain(await done);
      }
    }
    expect(await counts(ALL, 'msp_id = :gamma', { gamma })).toEqual(untouched);
  });

  it('a partition of check-ins shows nothing that its parent would not, also after the next migration', async () => {
    await migrate(months.database.ownerUrl, LOGIN_PASSWORD);
    await client.query(`begin; set local kontor.scope = 'all'`);
    const { rows: through } = await client.query('select 1 from check_in limit 1');
    const { rows: past } = await client.query('select 1 from check_in_2026_03 limit 1');
    await client.query('rollback');
    expect([through.length, past.length]).toEqual([1, 0]);
  });
});
