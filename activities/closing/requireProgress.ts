import { shardDeadlines } from '../../db/closing/gate.js';
import { openParticipants } from '../../db/closing/participants.js';
import type { ShardKey } from '../../db/closing/openRun.js';
import type { Trx } from '../../db/connect.js';
import { databaseBehind, SHARD_STAGES, type RunKey, type ShardStage } from '../../domain/run.js';

/** Throws DATABASE_BEHIND where a shard has not come as far as its workflow believes. */
export async function requireStage(trx: Trx, shard: ShardKey, wanted: ShardStage): Promise<void> {
  const { stage } = await shardDeadlines(trx, shard);
  if (SHARD_STAGES.indexOf(stage) >= SHARD_STAGES.indexOf(wanted)) return;
  throw databaseBehind(shard, `Shard ${shard.shard} is in "${stage}", and should be in "${wanted}"`);
}

/** Throws DATABASE_BEHIND where MSPs of a run that is to be sealed have neither a statement nor a reason why they are parked. */
export async function requireNoneOpen(trx: Trx, run: RunKey): Promise<void> {
  const open = await openParticipants(trx, run);
  if (open > 0) throw databaseBehind(run, `${open} MSPs are neither issued nor parked`);
}
