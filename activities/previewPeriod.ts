import { heartbeat } from '@temporalio/activity';
import { settleByDefault } from '../db/closing/reconciliation.js';
import { issue, ISSUE_CHUNK } from './issueStatements.js';
import { openRun } from './openPeriod.js';
import { reconcile, RECONCILE_CHUNK } from './reconcileShard.js';
import type { Selection } from '../db/closing/participants.js';
import { openShards } from '../db/closing/openRun.js';
import { insertRates } from '../db/prices/publishedRates.js';
import { controlTotals } from '../db/closing/seal.js';
import { ALL, rows, type Database, type Trx } from '../db/connect.js';
import { minorToDecimalString } from '../domain/money.js';
import { parsePeriod, periodDays } from '../domain/period.js';
import type { RateSource } from '../rates/rateSource.js';

/** What a close would come to if it ran now. Totals are decimal strings per currency. */
export interface Preview {
  period: string;
  statements: number;
  parked: number;
  totals: Record<string, string>;
  discrepancies: Record<string, number>;
  /** Cases people may still decide. */
  openCases: number;
}

const HEARTBEAT_MS = 10_000;

class RolledBack extends Error {
  constructor(readonly preview: Preview) {
    super('preview');
  }
}

/** The run's own batches, so that a dry run takes no more memory than the run. */
function chunksOf(period: string, { shard, msps }: { shard: number; msps: number }, size: number): Selection[] {
  return Array.from({ length: Math.ceil(msps / size) }, (_, index) => ({
    period,
    shard,
    from: index * size,
    to: (index + 1) * size,
  }));
}

async function previewIn(trx: Trx, period: string, now: Date): Promise<Preview> {
  await openRun(trx, { period, openedBy: 'preview', collectUntil: null, reviewUntil: null, now: now.toISOString() });
  const shards = await openShards(trx, parsePeriod(period));
  for (const chunk of shards.flatMap((shard) => chunksOf(period, shard, RECONCILE_CHUNK))) {
    await reconcile(trx, chunk, now);
  }
  const kinds = await rows<{ kind: string; count: number; open: number }>(
    trx,
    `select kind, count(*)::int as count, count(*) filter (where state = 'open')::int as open from discrepancy
     where period = :period group by kind order by kind`,
    { period },
  );
  for (const { shard } of shards) await settleByDefault(trx, period, shard, now);
  for (const chunk of shards.flatMap((shard) => chunksOf(period, shard, ISSUE_CHUNK))) await issue(trx, chunk, now);
  const { issued, parked, totals } = await controlTotals(trx, period);
  return {
    period,
    statements: issued,
    parked,
    totals: Object.fromEntries(
      Object.entries(totals).map(([currency, minor]) => [currency, minorToDecimalString(BigInt(minor), currency)]),
    ),
    discrepancies: Object.fromEntries(kinds.map(({ kind, count }) => [kind, count])),
    openCases: kinds.reduce((sum, { open }) => sum + open, 0),
  };
}

/** The real close in one transaction that is rolled back: a dry run cannot come to other totals than the run. */
export const previewPeriod =
  ({ db, rates }: { db: Database; rates: RateSource }) =>
  async ({ period, now }: { period: string; now: string }): Promise<Preview> => {
    const { first, last } = periodDays(parsePeriod(period));
    const published = await rates.published(first, last);
    // One transaction has no cursor to hand on: the beat only says that this worker is still at it.
    const beat = setInterval(heartbeat, HEARTBEAT_MS);
    try {
      return await db.transaction(ALL, async (trx) => {
        await insertRates(trx, published);
        throw new RolledBack(await previewIn(trx, period, new Date(now)));
      });
    } catch (error) {
      if (error instanceof RolledBack) return error.preview;
      throw error;
    } finally {
      clearInterval(beat);
    }
  };
