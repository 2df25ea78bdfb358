import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportPeriod } from '../../export/index.js';
import { createRenderPool } from '../../statements/index.js';
import type { ClosedMonths } from '../support/closedMonths.js';
import { correctedMonths } from '../support/correctedMonths.js';

const SCRIPT = fileURLToPath(new URL('../../../scripts/recompute.mjs', import.meta.url));

describe('an auditor redoes corrections by hand from the export alone', () => {
  let months: ClosedMonths;
  let root: string;
  const dirOf = (period: string) => join(root, period);

  const recompute = (period: string) =>
    new Promise<{ exit: number; said: string }>((resolve) => {
      execFile(process.execPath, [SCRIPT, dirOf(period)], (error, _stdout, stderr) => {
        resolve({ exit: typeof error?.code === 'number' ? error.code : 0, said: stderr });
      });
    });

  beforeAll(async () => {
    const pool = createRenderPool({ threads: 1 });
    months = await correctedMonths(pool);
    await pool.close();
    root = await mkdtemp(join(tmpdir(), 'kontor-corrected-'));
    for (const period of ['2026-02', '2026-03', '2026-04']) {
      await exportPeriod(months.database.db, { programme: 'msp', period, dir: dirOf(period) });
    }
  }, 60_000);
  afterAll(async () => {
    await rm(root, { recursive: true, force: true });
    await months.database.drop();
  });

  it('says of each correction what it is of, who asked and decided, and what booked it', async () => {
    const march = await readFile(join(dirOf('2026-03'), 'corrections.csv'), 'utf8');
    const rows = march.trim().split('\r\n').slice(1);
    expect(rows.map((row) => row.split(',').slice(2, 7))).toEqual(
      expect.arrayContaining([
        ['MSP-DE-2026-000004', '1', 'amount', 'next_statement', '-4.50'],
        ['MSP-PL-2026-000002', '', 'amount', 'next_statement', '-1.00'],
      ]),
    );
    expect(new Set(rows.map((row) => row.split(',')[0]))).toEqual(new Set(['msp']));
    expect(march).toContain('Anna');
    expect(march).toContain('Ben');
    const manifest = JSON.parse(await readFile(join(dirOf('2026-02'), 'manifest.json'), 'utf8')) as {
      creditTotals: Record<string, string>;
    };
    expect(Object.keys(manifest.creditTotals)).toEqual(['EUR']);
  });

  it.each(['2026-02', '2026-03', '2026-04'])('finds no difference in %s', async (period) => {
    expect(await recompute(period)).toEqual({ exit: 0, said: '' });
  });

  it.each([
    ['2026-02', 'credits.csv', /,-10\.00,/, ',-11.00,', /its lines add up to -1000, its total is -11\.00/],
    ['2026-03', 'corrections.csv', /,-4\.50,/, ',-5.50,', /comes to -450, exported is -5\.50/],
    ['2026-03', 'prices.csv', /2\.005/g, '2.006', /29 units come to/],
    ['2026-04', 'statement_lines.csv', /,-4\.50,EUR,/, ',-4.51,EUR,', /the difference comes to -450/],
  ])('in %s names %s that was changed', async (period, name, from, to, named) => {
    const path = join(dirOf(period), name);
    const before = await readFile(path, 'utf8');
    await writeFile(path, before.replace(from, to));
    const { exit, said } = await recompute(period).finally(() => writeFile(path, before));
    expect([exit, said]).toEqual([1, expect.stringMatching(named)]);
  });
});
