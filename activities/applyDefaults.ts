import { appendAudit } from '../db/access/auditStore.js';
import { ALL, type Database } from '../db/connect.js';
import { setShardStage } from '../db/closing/openRun.js';
import { settleByDefault } from '../db/closing/reconciliation.js';
import type { ShardInput } from './reconcileShard.js';

/** Ends the review. Twice is once: only cases that are still open get their default. */
export const applyDefaults =
  ({ db }: { db: Database }) =>
  ({ period, shard, now }: ShardInput): Promise<{ settled: number }> =>
    db.transaction(ALL, async (trx) => {
      const at = new Date(now);
      // The stage closes the door for decisions in the same transaction that settles what is left.
      await setShardStage(trx, period, shard, 'issue');
      const settled = await settleByDefault(trx, period, shard, at);
      if (settled > 0) {
        await appendAudit(trx, {
          at,
          actor: 'kontor',
          action: 'cases.settled_by_default',
          subject: `run:${period}`,
          after: { shard, cases: settled },
        });
      }
      return { settled };
    });
