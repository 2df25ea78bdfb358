import { KONTOR } from '../domain/access/actor.js';
import { findingCounts, settleByDefault } from '../db/closing/reconciliation.js';
import type { InTransaction, Stretch } from './closing/narrowing.js';
import { ISSUE_CHUNK, issueStretch } from './issueStatements.js';
import { openRun } from './openPeriod.js';
import { RECONCILE_CHUNK, reconcileStretch } from './reconcileShard.js';
import { openShards } from '../db/closing/openRun.js';
import { insertRates } from '../db/prices/publishedRates.js';
import { controlTotals, licenceTotals } from '../db/closing/seal.js';
import { ALL, type Database, type Trx } from '../db/connect.js';
import { minorToDecimalString } from '../domain/money.js';
import { periodDays } from '../domain/period.js';
import { runKeyOf, type RunInput, type RunKey } from '../domain/run.js';
import type { RateSource } from '../rates/rateSource.js';

/** What a close would come to if it ran now. Totals are decimal strings per currency. */
export interface Preview extends RunInput {
  statements: number;
  parked: number;
  totals: Record<string, string>;
  /** Of them term licences and their extensions (rule 22). */
  licences: Record<string, string>;
  discrepancies: Record<string, number>;
  /** Cases people may still decide. */
  openCases: number;
}

class RolledBack extends Error {
  constructor(readonly preview: Preview) {
    super('preview');
  }
}

/** The run's own batches, so that a dry run takes no more memory than the run. */
function chunksOf(key: RunKey, { shard, msps }: { shard: number; msps: number }, size: number) {
  return Array.from({ length: Math.ceil(msps / size) }, (_, index) => ({
    shard: { ...key, shard },
    stretch: { from: index * size, to: Math.min(msps, (index + 1) * size) } satisfies Stretch,
  }));
}

/** Minor units by currency, as decimals. */
function decimals(totals: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(totals).map(([currency, minor]) => [currency, minorToDecimalString(BigInt(minor), currency)]),
  );
}

async function previewIn(trx: Trx, key: RunKey, now: Date): Promise<Preview> {
  const opening = { openedBy: KONTOR, collectUntil: null, reviewUntil: null, skipReason: null };
  await openRun(trx, { ...key, ...opening, now: now.toISOString() }, 'preview');
  const shards = await openShards(trx, key);
  const savepoint: InTransaction = (work) => trx.transaction(work);
  for (const { shard, stretch } of shards.flatMap((each) => chunksOf(key, each, RECONCILE_CHUNK))) {
    await reconcileStretch(savepoint, shard, stretch, now);
  }
  const kinds = await findingCounts(trx, key);
  for (const { shard } of shards) await settleByDefault(trx, { ...key, shard }, now);
  for (const { shard, stretch } of shards.flatMap((each) => chunksOf(key, each, ISSUE_CHUNK))) {
    await issueStretch(savepoint, shard, stretch, now);
  }
  const { issued, parked, totals } = await controlTotals(trx, key);
  const licences = await licenceTotals(trx, key);
  return {
    ...key,
    statements: issued,
    parked,
    totals: decimals(totals),
    licences: decimals(licences),
    discrepancies: Object.fromEntries(kinds.map(({ kind, count }) => [kind, count])),
    openCases: kinds.reduce((sum, { open }) => sum + open, 0),
  };
}

/**
 * The real close in one transaction that is rolled back: a dry run cannot come to other totals than the run. Months need
 * not be in order, nor over.
 */
export const previewPeriod =
  ({ db, rates }: { db: Database; rates: RateSource }) =>
  async ({ now, ...run }: RunInput & { now: string }): Promise<Preview> => {
    const key = runKeyOf(run);
    const { first, last } = periodDays(key.period);
    const published = await rates.published(first, last);
    try {
      return await db.transaction(ALL, async (trx) => {
        await insertRates(trx, published);
        throw new RolledBack(await previewIn(trx, key, new Date(now)));
      });
    } catch (error) {
      if (error instanceof RolledBack) return error.preview;
      throw error;
    }
  };
