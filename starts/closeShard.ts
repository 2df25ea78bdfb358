import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import type { closeShard } from '../workflows/closeShard.js';
import { closeShardId } from '../workflows/closing/runIds.js';
import type { Run } from './closePeriod.js';
import type { Starter } from './starter.js';

/** Where a shard of a run stands; `reason` is for people. */
export type ShardOutcome =
  { state: 'running' } | { state: 'completed'; mailed: number } | { state: 'ended'; reason: string };

/** Where the latest execution of a shard stands. */
export async function shardOutcome(
  { temporal }: Pick<Starter, 'temporal'>,
  { programme, period, shard }: Run & { shard: number },
): Promise<ShardOutcome> {
  const handle = temporal.workflow.getHandle<typeof closeShard>(closeShardId(programme, period, shard));
  try {
    const { status } = await handle.describe();
    if (status.name === 'RUNNING') return { state: 'running' };
    return { state: 'completed', mailed: (await handle.result()).mailed };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError)
      return { state: 'ended', reason: 'Temporal does not know it any more.' };
    if (!(error instanceof WorkflowFailedError)) throw error;
    return { state: 'ended', reason: innermost(error) };
  }
}

function innermost(error: Error): string {
  let found = error;
  while (found.cause instanceof Error) found = found.cause;
  return found.message;
}
