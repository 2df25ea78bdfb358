import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findState } from '../../cli/services/findState.js';
import { writeState } from '../../cli/services/stateFile.js';

describe('where a command finds the services', () => {
  let dir: string;
  const runIn = async (folder: string, apiUrl: string) => {
    await mkdir(folder, { recursive: true });
    await writeState(folder, { env: {}, apiUrl, temporalUiUrl: null, inboxUrl: null });
  };

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kontor-find-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('case 65: a demo that runs is found without naming its folder', async () => {
    await runIn(join(dir, 'demo'), 'http://demo');
    expect((await findState(undefined, dir))?.apiUrl).toBe('http://demo');
  });

  it('services of the default folder come first', async () => {
    await runIn(join(dir, 'demo'), 'http://demo');
    await runIn(dir, 'http://up');
    expect((await findState(undefined, dir))?.apiUrl).toBe('http://up');
  });

  it('of several, one has to be named, and the message names them', async () => {
    await runIn(join(dir, 'demo'), 'http://demo');
    await runIn(join(dir, 'other'), 'http://other');
    await expect(findState(undefined, dir)).rejects.toThrow(
      `--data ${join(dir, 'demo')}, --data ${join(dir, 'other')}`,
    );
  });

  it('a folder that was named is the only one looked into', async () => {
    await runIn(join(dir, 'demo'), 'http://demo');
    expect(await findState(join(dir, 'empty'), dir)).toBeNull();
  });
});
