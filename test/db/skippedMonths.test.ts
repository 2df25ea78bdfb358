import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openRun } from '../../activities/openPeriod.js';
import { ALL } from '../../db/connect.js';
import { TERMINAL } from '../../domain/access/actor.js';
import { exportPeriod } from '../../export/index.js';
import { termLicences } from '../../export/files/termLicences.js';
import { runKeyOf } from '../../domain/run.js';
import type { Statement } from '../../domain/statement.js';
import { createRenderPool, type RenderPool } from '../../statements/index.js';
import { verifyAll } from '../../verify/index.js';
import { finish } from '../support/closedMonths.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';

/** January and April 2026 are closed, February and March skipped. Licences of 5 units at 24.00 a year start on 10 February. */
describe('rule 22: what licences were to be billed in skipped months', () => {
  let database: TestDatabase;
  let pool: RenderPool;
  let month: ReturnType<typeof monthFixture>;
  let april: Statement | undefined;
  let may: Statement | undefined;

  beforeAll(async () => {
    database = await createTestDatabase();
    pool = createRenderPool({ threads: 1 });
    month = monthFixture(database.db);
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.run(`update programme set first_period = '2026-01'`);
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '1' } } });
    const mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    const site = await month.site({ mspId, name: 'branch' });
    const report = (period: string) =>
      month.report(site, { period, lines: [{ tenant: 'main', meter: MAILBOX, peak: 400 }] });
    const close = async (period: string, now: string) => {
      await report(period);
      const [statement] = await month.close(period, new Date(now));
      await finish({ database, month }, pool, period, now);
      return statement;
    };
    await close('2026-01', '2026-02-06T12:00:00Z');
    const licence = { meter: MAILBOX, count: 5, from: '2026-02-10', until: '2027-02-10', unitPrice: '24' } as const;
    await month.licence(site, licence);
    await month.licence(site, { ...licence, billing: 'twelfths' });
    // Over before April: an extension such as this holds on days of skipped months alone.
    await month.licence(site, { ...licence, from: '2026-02-20', until: '2026-03-20', unitPrice: '0' });
    await database.db.transaction(ALL, (trx) =>
      openRun(
        trx,
        {
          ...runKeyOf({ programme: 'msp', period: '2026-04' }),
          ...{ openedBy: TERMINAL, collectUntil: null, reviewUntil: null, skipReason: 'The programme paused.' },
          now: '2026-05-05T12:00:00.000Z',
        },
        'close',
      ),
    );
    april = await close('2026-04', '2026-05-06T12:00:00Z');
    may = await close('2026-05', '2026-06-06T12:00:00Z');
  }, 120_000);
  afterAll(async () => {
    await pool.close();
    await database.drop();
  });

  const terms = (statement: Statement | undefined) =>
    statement?.lines.flatMap((line) =>
      line.kind === 'term' ? [[line.instalment.no, line.instalment.of, line.amountMinor]] : [],
    );

  it('is billed with the next month: the whole 120.00, three twelfths of 10.00, and one at no price', () => {
    expect(terms(april)?.toSorted()).toEqual([
      [1, 1, 0n],
      [1, 1, 120_00n],
      [1, 12, 10_00n],
      [2, 12, 10_00n],
      [3, 12, 10_00n],
    ]);
  });

  it('and once: the month after has its own twelfth', () => {
    expect(terms(may)).toEqual([[4, 12, 10_00n]]);
  });

  it.each([
    ['2026-04', ['2026-02-10', '2026-02-10', '2026-02-20']],
    ['2026-05', ['2026-02-10', '2026-02-10']],
  ])('the export of %s has the licences that it bills, also for skipped months', async (period, startsOn) => {
    const column = termLicences.columns.indexOf('starts_on');
    const found: unknown[] = [];
    await database.db.transaction(ALL, async (trx) => {
      const key = runKeyOf({ programme: 'msp', period });
      for await (const row of termLicences.rows(trx, key)) found.push(row[column]);
    });
    expect(found).toEqual(startsOn.map((day) => ({ plain: day })));
  });

  it('the auditors’ script finds nothing wrong, and misses a line that is gone', async () => {
    const script = fileURLToPath(new URL('../../../scripts/recompute.mjs', import.meta.url));
    const dir = await mkdtemp(join(tmpdir(), 'kontor-skipped-'));
    const recompute = () =>
      new Promise<string>((resolve) =>
        execFile(process.execPath, [script, dir], (_error, _out, said) => {
          resolve(said);
        }),
      );
    try {
      await exportPeriod(database.db, { programme: 'msp', period: '2026-04', dir });
      expect(await recompute()).toBe('');
      const path = join(dir, 'statement_lines.csv');
      const lines = await readFile(path, 'utf8');
      const [gone] = lines.split('\r\n').filter((line) => /""no"":2,""of"":12/.test(line));
      await writeFile(path, lines.replace(`${gone ?? 'none'}\r\n`, ''));
      expect(await recompute()).toMatch(/instalment 2\/12 of licence [\da-f-]+ is due, and no line bills it/);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });

  it('kontor verify finds nothing wrong, and misses a line that is gone', async () => {
    const now = new Date('2026-06-07T12:00:00Z');
    expect((await verifyAll(database.db, { now })).programmes.msp).toMatchObject({ I2: 'holds', I11: 'holds' });
    await database.asOwner(`set session_replication_role = replica; delete from statement_line
      where kind = 'term' and content -> 'instalment' ->> 'no' = '2'`);
    const { I2 } = (await verifyAll(database.db, { now })).programmes.msp ?? {};
    expect(JSON.stringify(I2)).toMatch(/2\/12 is billed 0 times/);
  });
});
