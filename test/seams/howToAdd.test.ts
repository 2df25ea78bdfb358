import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADDITIONS, type Edit } from './additions.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The compiler's complaints about the scratch copy, one a line; empty: it compiles. */
function complaints(folder: string): string {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const options = ['--noEmit', '--incremental', '--tsBuildInfoFile', '.tsbuildinfo', '--pretty', 'false'];
  try {
    execFileSync(process.execPath, [tsc, ...options], { cwd: folder, encoding: 'utf8' });
    return '';
  } catch (error) {
    return String((error as { stdout?: string }).stdout ?? error);
  }
}

function apply(folder: string, edit: Edit): void {
  const path = join(folder, edit.file);
  if ('write' in edit) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, edit.write, { flag: 'wx' });
    return;
  }
  const anchor = 'before' in edit ? edit.before : edit.after;
  const lines = readFileSync(path, 'utf8').split('\n');
  const at = lines.indexOf(anchor);
  if (at === -1 || at !== lines.lastIndexOf(anchor)) throw new Error(`${edit.file} does not hold once: ${anchor}`);
  lines.splice('before' in edit ? at : at + 1, 0, edit.text);
  writeFileSync(path, lines.join('\n'));
}

describe('README, "How to add"', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kontor-seams-'));
    const { include } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8')) as { include: string[] };
    for (const name of [...include, 'tsconfig.json', 'package.json'].filter((each) => existsSync(join(ROOT, each)))) {
      cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(ADDITIONS)('$what costs at most $files files', ({ edits, files }) => {
    expect(new Set(edits.map(({ file }) => file)).size).toBeLessThanOrEqual(files);
  });

  it('one addition of each, made as it says, compiles', () => {
    for (const { edits } of ADDITIONS) for (const edit of edits) apply(folder, edit);
    expect(complaints(folder)).toBe('');
  }, 120_000);
});
