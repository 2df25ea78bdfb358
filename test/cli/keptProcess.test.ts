import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { startKeptProcess } from '../../cli/services/keptProcess.js';
import { eventually } from '../support/programme.js';

describe('a process of `kontor up` that ends by itself', () => {
  let folder: string;
  let main: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kontor-kept-'));
    main = join(folder, 'main.mjs');
    await writeFile(main, `setInterval(() => undefined, 1_000); process.send({ port: process.env.PORT ?? 'first' });`);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const start = (said: string[], pausesMs: readonly number[]) =>
    startKeptProcess(
      {
        name: 'The API',
        main,
        env: { PORT: '0' },
        leads: Promise.resolve({}),
        logFile: join(folder, 'log'),
        ready: z.object({ port: z.string() }),
      },
      { say: (line) => said.push(line), again: () => ({ PORT: '4711' }), pausesMs },
    );

  it('is started again, where it was found before; after the last pause it is given up', async () => {
    const said: string[] = [];
    const kept = await start(said, [10, 20]);
    expect(kept.ready).toEqual({ port: '0' });
    const pids = new Set<number>();
    for (let deaths = 0; deaths < 3; deaths += 1) {
      const pid = await eventually(
        () => Promise.resolve(kept.pid),
        (now) => !pids.has(now),
      );
      pids.add(pid);
      process.kill(pid, 'SIGKILL');
    }
    expect(String(await kept.died)).toContain('The API ended by itself (exit SIGKILL)');
    expect(said).toEqual([
      'The API ended by itself; it is started again (1 of 2).',
      'The API ended by itself; it is started again (2 of 2).',
    ]);
  });

  it('that is stopped while it pauses stays stopped', async () => {
    const said: string[] = [];
    const kept = await start(said, [300]);
    const { pid } = kept;
    process.kill(pid, 'SIGKILL');
    await eventually(
      () => Promise.resolve(said),
      ({ length }) => length === 1,
    );
    await kept.stop();
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(kept.pid).toBe(pid);
  });
});
