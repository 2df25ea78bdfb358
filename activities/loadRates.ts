import { ALL } from '../db/connect.js';
import { loadRatesOfFeed } from '../db/prices/loadRates.js';
import { insertRates } from '../db/prices/publishedRates.js';
import { lastRateDay, parkedForRates } from '../db/readModels/parkedForRates.js';
import { addDays } from '../domain/instant.js';
import { KONTOR } from '../domain/access/actor.js';
import { parsePeriod, periodDays, periodOf, previousPeriod } from '../domain/period.js';
import { ECB_SOURCE } from '../domain/pricing/publishedRate.js';
import type { ActivityDeps } from './deps.js';

/**
 * Loads the rates that ship with Kontor for months that may need them, and those of the bank's feed, then has every MSP that waits
 * for a rate tried again. Doing it twice is safe: what is known stays as it is, and who is tried without a rate stays parked.
 * Where the feed fails, whom the shipped rates help goes on all the same.
 *
 * @throws KontorError RATE_SOURCE_UNAVAILABLE
 */
export const loadRates =
  ({ db, rates, rateFeed, settlements }: Pick<ActivityDeps, 'db' | 'rates' | 'rateFeed' | 'settlements'>) =>
  async (input: { now: string }): Promise<{ added: number; differing: number; tried: number }> => {
    const now = new Date(input.now);
    const { parked, known } = await db.transaction(ALL, async (trx) => ({
      parked: await parkedForRates(trx, null),
      known: await lastRateDay(trx, ECB_SOURCE),
    }));
    const tryAgain = async () => {
      for (const of of parked) await settlements.tryAgain(of);
    };
    const months = [previousPeriod(periodOf(now, 'UTC')), ...parked.map(({ period }) => parsePeriod(period))].sort();
    let added = 0;
    for (const month of new Set(months)) {
      const { first, last } = periodDays(month);
      const shipped = await rates.published(first, last);
      added += await db.transaction(ALL, (trx) => insertRates(trx, shipped, { at: now, by: KONTOR }));
    }
    if (added > 0 || rateFeed === null) await tryAgain();
    if (rateFeed === null) return { added, differing: 0, tried: parked.length };
    const [oldest] = months.map((month) => periodDays(month).first);
    const feed = await rateFeed.since(
      parked.length === 0 && known !== null ? known : (oldest ?? input.now.slice(0, 10)),
    );
    // No zone is more than a day ahead: whatever is dated later is a slip of the feed.
    const tomorrow = addDays(now, 1).toISOString();
    const published = feed.filter(({ day }) => day <= tomorrow);
    const loaded = await db.transaction(ALL, (trx) => loadRatesOfFeed(trx, published, now));
    await tryAgain();
    return { added: added + loaded.added, differing: loaded.differing, tried: parked.length };
  };
