import { WorkflowNotFoundError } from '@temporalio/common';
import { MSP_ID, stage } from '../workflows/searchAttributes.js';
import { mspOnboardingId, onboardSites, sitesChanged } from '../workflows/onboardSites.js';
import type { Starter } from './starter.js';

/** Tells the workflows of MSPs that their sites or tenants changed. */
export interface OnboardingStarts {
  /**
   * Call it after the commit. Not waited for: the rows say what is true, and no connection or lock is held while Temporal
   * is asked. Changes of one MSP within two seconds are told together; while Temporal is away, telling is tried again.
   */
  changed(mspId: string): void;
  /** Tells at once what is still to be told, once; at the end of the process. */
  close(): Promise<void>;
}

/** Changes of one MSP within this time are one signal: an MSP that adds a hundred sites does so in a few seconds. */
const TOGETHER_MS = 2_000;
/** Telling is a read and a write of the server; longer is a server in trouble. */
const TELL_TIMEOUT_MS = 5_000;
/** Until a server that was away is asked again. */
const RETRY_MS = 15_000;

interface Log {
  warn(details: object, message: string): void;
}

/** `temporal.api.enums.v1.PendingWorkflowTaskState.PENDING_WORKFLOW_TASK_STATE_SCHEDULED` */
const SCHEDULED = 1;

/**
 * Whether the workflow is about to look at the database anyway. While no worker is up signals would else pile up, and some
 * 1,500 at once end the worker that takes them ("async hook stack has become corrupted", SDK 1.24 on Node 20).
 */
async function isAboutToLook(temporal: Starter['temporal'], workflowId: string): Promise<boolean> {
  try {
    const { raw } = await temporal.workflow.getHandle(workflowId).describe();
    const state: number | null | undefined = raw.pendingWorkflowTask?.state;
    return state === SCHEDULED;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/**
 * Signal-with-start: the first site or tenant of an MSP starts its workflow, and so does the next one after it ended
 * because nothing was open, or was lost with Temporal's data.
 */
async function tell({ temporal, taskQueue }: Starter, mspId: string): Promise<void> {
  const workflowId = mspOnboardingId(mspId);
  await temporal.withDeadline(Date.now() + TELL_TIMEOUT_MS, async () => {
    if (await isAboutToLook(temporal, workflowId)) return;
    await temporal.workflow.signalWithStart(onboardSites, {
      taskQueue,
      workflowId,
      args: [{ mspId }],
      signal: sitesChanged,
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      typedSearchAttributes: [{ key: MSP_ID, value: mspId }, stage('awaiting activation')],
      staticSummary: `Sites and tenants of MSP ${mspId}`,
      staticDetails: 'Reminds the MSP of sites that nobody activates; makes tenants active with their sites.',
    });
  });
}

/** One for a process: what it is told within two seconds it tells together. */
export function createOnboardingStarts(starter: Starter & { log: Log }): OnboardingStarts {
  const waiting = new Map<string, NodeJS.Timeout>();
  const underWay = new Set<Promise<void>>();
  let closed = false;

  const tellNow = (mspId: string, attempt: number): void => {
    waiting.delete(mspId);
    const told = tell(starter, mspId).catch((err: unknown) => {
      if (attempt === 1) starter.log.warn({ err, mspId }, 'an onboarding was not told of a change; it is tried again');
      if (!closed && !waiting.has(mspId)) schedule(mspId, RETRY_MS, attempt + 1);
    });
    underWay.add(told);
    void told.finally(() => underWay.delete(told));
  };
  const schedule = (mspId: string, delayMs: number, attempt: number): void => {
    const timer = setTimeout(tellNow, delayMs, mspId, attempt);
    // What a killed process has not told, the next one does: see api/resumeOnboarding.ts.
    waiting.set(mspId, timer.unref());
  };

  return {
    changed: (mspId) => {
      if (!waiting.has(mspId)) schedule(mspId, TOGETHER_MS, 1);
    },
    close: async () => {
      closed = true;
      for (const [mspId, timer] of [...waiting]) {
        clearTimeout(timer);
        tellNow(mspId, 1);
      }
      await Promise.all(underWay);
    },
  };
}
