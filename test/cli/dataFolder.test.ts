import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshDataDir } from '../../cli/demo/freshDataDir.js';
import { dataDirOf } from '../../cli/paths.js';
import { readFileWithin } from '../../cli/readFileWithin.js';
import { closedFolder } from '../../cli/services/dataFolder.js';

let scratch: string;

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'kontor-folder-'));
});
afterEach(async () => {
  await rm(scratch, { recursive: true, force: true });
});

const modeOf = async (path: string) => (await stat(path)).mode & 0o7777;

describe('a data directory', () => {
  it('case 58, a relative: one that everybody shares is refused, and stays open to them', async () => {
    await chmod(scratch, 0o1777);
    await expect(closedFolder(scratch)).rejects.toMatchObject({
      code: 'CONFIGURATION_INVALID',
      message: expect.stringContaining('everybody shares it'),
    });
    expect(await modeOf(scratch)).toBe(0o1777);
  });

  it('is closed to others', async () => {
    await closedFolder(join(scratch, 'a/b c'));
    expect((await modeOf(join(scratch, 'a/b c'))) & 0o066).toBe(0);
  });

  it.each([closedFolder, freshDataDir])('that cannot be one is a call that is wrong (%p)', async (make) => {
    await writeFile(join(scratch, 'file'), '');
    await expect(make(join(scratch, 'file'))).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' });
    await expect(make(join(scratch, 'file/below'))).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' });
  });

  it.each(['/proc/x', '/proc/x/y', '/sys/x'])('that no file system takes, %s, is said at once', async (dir) => {
    const named = {
      code: 'CONFIGURATION_INVALID',
      message: expect.stringContaining(`${dir} cannot be used as a folder`),
    };
    await expect(closedFolder(dir)).rejects.toMatchObject(named);
    await expect(freshDataDir(dir)).rejects.toMatchObject(named);
  });

  it('is made by several at once, and may be there already', async () => {
    const dir = join(scratch, 'one/two/three');
    await Promise.all([1, 2, 3, 4].map(() => closedFolder(dir)));
    expect((await stat(dir)).isDirectory()).toBe(true);
  });

  it('is not the working directory for want of a name', () => {
    expect(() => dataDirOf('')).toThrow('--data: name a folder.');
  });
});

describe('a file that a person names', () => {
  it('that is a folder, or has no end, is a call that is wrong', async () => {
    await expect(readFileWithin(scratch, 10)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    await expect(readFileWithin('/dev/zero', 10)).rejects.toThrow('/dev/zero has more than 10 bytes.');
  });

  it('is read up to its last byte', async () => {
    await writeFile(join(scratch, 'file'), '0123456789');
    expect((await readFileWithin(join(scratch, 'file'), 10)).toString()).toBe('0123456789');
    await expect(readFileWithin(join(scratch, 'file'), 9)).rejects.toThrow('has more than 9 bytes.');
  });
});
