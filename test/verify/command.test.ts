import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRenderPool } from '../../statements/index.js';
import { closedMonths, type ClosedMonths } from '../support/closedMonths.js';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

describe('kontor verify and kontor export, as commands', () => {
  let months: ClosedMonths;
  let dir: string;

  const kontor = (...args: string[]) =>
    new Promise<{ exit: number; stdout: string; stderr: string }>((resolve) => {
      const env = { PATH: process.env.PATH, DATABASE_URL: months.database.appUrl };
      const child = execFile(
        process.execPath,
        [MAIN, ...args, '--data', dir],
        { env, cwd: dir },
        (_error, stdout, stderr) => {
          resolve({ exit: child.exitCode ?? -1, stdout, stderr });
        },
      );
    });

  beforeAll(async () => {
    const pool = createRenderPool({ threads: 2 });
    months = await closedMonths(pool);
    await pool.close();
    dir = await mkdtemp(join(tmpdir(), 'kontor-command-'));
  });

  afterAll(async () => {
    await rm(dir, { recursive: true, force: true });
    await months.database.drop();
  });

  it('verify --json says of each programme and invariant that it holds, and exits 0', async () => {
    const { exit, stdout } = await kontor('verify', '--period', '2026-03', '--json');
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      programmes: { msp: { I1: 'holds', I5: 'holds', I8: 'holds' } },
      shared: { I5: 'holds', I10: 'holds' },
      searched: { mails: null, histories: null },
    });
  });

  it('verify of a programme that is not there says which there are, and exits 2', async () => {
    const { exit, stderr } = await kontor('verify', '--programme', 'scan');
    expect([exit, stderr]).toEqual([2, expect.stringMatching(/no programme "scan": msp/)]);
  });

  it('export writes the month and prints its manifest', async () => {
    const { exit, stdout } = await kontor('export', '--period', '2026-03', '--dir', 'audit', '--json');
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(await readFile(join(dir, 'audit', 'manifest.json'), 'utf8')));
  });

  it('export refuses to write over it and exits 2', async () => {
    const { exit, stderr } = await kontor('export', '--period', '2026-03', '--dir', 'audit');
    expect([exit, stderr]).toEqual([2, expect.stringContaining('--force')]);
  });

  it('verify lists what is broken and exits 1', async () => {
    await months.database.asOwner('alter table statement disable trigger user');
    await months.database.asOwner(
      `update statement set total_minor = total_minor + 1 where number = 'MSP-DE-2026-000003'`,
    );
    const { exit, stdout } = await kontor('verify', '--no-render');
    expect(exit).toBe(1);
    expect(stdout).toMatch(/I5 +BROKEN.*\n +- MSP-DE-2026-000003: its columns say something else than its content/);
    expect(stdout).toMatch(/I1 +holds/);
  });
});
