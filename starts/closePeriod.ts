import { WorkflowNotFoundError } from '@temporalio/common';
import type { MadeDecision } from '../domain/decision.js';
import { KontorError } from '../domain/errors.js';
import {
  closePeriod,
  closePeriodId,
  endCollection,
  decideCompleteness,
  endReview,
  type CompletenessOutcome,
  type ClosePeriodInput,
  type CloseResult,
} from '../workflows/closePeriod.js';
import { BILLING_PERIOD, PROGRAMME } from '../workflows/searchAttributes.js';
import { ask, type WorkflowAnswer } from './ask.js';
import { start, type Starter, type WorkflowStart } from './starter.js';

export { closePeriodId };

/** Which run. */
export interface Run {
  programme: string;
  period: string;
}

/** The waits of a run that the partner team may end before their deadline. */
const ENDS = { collection: endCollection, review: endReview } as const;

/** How a close is started. */
export function closeStart(input: ClosePeriodInput): WorkflowStart {
  return {
    workflowType: closePeriod.name,
    workflowId: closePeriodId(input.programme, input.period),
    args: [input],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
    typedSearchAttributes: [
      { key: PROGRAMME, value: input.programme },
      { key: BILLING_PERIOD, value: input.period },
    ],
    staticSummary: `Close of ${input.programme} ${input.period}`,
  };
}

/**
 * Starts the close of a period; false when it is going on or went well before: the id is programme and period, so there is one
 * (rule 1). One that failed may be started again and goes on from what the database holds. `unsealed`: the database says that the
 * month is not over, whatever Temporal knows: it was restored from a backup.
 */
export function startClose(
  starter: Starter,
  input: ClosePeriodInput,
  { unsealed = false }: { unsealed?: boolean } = {},
): Promise<boolean> {
  return start(starter, {
    ...closeStart(input),
    ...(unsealed ? { workflowIdReusePolicy: 'ALLOW_DUPLICATE' } : {}),
  });
}

/** Ends a wait of the run for all its shards, idempotent; false where no such run is going on. */
export async function endWaitOfClose(
  { temporal }: Pick<Starter, 'temporal'>,
  { programme, period }: Run,
  wait: keyof typeof ENDS,
): Promise<boolean> {
  try {
    await temporal.workflow.getHandle(closePeriodId(programme, period)).signal(ENDS[wait]);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** What the close of the period came to, once it is over, however long that takes; throws when it failed. */
export function closeResult({ temporal }: Pick<Starter, 'temporal'>, { programme, period }: Run): Promise<CloseResult> {
  return temporal.workflow.getHandle<typeof closePeriod>(closePeriodId(programme, period)).result();
}

/**
 * Passes a person's decision on the completeness gate (rule 4) to the run and waits for what came of it, for at most
 * `timeoutMs` milliseconds. Throws STATE_CONFLICT where no such run is going on.
 */
export async function askCompleteness(
  starter: Starter,
  { programme, period }: Run,
  decision: MadeDecision,
  { requestId, timeoutMs }: { requestId: string; timeoutMs: number },
): Promise<WorkflowAnswer<CompletenessOutcome>> {
  const handle = starter.temporal.workflow.getHandle(closePeriodId(programme, period));
  try {
    return await ask(starter, timeoutMs, () =>
      handle.executeUpdate(decideCompleteness, { args: [decision], updateId: requestId }),
    );
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new KontorError('STATE_CONFLICT', `No close of ${period} of "${programme}" is going on.`);
  }
}
