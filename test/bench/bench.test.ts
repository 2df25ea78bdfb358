import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { spreadOf } from '../../bench/spread.js';
import { createWorld } from '../../bench/world.js';

const MAIN = fileURLToPath(new URL('../../bench/main.js', import.meta.url));
const TIMEOUT_MS = 400_000;
const run = promisify(execFile);

const hashOf = (seed: number) => {
  const world = createWorld({ sites: 500, seed });
  const batches = [...world.batches];
  return { sha256: world.sha256(), rows: batches.map(({ json }) => JSON.parse(json) as unknown[]) };
};

describe('the generated month', () => {
  it('is the same for the same seed, and another one for another', () => {
    const first = hashOf(1);
    expect(hashOf(1).sha256).toBe(first.sha256);
    expect(hashOf(2).sha256).not.toBe(first.sha256);
    expect(first.rows.map((rows) => rows.length).slice(0, 3)).toEqual([40, 25, 500]);
  });
});

describe('what several rounds come to', () => {
  it('is the middle value, or the mean of the middle two, with the least and the most', () => {
    expect(spreadOf([5, 1, 3])).toEqual({ median: 3, min: 1, max: 5 });
    expect(spreadOf([4, 1, 2, 9])).toEqual({ median: 3, min: 1, max: 9 });
    expect(() => spreadOf([])).toThrow(RangeError);
  });
});

describe('npm run bench', () => {
  it(
    'makes the same documents by all arms and says on its last line what they took',
    async () => {
      const args = [
        '--sites',
        '60',
        '--rounds',
        '1',
        '--no-warm-up',
        '--no-verify',
        '--json',
        '--peers',
        'pg-boss,dbos',
        '--kill',
      ];
      const { stdout } = await run(process.execPath, [MAIN, ...args]);
      const results = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
      expect(results).toEqual([expect.objectContaining({ sites: 60, msps: 3, statements: 3, sameDocuments: 3 })]);
      const [{ killed, peers, closeMs, floorMs, ratio, sqlPerSite, eventsPerSite, mails }] = results;
      for (const measured of [closeMs, floorMs, ratio, sqlPerSite, eventsPerSite]) expect(measured).toBeGreaterThan(0);
      // The summary goes to the partner team.
      expect(mails.kontor - mails.floor).toBe(1);
      const made = { statements: 3, mails: mails.floor };
      expect(peers).toEqual([
        expect.objectContaining({ name: 'pg-boss', ...made }),
        expect.objectContaining({ name: 'dbos', ...made }),
      ]);
      for (const peer of peers) {
        expect(peer.ratio).toBeCloseTo(closeMs / peer.closeMs, 1);
        expect(peer.peakMb).toBeGreaterThan(0);
      }
      // Without its worker the close went on where it was: nothing goes out twice, and what may be missing is said.
      expect(killed).toMatchObject({ extraMs: killed.closeMs - closeMs, repeatedMails: 0 });
      expect(killed.missingMails).toBeLessThanOrEqual(killed.uncertainMails);
    },
    TIMEOUT_MS,
  );

  it('refuses a size that is no number of sites', async () => {
    await expect(run(process.execPath, [MAIN, '--sites', '1000,many'])).rejects.toMatchObject({ code: 2 });
  });

  it('refuses a peer that it does not know, or one twice, and names those that there are', async () => {
    await expect(run(process.execPath, [MAIN, '--peers', 'pg-boss,cron'])).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"cron" is no peer; there are pg-boss and dbos.'),
    });
    await expect(run(process.execPath, [MAIN, '--peers', 'dbos,dbos'])).rejects.toMatchObject({ code: 2 });
  });
});
