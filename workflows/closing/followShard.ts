import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ChildWorkflowCancellationType,
  ParentClosePolicy,
  startChild,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import type { OpenedShard } from '../../activities/openPeriod.js';
import { closeShard } from '../closeShard.js';
import { following } from '../policies.js';
import { BILLING_PERIOD, PROGRAMME, stage } from '../searchAttributes.js';
import { closeShardId } from './runIds.js';

/** How a shard ended: `mailed` by its latest execution, or why it failed. */
export type ShardEnd = { shard: number } & ({ ok: true; mailed: number } | { ok: false; error: string });

interface Run {
  programme: string;
  period: string;
}

/** Undefined: it runs already, begun by an earlier execution of the close. */
async function begin(
  { programme, period }: Run,
  shard: OpenedShard,
): Promise<ChildWorkflowHandle<typeof closeShard> | undefined> {
  try {
    return await startChild(closeShard, {
      workflowId: closeShardId(programme, period, shard.shard),
      args: [{ programme, period, ...shard }],
      // However the close ends, by hand or not, its shards go on: they are adopted by the next one.
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.ABANDON,
      typedSearchAttributes: [
        { key: PROGRAMME, value: programme },
        { key: BILLING_PERIOD, value: period },
        stage('collect'),
      ],
      staticSummary: `Close ${programme} ${period}, shard ${shard.shard}: ${shard.msps} MSPs, ${shard.zone}`,
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw error;
  }
}

/**
 * Starts a shard, or adopts the one that runs already, and returns how it ended. Its id is its identity: whatever becomes of
 * one execution (reset, or begun by an earlier close), the one that goes on under the id is waited for. An adopted one that
 * ends without success is started again once.
 */
export async function followShard(run: Run, shard: OpenedShard, begun: () => Promise<void>): Promise<ShardEnd> {
  for (;;) {
    const child = await begin(run, shard);
    await begun();
    if (child !== undefined) {
      try {
        return { shard: shard.shard, ok: true, mailed: (await child.result()).mailed };
      } catch {
        // What the id has come to says more than how this execution ended.
      }
    }
    const end = await following.followShard.executeWithOptions({ summary: `shard ${shard.shard}, until it ends` }, [
      { ...run, shard: shard.shard },
    ]);
    if (end.state === 'completed') return { shard: shard.shard, ok: true, mailed: end.mailed };
    if (child !== undefined) return { shard: shard.shard, ok: false, error: end.reason };
  }
}
