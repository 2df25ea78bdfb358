import type { Client } from '@temporalio/client';
import { closePeriodId } from '../../starts/closePeriod.js';
import { settleStatementId } from '../../starts/settleStatement.js';

/** Events in histories: of the run and its shards, and of the statements that people took in hand. */
export interface HistoryEvents {
  run: number;
  people: number;
}

/** Counted over every run of `closePeriod`, `closeShard` and `settleStatement` of a period. */
export async function historyEvents(client: Client, period: string): Promise<HistoryEvents> {
  const count = async (belongs: (workflowId: string) => boolean, prefix: string) => {
    let events = 0;
    // By id range: the search attribute would also find the dry run, and ids are there from the first event on.
    for await (const { workflowId, runId } of client.workflow.list({ query: `WorkflowId STARTS_WITH '${prefix}'` })) {
      if (belongs(workflowId)) {
        events += (await client.workflow.getHandle(workflowId, runId).describe()).historyLength;
      }
    }
    return events;
  };
  const run = closePeriodId(period);
  return {
    run: await count((id) => id === run || id.startsWith(`${run}:`), run),
    people: await count(() => true, settleStatementId(period, '')),
  };
}
