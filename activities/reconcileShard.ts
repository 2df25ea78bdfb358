import { z } from 'zod';
import { ALL, type Database, type Trx } from '../db/connect.js';
import { setShardStage, type ShardKey } from '../db/closing/openRun.js';
import { loadEarlierMonths } from '../db/closing/earlierMonths.js';
import { selectedMsps, shardSize, type Selection } from '../db/closing/participants.js';
import { estimatedLines } from '../db/closing/estimatedLines.js';
import { monthRules } from '../db/closing/monthRules.js';
import {
  countOpenCases,
  insertFacts,
  insertFindings,
  insertUnknownKeys,
  openMspCases,
  reconciledMsps,
} from '../db/closing/reconciliation.js';
import { openLateCases } from '../db/closing/lateCases.js';
import { loadSiteFacts } from '../db/closing/siteFacts.js';
import { mostlyEstimatedMsps } from '../domain/month/mostlyEstimatedMsps.js';
import { reconcileSite } from '../domain/reconcile/index.js';
import { MSPS_AT_ONCE, runKeyOf, type RunInput } from '../domain/run.js';
import { beat, earlierProgress } from './beating.js';
import { narrowing, type InTransaction, type Stretch } from './closing/narrowing.js';
import { parkBroken } from './closing/parkBroken.js';

export interface ShardInput extends RunInput {
  shard: number;
  now: string;
}

/**
 * Freezes the facts of the selected MSPs' sites and writes every finding as a case. An MSP whose facts are frozen stays as
 * it is: what arrived since is late (rule 7), and findings from it would contradict the facts.
 */
export async function reconcile(
  trx: Trx,
  selection: Selection,
  now: Date,
): Promise<{ sites: number; findings: number }> {
  const { programme, period: before } = selection;
  const { settings, kinds } = await monthRules(trx, selection);
  const mspIds = await selectedMsps(trx, selection);
  // By what the statement of this month corrects of earlier ones: else it would be corrected itself by the next one.
  const { ratedAgain } = await loadEarlierMonths(trx, { programme, mspIds, before });
  const loaded = await loadSiteFacts(trx, selection, ratedAgain);
  const frozen = await reconciledMsps(trx, selection, mspIds);
  const facts = loaded.filter(({ mspId }) => !frozen.has(mspId));
  const findings = facts.flatMap(({ mspId, facts: site }) =>
    reconcileSite(site, settings.discrepancies, kinds).map((finding) => ({ mspId, finding })),
  );
  await insertFacts(trx, selection, facts, now);
  await insertFindings(trx, selection, findings, settings.discrepancies, now);
  if (kinds.includes('mostly_estimated')) {
    const months = await estimatedLines(trx, selection, settings.discrepancies.mostlyEstimated.months);
    const estimated = mostlyEstimatedMsps(facts, months, settings.discrepancies, kinds);
    await openMspCases(trx, selection, 'mostly_estimated', estimated, settings.discrepancies, now);
  }
  await openLateCases(trx, selection, { settings, kinds, now });
  return { sites: facts.length, findings: findings.length };
}

/** Reconciles a stretch of a shard; an MSP whose month breaks it is parked, and the others are done. */
export async function reconcileStretch(
  inTransaction: InTransaction,
  shard: ShardKey,
  stretch: Stretch,
  now: Date,
): Promise<{ sites: number; findings: number }> {
  const total = { sites: 0, findings: 0 };
  await narrowing(
    inTransaction,
    stretch,
    async (trx, part) => {
      const done = await reconcile(trx, { ...shard, ...part }, now);
      total.sites += done.sites;
      total.findings += done.findings;
    },
    (trx, position, error) => parkBroken(trx, shard, { position, error, code: 'RECONCILE_FAILED', now }),
  );
  return total;
}

const progressSchema = z.object({ from: z.int(), sites: z.int(), findings: z.int() });
const NOTHING = { from: 0, sites: 0, findings: 0 };

/** Idempotent by run and MSP. The chunk an attempt died in was rolled back as a whole; those before it are left alone. */
export const reconcileShard =
  ({ db }: { db: Database }) =>
  async (input: ShardInput): Promise<{ sites: number; findings: number; openCases: number }> => {
    const at = new Date(input.now);
    const shard = { ...runKeyOf(input), shard: input.shard };
    const size = await db.transaction(ALL, (trx) => shardSize(trx, shard));
    const inTransaction: InTransaction = (work) => db.transaction(ALL, work);
    let { from, ...total } = progressSchema.catch(NOTHING).parse(earlierProgress());
    while (from < size) {
      const to = Math.min(size, from + MSPS_AT_ONCE);
      const chunk = await reconcileStretch(inTransaction, shard, { from, to }, at);
      total = { sites: total.sites + chunk.sites, findings: total.findings + chunk.findings };
      from = to;
      beat({ from, ...total });
    }
    const openCases = await db.transaction(ALL, async (trx) => {
      await insertUnknownKeys(trx, shard, at);
      await setShardStage(trx, shard, 'review');
      return countOpenCases(trx, shard);
    });
    return { ...total, openCases };
  };
