import type { Client } from '@temporalio/client';
import { closePeriodId } from '../../workflows/closePeriod.js';
import { closeShardId } from '../../workflows/closeShard.js';
import { settleStatementId } from '../../workflows/settleStatement.js';

/** Events in the histories of a period's close: `closePeriod`, every `closeShard`, every run of every `settleStatement`. */
export async function historyEvents(client: Client, period: string): Promise<number> {
  let events = 0;
  // By id range: the search attribute would also find the dry run, and ids are there from the first event on.
  for (const prefix of [closePeriodId(period), settleStatementId(period, '')]) {
    for await (const { workflowId, runId } of client.workflow.list({ query: `WorkflowId STARTS_WITH '${prefix}'` })) {
      if (!belongs(workflowId, period)) continue;
      events += (await client.workflow.getHandle(workflowId, runId).describe()).historyLength;
    }
  }
  return events;
}

function belongs(workflowId: string, period: string): boolean {
  return [closePeriodId(period), closeShardId(period, 0).replace(/0$/, ''), settleStatementId(period, '')].some(
    (start, index) => (index === 0 ? workflowId === start : workflowId.startsWith(start)),
  );
}
