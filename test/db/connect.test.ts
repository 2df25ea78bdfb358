import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ALL, rows, type Trx } from '../../db/connect.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

describe('a transaction', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase(1);
  });
  afterAll(() => database.drop());

  const add = (trx: Trx, email: string) =>
    rows(
      trx,
      `insert into waiting_list (id, programme_code, country, email, locale, asked_at, confirm_until)
       values (gen_random_uuid(), 'none', 'DE', :email, 'en', now(), now())`,
      { email },
    );

  it('takes no statement once it is over: its connection may be another one’s', async () => {
    const { db } = database;
    let kept: Trx | undefined;
    await db.transaction(ALL, (trx) => {
      kept = trx;
      return Promise.resolve();
    });
    await expect(rows(kept as unknown as Trx, 'select 1')).rejects.toThrow('The transaction is over.');
  });

  it('is rolled back when its work throws, and its connection serves the next one', async () => {
    const { db } = database;
    const work = db.transaction(ALL, async (trx) => {
      await rows(trx, 'select :text::text as text', { text: 'x' });
      throw new Error('the work failed');
    });
    await expect(work).rejects.toThrow('the work failed');
    expect(await db.transaction(ALL, (trx) => rows(trx, `select current_user::text as role`))).toEqual([
      { role: 'kontor_all' },
    ]);
  });

  it('does not seem to be committed where a statement failed and nobody minded', async () => {
    const work = database.db.transaction(ALL, (trx) => add(trx, 'a@msp.example').catch(() => []));
    await expect(work).rejects.toThrow('went on as if it had not');
  });

  it('leaves neither role nor settings to the next one', async () => {
    const { db } = database;
    await db.transaction(ALL, (trx) => rows(trx, 'select 1'));
    const seen = await db.statement(
      `select current_user::text as role, coalesce(current_setting('kontor.scope', true), '') as scope`,
      [],
    );
    expect(seen).toEqual([{ role: 'kontor_app', scope: '' }]);
  });

  it('outlives a connection that the server ends: that one statement fails', async () => {
    const { db } = database;
    const [own] = await db.statement<{ pid: number }>('select pg_backend_pid() as pid', []);
    const broken = db.transaction(ALL, async (trx) => {
      await database.asOwner('select pg_terminate_backend($1)', [own?.pid]);
      await rows(trx, 'select 1');
    });
    await expect(broken).rejects.toThrow();
    expect(await db.transaction(ALL, (trx) => rows(trx, 'select 1 as one'))).toEqual([{ one: 1 }]);
  });

  it.each([
    ['mspId', `'; set local kontor.scope = 'all'; --`],
    ['distributorId', `' or true`],
  ])('takes a %s of whatever text as one value', async (name, text) => {
    const scope = name === 'mspId' ? { kind: 'msp', mspId: text } : { kind: 'distributor', distributorId: text };
    const [seen] = await database.db.transaction(scope as never, (trx) =>
      rows<{ scope: string; company: string }>(
        trx,
        `select current_setting('kontor.scope') as scope, current_setting('kontor.company_id') as company`,
      ),
    );
    expect(seen).toEqual({ scope: scope.kind, company: text });
  });
});

describe('a statement', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase(1);
  });
  afterAll(() => database.drop());

  const one = (sql: string, bindings: Parameters<typeof rows>[2] = []) =>
    database.db.transaction(ALL, async (trx) => (await rows(trx, sql, bindings))[0]);

  it('binds names wherever they are, and leaves texts, casts, comments and slices alone', async () => {
    const sql = `select ':name' as quoted, :name::text as cast, :name::text || 'it''s :name' as both, -- isn't :name
      (array[1, 2, 3])[1:2] as slice, to_char(:at::timestamptz at time zone 'UTC', 'HH24:MI') as time`;
    expect(await one(sql, { name: 'n', at: new Date('2026-03-01T12:34:00Z'), more: 1 })).toEqual({
      quoted: ':name',
      cast: 'n',
      both: "nit's :name",
      slice: [1, 2],
      time: '12:34',
    });
  });

  it('binds places in their order', async () => {
    expect(await one(`select ?::int as a, '?' as b, ?::text as c`, [1, null])).toEqual({ a: 1, b: '?', c: null });
  });

  it('is refused where something is not bound, before anything is sent', async () => {
    await expect(one('select :a::int', { a: undefined })).rejects.toThrow('Nothing is bound to :a.');
    await expect(one('select ?::int, ?::int', [1])).rejects.toThrow('binds 2 values, not 1');
    await expect(one('select :a::int', [1])).rejects.toThrow();
  });
});
