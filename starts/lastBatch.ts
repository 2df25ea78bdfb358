import { WithStartWorkflowOperation, WorkflowNotFoundError } from '@temporalio/client';
import { KontorError } from '../domain/errors.js';
import type { MailBatch, ToldBatch } from '../domain/mailBatch.js';
import { keepLastBatch, keepLastBatchId, LAST_BATCH, tellBatch } from '../workflows/keepLastBatch.js';
import { ask } from './ask.js';
import type { Starter } from './starter.js';

/** A worker that is busy answers within this; who sends mails asks again. */
const ANSWER_MS = 10_000;

/**
 * Tells Temporal of a batch of a database's mails, and returns the last one that it keeps then. Idempotent. Throws
 * TEMPORAL_UNAVAILABLE where no worker takes it in time.
 */
export async function tellLastBatch(starter: Starter, database: string, told: ToldBatch): Promise<MailBatch> {
  const answer = await ask(starter, ANSWER_MS, () =>
    starter.temporal.workflow.executeUpdateWithStart(tellBatch, {
      args: [told],
      // Told again after another one, it is another question.
      updateId: `${told.batch.token}:${told.after?.token ?? ''}`,
      startWorkflowOperation: new WithStartWorkflowOperation(keepLastBatch, {
        workflowId: keepLastBatchId(database),
        taskQueue: starter.taskQueue,
        args: [{ last: null }],
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        staticSummary: 'Keeps which batch of mails was sent last, so that a restored database is noticed',
      }),
    }),
  );
  if (!answer.answered) {
    throw new KontorError('TEMPORAL_UNAVAILABLE', 'No worker has taken in time which batch of mails is sent.');
  }
  return answer.result;
}

/** The last batch of a database's mails that Temporal keeps; null: none. Needs no worker. */
export async function readLastBatch(
  { temporal }: Pick<Starter, 'temporal'>,
  database: string,
): Promise<MailBatch | null> {
  try {
    const { memo } = await temporal.workflow.getHandle(keepLastBatchId(database)).describe();
    return (memo?.[LAST_BATCH] as MailBatch | undefined) ?? null;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
