import { WithStartWorkflowOperation, WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/client';
import {
  decideCase,
  retryIssue,
  settleStatement,
  settleStatementId,
  type CaseDecision,
  type CaseOutcome,
} from '../workflows/settleStatement.js';
import type { ApiDeps } from './deps.js';
import type { Limits } from './http/limits.js';
import { askWorkflow, type WorkflowAnswer } from './workflowCall.js';

interface Settlement {
  deps: ApiDeps;
  limits: Limits;
  period: string;
  mspId: string;
  /** The same for a repeated request: the workflow takes it once. */
  requestId: string;
}

/** A person's first decision starts the workflow of the MSP's statement; later ones find it running. */
function withStart({ deps, period, mspId }: Settlement) {
  return new WithStartWorkflowOperation(settleStatement, {
    taskQueue: deps.taskQueue,
    workflowId: settleStatementId(period, mspId),
    args: [{ period, mspId }],
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    staticSummary: `Statement ${period} of MSP ${mspId}: decided by people`,
  });
}

/** Hands a decision to the MSP's settlement and waits for what came of it. */
export function askDecision(to: Settlement, decision: CaseDecision): Promise<WorkflowAnswer<CaseOutcome>> {
  const { temporal } = to.deps;
  return askWorkflow({ temporal, limits: to.limits }, () =>
    temporal.workflow.executeUpdateWithStart(decideCase, {
      args: [decision],
      updateId: to.requestId,
      startWorkflowOperation: withStart(to),
    }),
  );
}

/** Has a parked MSP tried again, after what was missing is there. */
export function askRetry(
  to: Settlement,
  author: string,
): Promise<WorkflowAnswer<{ statementNumber: string | null; parkedReason: string | null }>> {
  const { temporal } = to.deps;
  return askWorkflow({ temporal, limits: to.limits }, () =>
    temporal.workflow.executeUpdateWithStart(retryIssue, {
      args: [{ author }],
      updateId: to.requestId,
      startWorkflowOperation: withStart(to),
    }),
  );
}
