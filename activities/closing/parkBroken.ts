import type { Trx } from '../../db/connect.js';
import { parkParticipants, participantAt } from '../../db/closing/participants.js';
import type { ShardKey } from '../../db/closing/openRun.js';
import { codeOf, saidBy } from '../../db/transient.js';
import { KontorError } from '../../domain/errors.js';
import { remind } from '../remindParked.js';

/** Numbers that the database or the language cannot hold. */
function isTooLarge(error: unknown): boolean {
  return error instanceof RangeError || codeOf(error) === '22003';
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? saidBy(error) : String(error);
  if (isTooLarge(error)) return `A count or an amount of its month is too large to be billed: ${message}.`;
  return `Its month cannot be worked out: ${message}.`;
}

/**
 * Parks the MSP whose month breaks a step of the close for all others, and tells the partner team at once. `code` says which
 * step. An MSP that was issued or parked meanwhile stays as it is.
 */
export async function parkBroken(
  trx: Trx,
  shard: ShardKey,
  {
    position,
    error,
    code,
    now,
  }: { position: number; error: unknown; code: 'RECONCILE_FAILED' | 'ISSUE_FAILED'; now: Date },
): Promise<void> {
  const mspId = await participantAt(trx, shard, position);
  if (mspId === undefined) return;
  const named = error instanceof KontorError ? error.code : code;
  await parkParticipants(trx, shard, [
    { mspId, code: code === 'RECONCILE_FAILED' ? code : named, reason: reasonOf(error) },
  ]);
  await remind(trx, { ...shard, mspId }, now);
}
