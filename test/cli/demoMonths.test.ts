import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { playableMonths } from '../../cli/demo/playableMonths.js';
import { parsePeriod } from '../../domain/period.js';
import type { RateSource } from '../../rates/rateSource.js';

const main = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

/** Rates of every last day of a month from `first` to `last`. */
function ratesFrom(first: string, last: string): RateSource {
  return {
    published: (_from, day) =>
      Promise.resolve(
        day >= first && day <= last ? [{ base: 'EUR', currency: 'PLN', rate: '4.2', day, source: 'test' }] : [],
      ),
  };
}

describe('which months a demo can play', () => {
  const played = async (now: string, first: string, last: string) =>
    playableMonths(new Date(now), ratesFrom(first, last));

  it('case 63: those whose rates are there, from the second month on', async () => {
    expect(await played('2026-11-20T00:00:00Z', '2025-12-31', '2026-03-31')).toEqual(
      ['2026-01', '2026-02', '2026-03'].map((month) => parsePeriod(month)),
    );
  });

  it('case 63: none that is not over everywhere, none whose check-ins would be too old', async () => {
    const months = await played('2026-04-01T12:00:00Z', '2020-01-31', '2030-12-31');
    expect([months[0], months.at(-1)]).toEqual(['2024-06', '2026-02']);
    expect((await played('2026-04-02T00:00:00Z', '2020-01-31', '2030-12-31')).at(-1)).toBe('2026-03');
  });

  it.each(['2028-02', '2024-02'])('case 63: --period %s says before it starts which months there are', (period) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'demo', '--period', period], {
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(new RegExp(`A demo can play 20\\d\\d-\\d\\d to 20\\d\\d-\\d\\d, not ${period}`));
  });

  it('case 63, a relative: fewer sites than MSPs are refused before it starts', () => {
    const words = [main, 'demo', '--msps', '6', '--sites', '5', '--exit'];
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 60_000 });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Each of 6 MSPs has a site at least: not 5 sites.');
  }, 60_000);
});
