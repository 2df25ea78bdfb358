import { ALL, type Database } from '../db/connect.js';
import { setShardStage } from '../db/closing/openRun.js';

/** Twice is once: the stage is set, not moved. */
export const finishShard =
  ({ db }: { db: Database }) =>
  ({ period, shard }: { period: string; shard: number }): Promise<void> =>
    db.transaction(ALL, (trx) => setShardStage(trx, period, shard, 'done'));
