import type { Client } from '@temporalio/client';
import type { RunInput } from '../../domain/run.js';
import { closePeriodId } from '../../starts/closePeriod.js';
import { settleStatementId } from '../../starts/settleStatement.js';

/** Events in histories: of the run and its shards, and of the statements that people took in hand. */
export interface HistoryEvents {
  run: number;
  people: number;
}

/** Counted over every run of `closePeriod`, `closeShard` and `settleStatement` of a month. */
export async function historyEvents(client: Client, run: RunInput): Promise<HistoryEvents> {
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
  const id = closePeriodId(run.programme, run.period);
  return {
    run: await count((other) => other === id || other.startsWith(`${id}:`), id),
    people: await count(() => true, settleStatementId({ ...run, mspId: '' })),
  };
}
