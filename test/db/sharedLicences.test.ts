import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Statement } from '../../domain/statement.js';
import { exportPeriod } from '../../export/index.js';
import { verifyAll } from '../../verify/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';
const SCAN = 'scanner.scan';
const SCRIPT = fileURLToPath(new URL('../../../scripts/recompute.mjs', import.meta.url));

/** February 2026, 2.00 a mailbox: a licence of 50 for a site with two tenants covers what they come to, not what was seen. */
describe('a licence of a site is shared by what its tenants come to (rule 22)', () => {
  let database: TestDatabase;
  let month: ReturnType<typeof monthFixture>;
  let site: Awaited<ReturnType<typeof month.site>>;

  beforeEach(async () => {
    database = await createTestDatabase();
    month = monthFixture(database.db);
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.run(`update programme set first_period = '2026-02'`);
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2' } } });
    const mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    site = await month.site({ mspId, name: 'branch', tenants: ['one', 'two'] });
  });
  afterEach(async () => {
    const report = await verifyAll(database.db, { now: new Date('2026-03-06T12:00:00Z') });
    expect(report.programmes.msp).toMatchObject({ I2: 'holds', I6: 'holds' });
    const dir = await mkdtemp(join(tmpdir(), 'kontor-shared-'));
    await exportPeriod(database.db, { programme: 'msp', period: '2026-02', dir });
    const { stderr } = await promisify(execFile)(process.execPath, [SCRIPT, dir]).finally(() =>
      rm(dir, { recursive: true, force: true }),
    );
    expect(stderr).toBe('');
    await database.drop();
  });

  const licence = (from = '2026-01-01', until = '2027-01-01', tenant = '') =>
    month.licence(site, { meter: MAILBOX, count: 50, from, until, tenant });
  const reported = (one: number, two: number) =>
    month.report(site, {
      period: '2026-02',
      lines: Object.entries({ one, two }).map(([tenant, peak]) => ({ tenant, meter: MAILBOX, peak })),
    });
  const seen = (tenant: string, count: number, day = '10') =>
    month.checkIn(site, {
      at: `2026-02-${day}T${tenant === 'one' ? 10 : 11}:00:00Z`,
      tenant,
      meter: MAILBOX,
      count,
    });
  const billed = (statement: Statement | undefined) =>
    statement?.lines.flatMap((line) => (line.kind === 'usage' ? [[line.peak, line.quantity, line.amountMinor]] : []));
  const close = async () => (await month.close('2026-02', new Date('2026-03-06T12:00:00Z')))[0];

  it('30 and 30 reported, 31 of the first seen, which is within the tolerance: 10 metered', async () => {
    await licence();
    await reported(30, 30);
    await seen('one', 31);
    expect(billed(await close())).toEqual([
      [30, 0, 0n],
      [30, 10, 20_00n],
    ]);
  });

  it('renewed on the 15th, 30 and 20 reported, 20 and 20 seen: 50 in use are covered on every day', async () => {
    await licence('2025-02-15', '2026-02-15');
    await licence('2026-02-15');
    await reported(30, 20);
    for (const day of ['03', '20']) {
      await seen('one', 20, day);
      await seen('two', 20, day);
    }
    expect(billed(await close())).toEqual([
      [30, 0, 0n],
      [20, 0, 0n],
    ]);
  });

  it('case 13: a licence of 50 scans is renewed on the 16th, 51 are scanned: 1 metered, as with one of the whole month', async () => {
    const { mspId } = site;
    const prices = { [MAILBOX]: { model: 'per_unit', unitPrice: '2' }, [SCAN]: { model: 'per_unit', unitPrice: '1' } };
    await month.run('update price_plan set prices = :prices', { prices: JSON.stringify(prices) });
    const scanner = await month.site({ mspId, name: 'scanner', product: 'scanner' });
    const of = { meter: SCAN, count: 50, tenant: '' } as const;
    await month.licence(scanner, { ...of, from: '2025-02-16', until: '2026-02-16' });
    await month.licence(scanner, { ...of, from: '2026-02-16', until: '2027-02-16' });
    await month.report(scanner, { period: '2026-02', lines: [{ tenant: 'main', meter: SCAN, peak: 51 }] });
    await reported(0, 0);
    expect(billed(await close())).toEqual([
      [0, 0, 0n],
      [0, 0, 0n],
      [51, 1, 1_00n],
    ]);
  });

  it('the first is waived, and leaves the licence to the second: 10 of 60 metered', async () => {
    await licence();
    await reported(30, 60);
    await seen('one', 45);
    await seen('two', 60);
    await month.openAndReconcile('2026-02', new Date('2026-03-05T12:00:00Z'));
    await month.run(
      `update discrepancy set state = 'settled', resolved_by = 'person', decision = 'waive', reason = 'agreed',
         author = '{"kind": "kontor", "id": "kontor", "name": "partner team"}', resolved_at = '2026-03-05T13:00:00Z'
       where kind = 'report_mismatch'`,
    );
    expect(billed((await month.endReviewAndIssue('2026-02', new Date('2026-03-06T12:00:00Z')))[0])).toEqual([
      [0, 0, 0n],
      [60, 10, 20_00n],
    ]);
  });

  it('a case about the licence says what the statement bills: 30 of 30 covered, 20 of 30', async () => {
    await licence();
    await reported(30, 30);
    await seen('one', 31);
    await close();
    expect((await month.cases('2026-02')).map(({ kind, evidence }) => ({ kind, evidence }))).toEqual([
      { kind: 'licence_exceeded', evidence: { licensed: 20, quantity: 30, excess: 10 } },
    ]);
  });

  it('a tenant’s own licence stays its own: 30 of 50 used by the first, none for the second', async () => {
    await licence('2026-01-01', '2027-01-01', 'one');
    await reported(30, 30);
    await seen('one', 31);
    expect(billed(await close())).toEqual([
      [30, 0, 0n],
      [30, 30, 60_00n],
    ]);
  });
});
