import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshDataDir } from '../../cli/demo/freshDataDir.js';
import { claim } from '../../embedded/claim.js';

let scratch: string;

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'kontor-fresh-'));
});
afterEach(async () => {
  await rm(scratch, { recursive: true, force: true });
});

describe('the data directory of a demo', () => {
  it('is made where there is none', async () => {
    await freshDataDir(join(scratch, 'a/b'));
    expect(await readdir(join(scratch, 'a/b'))).toEqual(['kontor-demo']);
  });

  it('is emptied when an earlier demo made it', async () => {
    await freshDataDir(scratch);
    await mkdir(join(scratch, 'postgres/pgdata'), { recursive: true });
    await freshDataDir(scratch);
    expect(await readdir(scratch)).toEqual(['kontor-demo']);
  });

  it('is refused, and left as it is, when anybody else keeps things in it', async () => {
    await writeFile(join(scratch, 'thesis.txt'), 'years of work');
    await expect(freshDataDir(scratch)).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' });
    expect(await readdir(scratch)).toEqual(['thesis.txt']);
  });

  it('is refused while a demo runs over it', async () => {
    await freshDataDir(scratch);
    const release = await claim(join(scratch, 'running'), 'Kontor');
    await writeFile(join(scratch, 'data'), '');
    await expect(freshDataDir(scratch)).rejects.toMatchObject({ code: 'EMBEDDED_IN_USE' });
    expect(await readdir(scratch)).toContain('data');
    await release();
    await freshDataDir(scratch);
  });
});
