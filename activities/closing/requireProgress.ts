import { shardDeadlines } from '../../db/closing/gate.js';
import { openParticipants } from '../../db/closing/participants.js';
import type { ShardKey } from '../../db/closing/openRun.js';
import type { Trx } from '../../db/connect.js';
import { KontorError } from '../../domain/errors.js';
import { SHARD_STAGES, type RunKey, type ShardStage } from '../../domain/run.js';

/**
 * A database may have lost what it had confirmed, as after a failover to a replica that was behind; Temporal goes on all the
 * same, and would issue a month of which nothing is frozen. Begun again, a close does what is missing and nothing twice.
 */
function lost({ programme, period }: RunKey, what: string): KontorError {
  return new KontorError(
    'DATABASE_BEHIND',
    `${what}: the database has lost what it had confirmed. Once it is whole, start the close of ${programme}:${period} ` +
      'again (`kontor close`): it does what is missing, and nothing twice.',
  );
}

/** Throws DATABASE_BEHIND where a shard has not come as far as its workflow believes. */
export async function requireStage(trx: Trx, shard: ShardKey, wanted: ShardStage): Promise<void> {
  const { stage } = await shardDeadlines(trx, shard);
  if (SHARD_STAGES.indexOf(stage) >= SHARD_STAGES.indexOf(wanted)) return;
  throw lost(shard, `Shard ${shard.shard} is in "${stage}", and should be in "${wanted}"`);
}

/** Throws DATABASE_BEHIND where MSPs of a run that is to be sealed have neither a statement nor a reason why they are parked. */
export async function requireNoneOpen(trx: Trx, run: RunKey): Promise<void> {
  const open = await openParticipants(trx, run);
  if (open > 0) throw lost(run, `${open} MSPs are neither issued nor parked`);
}
