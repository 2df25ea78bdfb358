import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { decimalStringToMinor, sumMinor } from '../../domain/money.js';
import { exportPeriod, type Manifest } from '../../export/index.js';
import { createRenderPool, type RenderPool } from '../../statements/index.js';
import { closedMonths, type ClosedMonths } from '../support/closedMonths.js';
import { secondProgramme } from '../support/secondProgramme.js';

describe('kontor export', () => {
  let pool: RenderPool;
  let months: ClosedMonths;
  let root: string;
  let dir: string;
  let manifest: Manifest;

  const read = (name: string, from = dir) => readFile(join(from, name), 'utf8');
  const table = async (name: string) =>
    parse<Record<string, string>>(await read(name), { columns: true, record_delimiter: '\r\n' });

  beforeAll(async () => {
    pool = createRenderPool({ threads: 2 });
    months = await closedMonths(pool);
    await secondProgramme(months, pool);
    root = await mkdtemp(join(tmpdir(), 'kontor-export-'));
    dir = join(root, 'audit', '2026-03');
    manifest = await exportPeriod(months.database.db, { programme: 'msp', period: '2026-03', dir });
  });

  afterAll(async () => {
    await rm(root, { recursive: true, force: true });
    await pool.close();
    await months.database.drop();
  });

  it('writes the files it names, and nothing else', async () => {
    expect((await readdir(dir)).sort()).toEqual([...manifest.files.map(({ name }) => name), 'manifest.json'].sort());
    expect(JSON.parse(await read('manifest.json'))).toEqual(manifest);
  });

  it('names rows, sizes and the SHA-256 of each file', async () => {
    for (const { name, sha256, rows, bytes } of manifest.files) {
      const content = await readFile(join(dir, name));
      expect([name, createHash('sha256').update(content).digest('hex'), content.length]).toEqual([name, sha256, bytes]);
      expect([name, (await table(name)).length]).toEqual([name, rows]);
    }
  });

  it('says what the run was sealed with', () => {
    expect(manifest.run).toMatchObject({
      state: 'sealed',
      sealedAt: '2026-04-07T00:00:00.000Z',
      seal: expect.stringMatching(/^[0-9a-f]{64}$/),
      controlTotals: { issued: 3, parked: 0, totals: manifest.totals },
    });
    expect(manifest.auditHead).toEqual({
      id: expect.stringMatching(/^\d+$/),
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('holds the check-ins of the month in the MSP’s zone, across the clock change, and no others', async () => {
    const found = await table('check_ins.csv');
    expect(found.map((row) => [row.counted_at, row.site, row.count]).sort()).toEqual([
      ['2026-03-12T10:00:00.000Z', 'reports less than seen', '46'],
      ['2026-03-29T01:30:00.000Z', 'heard', '31'],
      ['2026-03-31T21:59:59.000Z', 'heard', '29'],
    ]);
  });

  it('holds every report of the period, the late ones marked', async () => {
    expect(await table('usage_reports.csv')).toHaveLength(5);
    const february = join(root, 'february');
    await exportPeriod(months.database.db, { programme: 'msp', period: '2026-02', dir: february });
    const late = parse<Record<string, string>>(await read('usage_reports.csv', february), {
      columns: true,
    }).filter((row) => row.late === 'yes');
    expect(late).toMatchObject([{ site: 'silent in February', peak: '14', received_at: '2026-03-20T00:00:00.000Z' }]);
  });

  it('holds cases with their evidence and who decided what and why', async () => {
    const found = await table('discrepancies.csv');
    expect(found.find(({ kind }) => kind === 'report_mismatch')).toMatchObject({
      site: 'reports less than seen',
      evidence: '{"observed":46,"others":null,"reported":40}',
      resolved_by: 'person',
      decision: 'set_quantity',
      decided_quantity: '43',
      reason: 'counted by hand',
      author: 'second person',
      author_id: 'kontor',
    });
    expect(found.find(({ kind }) => kind === 'unknown_key')).toMatchObject({ msp_id: '', resolved_by: 'rule' });
  });

  it('holds the prices and rates that were used', async () => {
    expect(
      (await table('prices.csv')).map((row) => [row.statement_period, row.distributor, row.model, row.statements]),
    ).toEqual([
      // Of the statement that a correction goes back to.
      ['2026-02', 'DE', 'graduated', '1'],
      ['2026-03', 'DE', 'graduated', '2'],
      ['2026-03', 'PL', 'graduated', '1'],
    ]);
    expect(await table('exchange_rates.csv')).toMatchObject([
      { base: 'EUR', currency: 'PLN', rate: '4.289', day: '2026-03-31', statement_period: '2026-03', statements: '1' },
    ]);
  });

  it('says who took part, with the zone and distributor that held, and since when', async () => {
    const found = await table('participants.csv');
    expect(found.map((row) => [row.msp, row.distributor, row.zone, row.state, row.joined_period])).toEqual([
      [`'=MSP "Beta", Łódź`, 'DE', 'Europe/Berlin', 'issued', '2025-01'],
      ['MSP Alpha', 'DE', 'Europe/Berlin', 'issued', '2025-01'],
      ['MSP Gamma', 'PL', 'Europe/Warsaw', 'issued', '2025-01'],
    ]);
  });

  it('says by which version of the settings and which kinds the month was closed', async () => {
    const [settings, another] = await table('settings.csv');
    expect([settings, another]).toEqual([
      expect.objectContaining({ version: '1', from_period: '2025-01', set_by: 'test', zone: 'Europe/Berlin' }),
      undefined,
    ]);
    expect(settings?.discrepancy_kinds).toMatch(/\breport_mismatch\b/);
  });

  it('holds the price plans of the month with the periods they hold for and their minimum', async () => {
    expect(await table('price_plans.csv')).toMatchObject([
      { distributor: '', from_period: '2025-01', until_period: '', monthly_minimum: '20.00', first_month: 'billed' },
    ]);
  });

  it('holds one programme’s rows and no other’s, each with its code', async () => {
    for (const { name } of manifest.files) {
      // Nobody corrected anything by hand here; correctedByHand.test.ts has rows of these.
      const ofMsp = ['corrections.csv', 'credits.csv'].includes(name) ? [] : ['msp'];
      expect([name, new Set((await table(name)).map(({ programme }) => programme))]).toEqual([name, new Set(ofMsp)]);
    }
    const scan = join(root, 'scan');
    const other = await exportPeriod(months.database.db, { programme: 'scan', period: '2026-03', dir: scan });
    expect(other).toMatchObject({ programme: 'scan', totals: { PLN: expect.any(String) } });
    const counts = other.files.map(({ name, rows }) => [name, rows]);
    expect(Object.fromEntries(counts)).toMatchObject({
      'participants.csv': 1,
      'settings.csv': 1,
      'check_ins.csv': 1,
      'usage_reports.csv': 1,
      'price_plans.csv': 1,
      'statements.csv': 1,
    });
  });

  it('asks which programme is meant where there are several', async () => {
    const unsaid = exportPeriod(months.database.db, { period: '2026-03', dir: join(root, 'never') });
    await expect(unsaid).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      message: expect.stringContaining('msp, scan'),
    });
  });

  it('has lines that add up to each statement’s total, corrections among them, as exact decimals', async () => {
    const lines = await table('statement_lines.csv');
    for (const statement of await table('statements.csv')) {
      const { currency = '', total = '', statement_number: number } = statement;
      const own = lines.filter((line) => line.statement_number === number);
      const sum = sumMinor(own.map(({ amount = '' }) => decimalStringToMinor(amount, currency)));
      expect(sum).toBe(decimalStringToMinor(total, currency));
      expect(own).toHaveLength(Number(statement.lines));
    }
    expect(lines.find(({ kind }) => kind === 'correction')).toMatchObject({
      for_period: '2026-02',
      corrects_number: 'MSP-DE-2026-000002',
      old_quantity: '12',
      new_quantity: '14',
      amount: expect.stringMatching(/^\d+\.\d\d$/),
    });
  });

  it('case 39: holds what each line is reckoned from: facts, installations, prices, minimum, rate, and the line as stored', async () => {
    const facts = await table('site_facts.csv');
    const known = await table('installations.csv');
    const lines = await table('statement_lines.csv');
    const prices = await table('prices.csv');
    for (const line of lines.filter(({ kind, basis }) => kind === 'usage' && basis === 'reported')) {
      const own = facts.filter((fact) => ['site_id', 'tenant_ref', 'meter'].every((name) => fact[name] === line[name]));
      expect([line.site, own.reduce((sum, { reported }) => sum + Number(reported), 0)]).toEqual([
        line.site,
        Number(line.peak),
      ]);
    }
    // Whoever was silent and not seen has what it was confirmed with last.
    for (const fact of facts.filter(
      ({ expected, reported, observed }) => expected === 'yes' && reported === '' && observed === '',
    )) {
      expect([fact.site, fact.last_confirmed]).toEqual([fact.site, expect.stringMatching(/^\d+$/)]);
    }
    for (const { installation_id: id } of facts)
      expect(id === '' || known.some((one) => one.installation_id === id)).toBe(true);
    expect(new Set(prices.map(({ monthly_minimum: minimum }) => minimum))).toEqual(new Set(['20.00']));
    for (const line of lines) {
      expect(JSON.parse(line.content ?? '')).toMatchObject({ kind: line.kind, lineNo: Number(line.line_no) });
      if (line.kind === 'minimum') expect(line.minimum).toMatch(/^\d+\.\d\d$/);
    }
  });

  it('defuses names that a spreadsheet would take for a formula, and quotes what must be quoted', async () => {
    const content = await read('statements.csv');
    expect(content).toContain(`"'=MSP ""Beta"", Łódź"`);
    expect(content.endsWith('\r\n')).toBe(true);
  });

  it('gives the same bytes again', async () => {
    const again = join(root, 'again');
    expect(await exportPeriod(months.database.db, { programme: 'msp', period: '2026-03', dir: again })).toEqual(
      manifest,
    );
    for (const name of await readdir(dir)) expect(await read(name, again)).toBe(await read(name));
  });

  it('refuses a folder that is not empty, unless it is told to write over it', async () => {
    const used = await mkdtemp(join(root, 'used-'));
    await writeFile(join(used, 'notes.txt'), 'mine');
    const into = (force: boolean) =>
      exportPeriod(months.database.db, { programme: 'msp', period: '2026-03', dir: used, force });
    await expect(into(false)).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' });
    expect(await readdir(used)).toEqual(['notes.txt']);
    expect(await into(true)).toEqual(manifest);
    expect(await read('notes.txt', used)).toBe('mine');
  });

  it('refuses a file for a folder', async () => {
    const dir = join(root, 'file');
    await writeFile(dir, 'mine');
    const written = exportPeriod(months.database.db, { programme: 'msp', period: '2026-03', dir });
    await expect(written).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' });
    expect(await readFile(dir, 'utf8')).toBe('mine');
  });

  it('refuses a month that was never opened, and what is no month', async () => {
    const into = (period: string) =>
      exportPeriod(months.database.db, { programme: 'msp', period, dir: join(root, 'never') });
    await expect(into('2027-01')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(into('2026-3')).rejects.toMatchObject({ code: 'PERIOD_INVALID' });
    expect(await readdir(root)).not.toContain('never');
  });

  it('names nobody who is restricted, neither as who decided nor by her address in a reason', async () => {
    const [author, address] = [randomUUID(), 'henrietta@away.example'];
    const { database } = months;
    await database.asOwner(
      `update discrepancy set author = jsonb_build_object('kind', 'person', 'id', $1::text, 'name', 'Henrietta'),
         reason = 'as HENRIETTA@away.example. wrote' where kind = 'report_mismatch' and period = '2026-03'`,
      [author],
    );
    const written = async (name: string) => {
      await exportPeriod(database.db, { programme: 'msp', period: '2026-03', dir: join(root, name) });
      return (await read('discrepancies.csv', join(root, name))).toLowerCase();
    };
    expect(await written('before')).toContain('henrietta@away.example');
    await database.asOwner(
      `insert into restriction (id, person_ids, address_hash, reason, since, until_day, restricted_by)
       values (gen_random_uuid(), array[$1::uuid], kontor_address_hash($2), 'asked', now(), '2034-12-31', '{}')`,
      [author, address],
    );
    const after = await written('after');
    expect([after.includes('henrietta'), after.includes('restricted person')]).toEqual([false, true]);
    await database.asOwner('delete from restriction');
  });
});
