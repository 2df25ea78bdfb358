import { WorkflowIdConflictPolicy, WorkflowIdReusePolicy, type Client } from '@temporalio/client';
import { ALL, type Database } from '../db/connect.js';
import { parkedMsps } from '../db/closing/participants.js';
import { settleStatementId } from '../domain/workflowIds.js';

/** Twice is once: the workflow id is the MSP and period, and one that runs already is used. */
export const startSettlements =
  ({ db, temporal, taskQueue }: { db: Database; temporal: Client; taskQueue: string }) =>
  async ({ period, shard }: { period: string; shard: number }): Promise<{ started: number }> => {
    const mspIds = await db.transaction(ALL, (trx) => parkedMsps(trx, period, shard));
    for (const mspId of mspIds) {
      await temporal.workflow.start('settleStatement', {
        taskQueue,
        workflowId: settleStatementId(period, mspId),
        args: [{ period, mspId }],
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
        workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
        staticSummary: `Statement ${period} of MSP ${mspId}: waits for a person`,
      });
    }
    return { started: mspIds.length };
  };
