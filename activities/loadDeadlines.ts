import { shardDeadlines } from '../db/closing/gate.js';
import { ALL, type Database } from '../db/connect.js';
import { runKeyOf, type RunInput } from '../domain/run.js';

/** The deadlines of a shard as they are now, ISO instants. Reads only. */
export const loadDeadlines =
  ({ db }: { db: Database }) =>
  (input: RunInput & { shard: number }): Promise<{ collectUntil: string; reviewUntil: string }> =>
    db.transaction(ALL, async (trx) => {
      const { collectUntil, reviewUntil } = await shardDeadlines(trx, { ...runKeyOf(input), shard: input.shard });
      return { collectUntil: collectUntil.toISOString(), reviewUntil: reviewUntil.toISOString() };
    });
