import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADDITIONS, type Addition, type Edit } from './additions.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const JEST = join(ROOT, 'node_modules/jest/bin/jest.js');

/** Run with the additions in: suites that look at every model, meter, kind, mail or language, and need no service. */
const SUITES = [
  'domain/(catalog|discrepancies|pricing|ratingProperties|settings)',
  'locales/messages',
  'statements/view',
  'sites/simulatorWorld',
  'cli/inStep',
];

/** What the command has to complain about in the folder; empty: nothing. */
function complaints(folder: string, args: readonly string[]): string {
  try {
    execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
    return '';
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return stdout + stderr === '' ? String(error) : stdout + stderr;
  }
}

function apply(folder: string, edit: Edit): void {
  const path = join(folder, edit.file);
  if ('write' in edit) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, edit.write, { flag: 'wx' });
    return;
  }
  const anchor = 'before' in edit ? edit.before : 'after' in edit ? edit.after : edit.insteadOf;
  const lines = readFileSync(path, 'utf8').split('\n');
  const at = lines.indexOf(anchor);
  if (at === -1 || at !== lines.lastIndexOf(anchor)) throw new Error(`${edit.file} does not hold once: ${anchor}`);
  lines.splice('after' in edit ? at + 1 : at, 'insteadOf' in edit ? 1 : 0, edit.text);
  writeFileSync(path, lines.join('\n'));
}

function filesOf({ edits, written = [] }: Addition): number {
  return new Set([...edits.map(({ file }) => file), ...written]).size;
}

describe('README, "How to add"', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kontor-seams-'));
    const { include } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8')) as { include: string[] };
    const others = ['tsconfig.json', 'package.json', 'scripts', 'docs', 'README.md', 'docker-compose.yml'];
    for (const name of [...include, ...others].filter((each) => existsSync(join(ROOT, each)))) {
      cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(ADDITIONS)('says how many files $what costs', (addition) => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8').replaceAll(/\s+/g, ' ');
    expect(readme).toContain(`**${addition.what}** (${filesOf(addition)} files)`);
  });

  it('one addition of each, made as it says, compiles', () => {
    for (const { edits } of ADDITIONS) for (const edit of edits) apply(folder, edit);
    expect(complaints(folder, [join(ROOT, 'node_modules/typescript/bin/tsc'), '--pretty', 'false'])).toBe('');
  }, 300_000);

  it('and once what a command writes is written, the suites that look at all of them pass', () => {
    expect(complaints(folder, ['scripts/settings.mjs'])).toBe('');
    const config = JSON.stringify({
      rootDir: folder,
      roots: ['<rootDir>/dist/test'],
      transform: {},
      testTimeout: 60_000,
    });
    const tests = `/dist/test/(${SUITES.join('|')})\\.test\\.js$`;
    const options = ['--runInBand', '--config', config, '--testRegex', tests];
    expect(complaints(folder, ['--experimental-vm-modules', JEST, ...options])).toBe('');
  }, 300_000);
});
