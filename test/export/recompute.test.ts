import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportPeriod } from '../../export/index.js';
import { createRenderPool, type RenderPool } from '../../statements/index.js';
import { verifyAll } from '../../verify/index.js';
import { closedMonths, type ClosedMonths } from '../support/closedMonths.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const SCRIPT = fileURLToPath(new URL('../../../scripts/recompute.mjs', import.meta.url));

/** The script as an auditor runs it: its exit status, what it complains of, and its last line. */
function recompute(dir: string): Promise<{ exit: number; said: string; last: unknown }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [SCRIPT, dir], (error, stdout, stderr) => {
      const exit = typeof error?.code === 'number' ? error.code : 0;
      resolve({ exit, said: stderr, last: JSON.parse(stdout.trim().split('\n').at(-1) ?? 'null') });
    });
  });
}

describe('case 39: an auditor redoes every line from the export alone, by a script that shares no code with Kontor', () => {
  let pool: RenderPool;
  let months: ClosedMonths;
  let root: string;
  const dirOf = (period: string) => join(root, period);

  beforeAll(async () => {
    pool = createRenderPool({ threads: 1 });
    months = await closedMonths(pool);
    root = await mkdtemp(join(tmpdir(), 'kontor-recompute-'));
    for (const period of ['2026-02', '2026-03']) {
      await exportPeriod(months.database.db, { programme: 'msp', period, dir: dirOf(period) });
    }
  });
  afterAll(async () => {
    await rm(root, { recursive: true, force: true });
    await pool.close();
    await months.database.drop();
  });

  it.each([
    ['2026-02', 6],
    ['2026-03', 9],
  ])('finds no difference in %s, of %d lines', async (period, lines) => {
    expect(await recompute(dirOf(period))).toEqual({
      exit: 0,
      said: '',
      last: { statements: 3, lines, differences: 0 },
    });
  });

  it.each([
    ['an amount', 'statement_lines.csv', /,62\.16,EUR,/, ',62.17,EUR,', /the amount in minor units comes to 6216/],
    [
      'what a site reported',
      'site_facts.csv',
      /,yes,31,31,/,
      ',yes,33,31,',
      /the quantity comes to 33, exported is 31/,
    ],
    ['a price', 'prices.csv', /2\.005/g, '2.006', /the amount in minor units comes to/],
    ['a rate', 'exchange_rates.csv', /,4\.289,/g, ',4.290,', /the amount in minor units comes to/],
    [
      'the rate of a line',
      'statement_lines.csv',
      /,4\.289,/,
      ',4.290,',
      /the rate comes to 4\.289, exported is 4\.290/,
    ],
    [
      'a minimum',
      'prices.csv',
      /,20\.00,2026-03,/g,
      ',21.00,2026-03,',
      /the minimum comes to 2100, exported is 20\.00/,
    ],
    [
      'the price of a licence',
      'term_licences.csv',
      /,12\.5,/,
      ',12.6,',
      /what was agreed comes to 25 x 1 x 12\.6 x EUR/,
    ],
    ['a total', 'statements.csv', /,552\.36,/, ',552.46,', /its lines add up to 55236, its total is 552\.46/],
    [
      'a licence that no line bills, its line',
      'statement_lines.csv',
      /^.*,term,.*\r?\n/m,
      '',
      /instalment 1\/1 of licence [\da-f-]+ is due, and no line bills it/,
    ],
    [
      'an extension that no line bills, its line',
      'statement_lines.csv',
      /^.*,extension,.*\r?\n/m,
      '',
      /instalment 1\/1 of licence [\da-f-]+ is due, and no line bills it/,
    ],
    [
      'a licence of two months, in which two are due',
      'term_licences.csv',
      /(whole),1,/,
      '$1,2,',
      /the instalment comes to 1\/2, exported is 1\/1/,
    ],
  ])('names %s that was changed', async (_what, name, from, to, named) => {
    const path = join(dirOf('2026-03'), name);
    const before = await readFile(path, 'utf8');
    await writeFile(path, before.replace(from, to));
    const { exit, said } = await recompute(dirOf('2026-03')).finally(() => writeFile(path, before));
    expect([exit, said]).toEqual([1, expect.stringMatching(named)]);
  });
});

describe('case 39: of sites of which little is known, or which a person decided', () => {
  const MAILBOX = 'mail-server.mailbox';
  let database: TestDatabase;
  let month: ReturnType<typeof monthFixture>;
  let dir: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    month = monthFixture(database.db);
    const kinds = { missing_report: { handling: 'review' }, unassigned_tenant: { default: 'not_billed' } };
    await month.programme({ firstPeriod: '2026-02', settings: { discrepancies: { kinds } } });
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2' } } });
    const mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    await month.site({ mspId, name: 'never heard' });
    const unassigned = await month.site({ mspId, name: 'unassigned' });
    await month.report(unassigned, {
      period: '2026-02',
      lines: ['main', 'ghost'].map((tenant) => ({ tenant, meter: MAILBOX, peak: 20 })),
    });
    // One says less than was seen of it, the other nothing at all: a person waives what is missing.
    const waived = await month.site({ mspId, name: 'waived', installations: 2 });
    await month.report(waived, { period: '2026-02', lines: [{ tenant: 'main', meter: MAILBOX, peak: 10 }] });
    await month.checkIn(waived, { at: '2026-02-10T10:00:00Z', tenant: 'main', meter: MAILBOX, count: 30 });
    // Used after its key had been ended: by the vendor, and by the MSP itself.
    const ended = { revokedAt: '2026-02-15T00:00:00Z', tenants: ['main'] };
    const byVendor = await month.site({ mspId, name: 'ended by the vendor', ...ended });
    const byMsp = await month.site({ mspId, name: 'ended by the MSP', ...ended, revokedBy: 'msp' });
    const counted = { tenant: 'main', meter: MAILBOX } as const;
    for (const of of [byVendor, byMsp]) {
      await month.checkIn(of, { ...counted, at: '2026-02-10T10:00:00Z', count: 5 });
      await month.checkIn(of, { ...counted, at: '2026-02-20T10:00:00Z', count: 90 });
    }
    const now = new Date('2026-03-06T12:00:00Z');
    await month.openAndReconcile('2026-02', now);
    await month.run(
      `update discrepancy set state = 'settled', resolved_by = 'person', decision = 'waive', reason = 'agreed', author = '{}',
         resolved_at = :now where kind = 'missing_report' and site_id = :siteId`,
      { now, siteId: waived.siteId },
    );
    await month.endReviewAndIssue('2026-02', now);
    dir = await mkdtemp(join(tmpdir(), 'kontor-recompute-'));
    await exportPeriod(database.db, { programme: 'msp', period: '2026-02', dir });
  });
  afterAll(async () => {
    await rm(dir, { recursive: true, force: true });
    await database.drop();
  });

  it('bills 20 of 20 and 20, what was used up to a revocation, nothing of what was waived, and finds no difference', async () => {
    const billed = await month.run<{ site: string; quantity: number }>(
      `select s.name as site, l.quantity from statement_line l join site s on s.id = l.site_id order by l.line_no`,
    );
    expect(billed).toEqual([
      { site: 'ended by the MSP', quantity: 90 },
      { site: 'ended by the vendor', quantity: 5 },
      { site: 'unassigned', quantity: 20 },
      { site: 'unassigned', quantity: 0 },
      { site: 'waived', quantity: 0 },
    ]);
    expect(await recompute(dir)).toEqual({
      exit: 0,
      said: '',
      last: { statements: 1, lines: 5, differences: 0 },
    });
  });
});

describe('rules 4 and 5: a person accepts one source of a site with two installations, of which one is silent', () => {
  const MAILBOX = 'mail-server.mailbox';
  let database: TestDatabase;
  let month: ReturnType<typeof monthFixture>;
  let dir: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    month = monthFixture(database.db);
    await month.programme({ firstPeriod: '2026-02' });
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2' } } });
    const mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    // Large enough that nothing here moves the total by a quarter.
    const large = await month.site({ mspId, name: 'large' });
    const reported = (of: typeof large, period: string, peak: number, installation?: string) =>
      month.report(of, {
        ...{ period, lines: [{ tenant: 'main', meter: MAILBOX, peak }] },
        ...(installation === undefined ? {} : { installation }),
      });
    for (const period of ['2026-02', '2026-03']) await reported(large, period, 2_000);
    const sites: { decision: string; siteId: string }[] = [];
    for (const decision of ['accept_reported', 'accept_observed', 'accept']) {
      const site = await month.site({ mspId, name: decision, installations: 2 });
      const [silent, heard = ''] = site.installations;
      await reported(site, '2026-02', 40, silent);
      for (const period of ['2026-02', '2026-03']) await reported(site, period, 10, heard);
      const at = '2026-03-20T10:00:00Z';
      await month.checkIn(site, { at, tenant: 'main', meter: MAILBOX, count: 51, installation: heard });
      sites.push({ decision, siteId: site.siteId });
    }
    await month.close('2026-02', new Date('2026-03-06T12:00:00Z'));
    const now = new Date('2026-04-06T12:00:00Z');
    await month.openAndReconcile('2026-03', now);
    for (const of of sites) {
      await month.run(
        `update discrepancy set state = 'settled', resolved_by = 'person', decision = :decision, author = '{}',
           resolved_at = :now where kind = 'report_mismatch' and site_id = :siteId`,
        { now, ...of },
      );
    }
    await month.endReviewAndIssue('2026-03', now);
    dir = await mkdtemp(join(tmpdir(), 'kontor-recompute-'));
    await exportPeriod(database.db, { programme: 'msp', period: '2026-03', dir });
  });
  afterAll(async () => {
    await rm(dir, { recursive: true, force: true });
    await database.drop();
  });

  it('10 reported or 51 seen, and 40 of the silent one: by default 91, as reported 50, as seen 91, all estimated', async () => {
    const billed = await month.run<{ site: string; quantity: number; basis: string }>(
      `select s.name as site, l.quantity, l.basis from statement_line l join site s on s.id = l.site_id
       where l.period = '2026-03' order by l.line_no`,
    );
    expect(billed).toEqual([
      { site: 'accept', quantity: 91, basis: 'estimated' },
      { site: 'accept_observed', quantity: 91, basis: 'estimated' },
      { site: 'accept_reported', quantity: 50, basis: 'estimated' },
      { site: 'large', quantity: 2_000, basis: 'reported' },
    ]);
  });

  it('the evidence has each part, and the auditor’s script and verify come to the same', async () => {
    const found = (await month.cases('2026-03')).filter(({ kind }) => kind === 'report_mismatch');
    expect(found.map(({ evidence }) => evidence)).toEqual(
      Array.from({ length: 3 }, () => ({ reported: 10, observed: 51, others: 40 })),
    );
    expect(await recompute(dir)).toMatchObject({ exit: 0, said: '' });
    const { programmes } = await verifyAll(database.db, { now: new Date('2026-04-20T00:00:00Z') });
    expect(programmes.msp).toMatchObject({ I2: 'holds', I6: 'holds' });
  });
});
