import { shardDeadlines } from '../db/closing/gate.js';
import { ALL, type Database } from '../db/connect.js';
import { runKeyOf, type RunInput } from '../domain/run.js';

/** The deadlines of a shard as they are now, ISO instants. Reads only. */
export const loadDeadlines =
  ({ db }: { db: Database }) =>
  (input: RunInput & { shard: number }): Promise<{ collectUntil: string; reviewUntil: string; issueFrom: string }> =>
    db.transaction(ALL, async (trx) => {
      const shard = { ...runKeyOf(input), shard: input.shard };
      const { collectUntil, reviewUntil, issueFrom } = await shardDeadlines(trx, shard);
      return {
        collectUntil: collectUntil.toISOString(),
        reviewUntil: reviewUntil.toISOString(),
        issueFrom: issueFrom.toISOString(),
      };
    });
