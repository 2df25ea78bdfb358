import { WorkflowNotFoundError } from '@temporalio/client';
import { DeterminismViolationError } from '@temporalio/workflow';
import { Worker, type ReplayWorkerOptions } from '@temporalio/worker';
import { openMonths, strangeIn, type OpenMonth } from '../db/closing/strangeMonths.js';
import { ALL, type Database } from '../db/connect.js';
import { KontorError } from '../domain/errors.js';
import { closePeriodId } from '../starts/closePeriod.js';
import { closeShardId } from '../workflows/closeShard.js';
import type { Starter } from '../starts/starter.js';

interface Deps extends Pick<Starter, 'temporal'> {
  db: Database;
}

/** The running workflows of these months with what they have done so far. */
async function* histories({ temporal }: Deps, months: readonly OpenMonth[]) {
  for (const { programme, period, shards } of months) {
    const ids = [closePeriodId(programme, period), ...shards.map((shard) => closeShardId(programme, period, shard))];
    for (const workflowId of ids) {
      const handle = temporal.workflow.getHandle(workflowId);
      try {
        const { status } = await handle.describe();
        if (status.name === 'RUNNING') yield { workflowId, history: await handle.fetchHistory() };
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    }
  }
}

function refusal(sentences: readonly string[], way: string): KontorError {
  return new KontorError('CONFIGURATION_INVALID', [...sentences, way].join('\n'));
}

/**
 * Looks whether this version can go on with every month that is open, before it takes any part of one. Throws
 * CONFIGURATION_INVALID with the months and workflows that it would leave standing: those that another version opened in
 * a shape unknown here, and those whose workflows do not fit.
 */
export async function requireKnownMonths(deps: Deps, replay: ReplayWorkerOptions): Promise<void> {
  const { months, strange } = await deps.db.transaction(ALL, async (trx) => {
    const found: string[] = [];
    const open = await openMonths(trx);
    for (const { programme, period } of open) {
      for (const why of await strangeIn(trx, { programme, period })) {
        found.push(`This version of Kontor cannot go on with ${period} of "${programme}", which is open: ${why}.`);
      }
    }
    return { months: open, strange: found };
  });
  if (strange.length > 0) {
    throw refusal(strange, 'Run the version that opened it, or a newer one, until the month is sealed.');
  }
  // Making what replays takes half a second.
  if (months.length === 0) return;
  const unfit: string[] = [];
  for await (const { workflowId, error } of Worker.runReplayHistories(replay, histories(deps, months))) {
    if (error instanceof DeterminismViolationError) {
      unfit.push(`The workflow ${workflowId} was begun by a version of Kontor with which this one does not fit.`);
    }
  }
  if (unfit.length === 0) return;
  throw refusal(
    unfit,
    'Run the version that began it until the month is sealed; or terminate it in Temporal, start this version, and start ' +
      'the close again (`kontor close`): the month ends the same.',
  );
}
