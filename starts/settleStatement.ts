import { WithStartWorkflowOperation, type UpdateDefinition } from '@temporalio/client';
import {
  decideCase,
  rateLoaded,
  retryIssue,
  settleStatement,
  settleStatementId,
  type CaseDecision,
  type CaseOutcome,
} from '../workflows/settleStatement.js';
import { ask, type WorkflowAnswer } from './ask.js';
import { start, type Starter } from './starter.js';

export { settleStatementId };

export interface Settlement {
  programme: string;
  period: string;
  mspId: string;
}

/** Who asks: the same id for a repeated request, which the workflow takes once, and how long it waits, in milliseconds. */
export interface Asking {
  requestId: string;
  timeoutMs: number;
}

/** How it is started, by the run or by a person's first decision: one that is running is used, one that ended may come again. */
function settlement(of: Settlement) {
  const { programme, period, mspId } = of;
  return {
    workflowType: settleStatement.name,
    workflowId: settleStatementId(of),
    args: [of] as [Settlement],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: `Statement ${programme} ${period} of MSP ${mspId}: waits for decisions`,
  } as const;
}

/** Makes sure that somebody waits for the decisions on an MSP's statement; idempotent. */
export async function startSettlement(starter: Starter, of: Settlement): Promise<void> {
  await start(starter, settlement(of));
}

/** Rule 24: tells an MSP's settlement that a rate was loaded; where none waits, one is started. Idempotent. */
export async function tellRateLoaded({ temporal, taskQueue }: Starter, of: Settlement): Promise<void> {
  const { workflowType, ...options } = settlement(of);
  await temporal.workflow.signalWithStart(workflowType, { ...options, taskQueue, signal: rateLoaded });
}

async function update<Result, Args extends unknown[]>(
  starter: Starter,
  of: Settlement,
  definition: UpdateDefinition<Result, Args>,
  args: Args,
  { requestId, timeoutMs }: Asking,
): Promise<WorkflowAnswer<Result>> {
  const { workflowType, ...options } = settlement(of);
  return ask(starter, timeoutMs, () =>
    starter.temporal.workflow.executeUpdateWithStart(definition, {
      args,
      updateId: requestId,
      startWorkflowOperation: new WithStartWorkflowOperation(workflowType, {
        ...options,
        taskQueue: starter.taskQueue,
      }),
    }),
  );
}

/** Passes a decision to the MSP's settlement and waits for what came of it. */
export function askDecision(
  starter: Starter,
  of: Settlement,
  decision: CaseDecision,
  asking: Asking,
): Promise<WorkflowAnswer<CaseOutcome>> {
  return update(starter, of, decideCase, [decision], asking);
}

/** Has a parked MSP tried again, after what was missing is there. */
export function askRetry(
  starter: Starter,
  of: Settlement,
  asking: Asking,
): Promise<WorkflowAnswer<{ statementNumber: string | null; parkedReason: string | null }>> {
  return update(starter, of, retryIssue, [], asking);
}

/** Returns once the MSP's settlement is over, however long that takes. */
export async function settlementEnded({ temporal }: Pick<Starter, 'temporal'>, of: Settlement): Promise<void> {
  await temporal.workflow.getHandle(settleStatementId(of)).result();
}
