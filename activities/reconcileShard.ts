import { heartbeat } from '@temporalio/activity';
import { ALL, type Database, type Trx } from '../db/connect.js';
import { setShardStage } from '../db/closing/openRun.js';
import { shardSize, type Selection } from '../db/closing/participants.js';
import { countOpenCases, insertFacts, insertFindings, insertUnknownKeys } from '../db/closing/reconciliation.js';
import { loadSiteFacts } from '../db/closing/siteFacts.js';
import { DEFAULT_SETTINGS, reconcileSite } from '../domain/reconcile/index.js';

export interface ShardInput {
  period: string;
  shard: number;
  now: string;
}

/** MSPs reconciled in one transaction: some thousand sites. */
export const RECONCILE_CHUNK = 100;

/** Freezes the facts of the selected MSPs' sites and writes every finding as a case. */
export async function reconcile(
  trx: Trx,
  selection: Selection,
  now: Date,
): Promise<{ sites: number; findings: number }> {
  const facts = await loadSiteFacts(trx, selection);
  const findings = facts.flatMap(({ mspId, facts: site }) =>
    reconcileSite(site, DEFAULT_SETTINGS).map((finding) => ({ mspId, finding })),
  );
  await insertFacts(trx, selection.period, facts, now);
  await insertFindings(trx, selection.period, findings, now);
  return { sites: facts.length, findings: findings.length };
}

/**
 * Twice is once: facts and findings have natural keys and the first word stands; the chunk an attempt died in was rolled
 * back as a whole.
 */
export const reconcileShard =
  ({ db }: { db: Database }) =>
  async ({ period, shard, now }: ShardInput): Promise<{ sites: number; findings: number; openCases: number }> => {
    const at = new Date(now);
    const size = await db.transaction(ALL, (trx) => shardSize(trx, period, shard));
    const total = { sites: 0, findings: 0 };
    for (let from = 0; from < size; from += RECONCILE_CHUNK) {
      const chunk = await db.transaction(ALL, (trx) =>
        reconcile(trx, { period, shard, from, to: from + RECONCILE_CHUNK }, at),
      );
      total.sites += chunk.sites;
      total.findings += chunk.findings;
      heartbeat(from + RECONCILE_CHUNK);
    }
    const openCases = await db.transaction(ALL, async (trx) => {
      await insertUnknownKeys(trx, period, at);
      await setShardStage(trx, period, shard, 'review');
      return countOpenCases(trx, period, shard);
    });
    return { ...total, openCases };
  };
