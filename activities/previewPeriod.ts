import { KONTOR } from '../domain/access/actor.js';
import { findingCounts, settleByDefault } from '../db/closing/reconciliation.js';
import type { InTransaction, Stretch } from './closing/narrowing.js';
import { issueStretch } from './issueStatements.js';
import { openRun } from './openPeriod.js';
import { reconcileStretch } from './reconcileShard.js';
import { openShards } from '../db/closing/openRun.js';
import { insertRates } from '../db/prices/publishedRates.js';
import { controlTotals, licenceTotals } from '../db/closing/seal.js';
import { ALL, savepoint, type Database, type Trx } from '../db/connect.js';
import type { MonthInput } from '../domain/month/inputs.js';
import type { Judgement } from '../domain/month/judgeMonth.js';
import { minorToDecimalString } from '../domain/money.js';
import { periodDays } from '../domain/period.js';
import { MSPS_AT_ONCE, runKeyOf, type RunInput, type RunKey } from '../domain/run.js';
import type { RateSource } from '../rates/rateSource.js';

/** A licence that a statement bills, with the whole amount of its line as a decimal. */
export interface PreviewedLicence {
  siteName: string;
  meter: string;
  count: number;
  startsOn: string;
  endsOn: string;
  amount: string;
}

/** What one MSP's statement would come to, also where it would be parked. */
export interface PreviewedMsp {
  mspId: string;
  mspName: string;
  /** Null: what it would come to cannot be said, for the reason given. */
  total: { amount: string; currency: string } | null;
  /** Term licences and extensions in it. */
  licences: PreviewedLicence[];
  /** Null: it would be issued. */
  parked: { code: string; reason: string } | null;
}

/** What a close would come to if it ran now. Totals are decimal strings per currency, of what would be issued. */
export interface Preview extends RunInput {
  statements: number;
  parked: number;
  totals: Record<string, string>;
  /** Of them term licences and their extensions (rule 22). */
  licences: Record<string, string>;
  discrepancies: Record<string, number>;
  /** Cases people may still decide. */
  openCases: number;
  /** In the order of the run. */
  msps: PreviewedMsp[];
}

class RolledBack extends Error {
  constructor(readonly preview: Preview) {
    super('preview');
  }
}

/** The run's own batches, so that a dry run takes no more memory than the run. */
function stretchesOf(key: RunKey, { shard, msps }: { shard: number; msps: number }) {
  return Array.from({ length: Math.ceil(msps / MSPS_AT_ONCE) }, (_, index) => ({
    shard: { ...key, shard },
    stretch: { from: index * MSPS_AT_ONCE, to: Math.min(msps, (index + 1) * MSPS_AT_ONCE) } satisfies Stretch,
  }));
}

/** Minor units by currency, as decimals. */
function decimals(totals: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(totals).map(([currency, minor]) => [currency, minorToDecimalString(BigInt(minor), currency)]),
  );
}

function previewed({ mspId, msp }: MonthInput, judgement: Judgement): PreviewedMsp {
  const { statement } = judgement;
  const parked = judgement.outcome === 'issue' ? null : { code: judgement.code, reason: judgement.reason };
  const none = { mspId, mspName: msp.name, total: null, licences: [], parked };
  if (statement === null) return none;
  const { currency, totalMinor, lines } = statement;
  const licences = lines.flatMap((line) => {
    if (line.kind !== 'term' && line.kind !== 'extension') return [];
    const { siteName, meter, count, startsOn, endsOn, amountMinor } = line;
    return [{ siteName, meter, count, startsOn, endsOn, amount: minorToDecimalString(amountMinor, currency) }];
  });
  return { ...none, total: { amount: minorToDecimalString(totalMinor, currency), currency }, licences };
}

async function previewIn(trx: Trx, key: RunKey, now: Date): Promise<Preview> {
  const opening = { openedBy: KONTOR, collectUntil: null, reviewUntil: null, skipReason: null };
  await openRun(trx, { ...key, ...opening, now: now.toISOString() }, 'preview');
  const shards = await openShards(trx, key);
  const inPart: InTransaction = (work) => savepoint(trx, work);
  const stretches = shards.flatMap((shard) => stretchesOf(key, shard));
  for (const { shard, stretch } of stretches) {
    await reconcileStretch(inPart, shard, stretch, now);
  }
  const msps = new Map<string, PreviewedMsp>();
  const kinds = await findingCounts(trx, key);
  for (const { shard } of shards) await settleByDefault(trx, { ...key, shard }, now);
  for (const { shard, stretch } of stretches) {
    await issueStretch(inPart, shard, stretch, now, (input, judgement) =>
      msps.set(input.mspId, previewed(input, judgement)),
    );
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
    msps: [...msps.values()],
  };
}

/**
 * The real close in one transaction that is rolled back: a dry run cannot come to other totals than the run. Months need
 * not be in order, nor over; of one that is not, what was counted so far is taken. Throws PERIOD_OUT_OF_ORDER for a month that was
 * skipped: nothing of it is ever billed (rule 19), so there is nothing that it would come to.
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
