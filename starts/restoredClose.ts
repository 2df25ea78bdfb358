import { WorkflowNotFoundError } from '@temporalio/client';
import type { Actor } from '../domain/access/actor.js';
import type { RunInput } from '../domain/run.js';
import { closePeriodId, closeShardId } from '../workflows/closing/runIds.js';
import { closeStart } from './closePeriod.js';
import { start, type Starter } from './starter.js';

/**
 * Has a run go on from what a restored database holds: its executions know what the database has forgotten, so those that are
 * running are ended, and the close is begun anew even where it had gone well, with the waits of rule 1.
 */
export async function restartClose(
  starter: Starter,
  { programme, period }: RunInput,
  { openedBy, shards }: { openedBy: Actor; shards: readonly number[] },
): Promise<void> {
  const ids = [closePeriodId(programme, period), ...shards.map((shard) => closeShardId(programme, period, shard))];
  for (const id of ids) {
    try {
      await starter.temporal.workflow.getHandle(id).terminate('The database was restored from a backup.');
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }
  const input = { programme, period, openedBy, collectUntil: null, reviewUntil: null, skipReason: null };
  await start(starter, { ...closeStart(input), workflowIdReusePolicy: 'ALLOW_DUPLICATE' });
}
