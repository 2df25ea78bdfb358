import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportPeriod } from '../../export/index.js';
import { createRenderPool, type RenderPool } from '../../statements/index.js';
import { closedMonths, type ClosedMonths } from '../support/closedMonths.js';

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
      last: { statements: 3, lines, skipped: [], differences: 0 },
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
    ['a rate', 'statement_lines.csv', /,4\.289,/, ',4.290,', /the amount in minor units comes to/],
    ['a total', 'statements.csv', /,552\.36,/, ',552.46,', /its lines add up to 55236, its total is 552\.46/],
  ])('names %s that was changed', async (_what, name, from, to, named) => {
    const path = join(dirOf('2026-03'), name);
    const before = await readFile(path, 'utf8');
    await writeFile(path, before.replace(from, to));
    const { exit, said } = await recompute(dirOf('2026-03')).finally(() => writeFile(path, before));
    expect([exit, said]).toEqual([1, expect.stringMatching(named)]);
  });
});
