import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../../.ci/run', import.meta.url));
let scratch: string;

/** The script in a folder of its own, with an npm that does what `npm` says. */
async function run(npm: string): Promise<{ status: number | null; last: string | undefined }> {
  await writeFile(join(scratch, 'bin/npm'), `#!/bin/sh\necho "npm $*"\n${npm}\n`);
  await chmod(join(scratch, 'bin/npm'), 0o755);
  const env = { ...process.env, NODE_OPTIONS: '', PATH: `${join(scratch, 'bin')}:${process.env.PATH ?? ''}` };
  const { status, stdout } = spawnSync(join(scratch, '.ci/run'), { env, encoding: 'utf8' });
  expect(stdout.split('\n')[0]).toBe('npm cit');
  return { status, last: stdout.trimEnd().split('\n').at(-1) };
}

function counts(numPassedTests: number, numFailedTests: number, numRuntimeErrorTestSuites = 0): string {
  const summary = JSON.stringify({ numPassedTests, numFailedTests, numRuntimeErrorTestSuites });
  return `mkdir -p out; echo '${summary}' > out/jest.json`;
}

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'kontor-ci-'));
  await mkdir(join(scratch, 'bin'));
  await cp(script, join(scratch, '.ci/run'));
});
afterEach(async () => {
  await rm(scratch, { recursive: true, force: true });
});

describe('the CI entry point', () => {
  it("ends with jest's counts and status 0 when all is well", async () => {
    expect(await run(counts(12, 0))).toEqual({ status: 0, last: '12 passed, 0 failed' });
  });

  it('fails with a failed test, and with a suite that did not load', async () => {
    expect(await run(`${counts(11, 1)}; exit 1`)).toEqual({ status: 1, last: '11 passed, 1 failed' });
    expect(await run(`${counts(11, 0, 2)}; exit 1`)).toEqual({ status: 1, last: '11 passed, 2 failed' });
  });

  it('fails when a check before jest failed, whatever an earlier run left behind', async () => {
    await run(counts(12, 0));
    expect(await run('exit 1')).toEqual({ status: 1, last: '0 passed, 1 failed' });
  });

  it('fails when npm failed after jest went well', async () => {
    expect(await run(`${counts(12, 0)}; exit 3`)).toEqual({ status: 3, last: '12 passed, 0 failed' });
  });
});
