import { KONTOR } from '../domain/access/actor.js';
import { appendAudit } from '../db/access/auditStore.js';
import { ALL, type Database } from '../db/connect.js';
import { setShardStage } from '../db/closing/openRun.js';
import { settleByDefault } from '../db/closing/reconciliation.js';
import { requireStage } from './closing/requireProgress.js';
import { runKeyOf, runSubject } from '../domain/run.js';
import type { ShardInput } from './reconcileShard.js';

/** Ends the review. Idempotent by case: only those that are still open get their default. Throws DATABASE_BEHIND. */
export const applyDefaults =
  ({ db }: { db: Database }) =>
  (input: ShardInput): Promise<{ settled: number }> =>
    db.transaction(ALL, async (trx) => {
      const at = new Date(input.now);
      const shard = { ...runKeyOf(input), shard: input.shard };
      await requireStage(trx, shard, 'review');
      // The stage ends decisions in the same transaction that settles what is left.
      await setShardStage(trx, shard, 'issue');
      const settled = await settleByDefault(trx, shard, at);
      if (settled > 0) {
        appendAudit(trx, {
          at,
          actor: KONTOR,
          action: 'cases.settledByDefault',
          subject: runSubject(input),
          after: { shard: input.shard, cases: settled },
        });
      }
      return { settled };
    });
