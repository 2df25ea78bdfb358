import type { Actor } from '../../domain/access/actor.js';
import { databaseBehind, type RunKey, type ShardStage } from '../../domain/run.js';
import { rows, type Trx } from '../connect.js';
import type { ShardDeadlines, ShardKey } from './openRun.js';

/** Whether somebody let the run go on with too many silent sites (rule 4). */
export async function isReleased(trx: Trx, { programme, period }: RunKey): Promise<boolean> {
  const [row] = await rows<{ released: boolean }>(
    trx,
    `select released_at is not null as released from billing_run
     where programme_code = :programme and period = :period`,
    { programme, period },
  );
  return row?.released ?? false;
}

/** Lets the run go on; false where somebody did before. */
export async function releaseRun(
  trx: Trx,
  { programme, period, at, by, reason }: RunKey & { at: Date; by: Actor; reason: string },
): Promise<boolean> {
  const released = await rows(
    trx,
    `update billing_run set released_at = :at, released_by = :by, release_reason = :reason
     where programme_code = :programme and period = :period and state = 'open' and released_at is null returning period`,
    { programme, period, at, by, reason },
  );
  return released.length > 0;
}

/**
 * Extends the collection of every shard that waits at the gate or still collects; the review keeps its length. Returns
 * how many shards that were.
 */
export async function extendCollection(
  trx: Trx,
  { programme, period, until }: RunKey & { until: Date },
): Promise<number> {
  const extended = await rows(
    trx,
    `update run_shard set review_until = greatest(review_until, :until::timestamptz + (review_until - collect_until)),
       issue_from = greatest(issue_from, :until::timestamptz + (review_until - collect_until)), collect_until = :until,
       stage = 'collect'
     where programme_code = :programme and period = :period and stage in ('collect', 'gate')
       and collect_until < :until returning shard`,
    { programme, period, until },
  );
  return extended.length;
}

/** Ends the collection of a shard at that instant, unless it ended before or is over. */
export async function endCollection(trx: Trx, { programme, period, shard }: ShardKey, at: Date): Promise<void> {
  await rows(
    trx,
    `update run_shard set collect_until = least(collect_until, :at)
     where programme_code = :programme and period = :period and shard = :shard and stage in ('collect', 'gate')`,
    { programme, period, shard, at },
  );
}

/** Ends every wait of a shard before the issue at that instant, those that are still to come too. */
export async function endReview(trx: Trx, { programme, period, shard }: ShardKey, at: Date): Promise<void> {
  await rows(
    trx,
    `update run_shard set collect_until = least(collect_until, :at), review_until = least(review_until, :at),
       issue_from = least(issue_from, :at)
     where programme_code = :programme and period = :period and shard = :shard`,
    { programme, period, shard, at },
  );
}

/**
 * Where a shard stands and its deadlines as they are now; `for update`: nobody moves them until the transaction is over.
 * Throws DATABASE_BEHIND where there is none: a shard is begun once it is committed.
 */
export async function shardDeadlines(
  trx: Trx,
  { programme, period, shard }: ShardKey,
  lock: '' | 'for update' = '',
): Promise<Pick<ShardDeadlines, 'collectUntil' | 'reviewUntil' | 'issueFrom'> & { stage: ShardStage }> {
  const [row] = await rows<Pick<ShardDeadlines, 'collectUntil' | 'reviewUntil' | 'issueFrom'> & { stage: ShardStage }>(
    trx,
    `select stage, collect_until as "collectUntil", review_until as "reviewUntil", issue_from as "issueFrom" from run_shard
     where programme_code = :programme and period = :period and shard = :shard ${lock}`,
    { programme, period, shard },
  );
  if (row === undefined) throw databaseBehind({ programme, period }, `Shard ${shard} is not there any more`);
  return row;
}
