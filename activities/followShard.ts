import { KontorError } from '../domain/errors.js';
import type { RunInput } from '../domain/run.js';
import type { ActivityDeps } from './deps.js';

/** How a shard ended; `reason` is for people. */
export type FollowedShard = { state: 'completed'; mailed: number } | { state: 'ended'; reason: string };

/** Throws SHARD_RUNNING, to be tried again, as long as the shard runs. Reads only. */
export const followShard =
  ({ shards }: Pick<ActivityDeps, 'shards'>) =>
  async (shard: RunInput & { shard: number }): Promise<FollowedShard> => {
    const outcome = await shards.outcome(shard);
    if (outcome.state !== 'running') return outcome;
    throw new KontorError(
      'SHARD_RUNNING',
      `Shard ${shard.shard} is at work, begun by an earlier close; it is waited for.`,
    );
  };
