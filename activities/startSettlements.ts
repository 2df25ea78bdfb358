import { ALL } from '../db/connect.js';
import { runKeyOf, type RunInput } from '../domain/run.js';
import { parkedMsps } from '../db/closing/participants.js';
import type { ActivityDeps } from './deps.js';

/** Has people wait for every parked MSP of the shard. Repeating it is safe: one that is waited for already is left as it is. */
export const startSettlements =
  ({ db, settlements }: Pick<ActivityDeps, 'db' | 'settlements'>) =>
  async ({ shard, ...run }: RunInput & { shard: number }): Promise<{ started: number }> => {
    const key = runKeyOf(run);
    const mspIds = await db.transaction(ALL, (trx) => parkedMsps(trx, { ...key, shard }));
    for (const mspId of mspIds) await settlements.start({ ...key, mspId });
    return { started: mspIds.length };
  };
