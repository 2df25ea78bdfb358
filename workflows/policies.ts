/**
 * All waiting and retrying policy of activities, each bound with its reason. A workflow takes the proxy whose failure
 * behaviour its step needs; `KontorError` decides which failures are final (activities/failures.ts).
 */
import { proxyActivities, proxyLocalActivities, workflowInfo, type ActivityOptions } from '@temporalio/workflow';
import { queueOf, type WorkerRole } from '../domain/workerRole.js';
import type { Activities } from '../activities/index.js';

/** A worker that died is noticed after this. Workers beat every three seconds, whatever the activity waits for. */
const HEARTBEAT_TIMEOUT = '10 seconds';

/** A month goes on this soon after the database is back, however long it was away. */
const SOON = '10 seconds';

type AnyActivity = ((...args: unknown[]) => Promise<unknown>) & {
  executeWithOptions(options: ActivityOptions, args: unknown[]): Promise<unknown>;
};

/** Activities of a role of their own: on its queue beside the workflow's, so that what is slow takes no slots from the rest. */
function onQueueOf(role: WorkerRole, options: ActivityOptions): typeof quick {
  return new Proxy(proxyActivities<Activities>(options), {
    get: (activities, name) => {
      const activity = Reflect.get(activities, name) as AnyActivity;
      const executeWithOptions: AnyActivity['executeWithOptions'] = (more, args) =>
        activity.executeWithOptions({ ...more, taskQueue: queueOf(workflowInfo().taskQueue, role) }, args);
      return Object.assign((...args: unknown[]) => executeWithOptions({}, args), { executeWithOptions });
    },
  });
}

/** One short transaction. Retried until the database is back: a decision or a month is never dropped. */
export const quick = proxyActivities<Activities>({
  // A transaction of a few rows takes milliseconds; a minute means the connection is gone.
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: SOON },
});

/**
 * One short transaction of a workflow of which there are many (a sign-up's decision, an MSP's onboarding): in the worker
 * that has the workflow it costs 4 ms, through the server 50. Anything rarer is `quick`, which an operator can watch.
 */
export const local = proxyLocalActivities<Activities>({
  // It holds up the workflow's task, so it gives up early and is tried again.
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: SOON },
});

/** A batch over hundreds of MSPs, in chunks of one transaction each; a retry finds the chunks before it done. */
export const batch = proxyActivities<Activities>({
  // 500 MSPs with 10,000 sites take seconds; half an hour is a database in trouble.
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: SOON },
});

/** Waiting for a shard that this close has not begun itself: looked at again and again until it has ended. */
export const following = proxyActivities<Activities>({
  // One question to Temporal.
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  // A retry leaves no event behind, so waiting for days costs none.
  retry: { initialInterval: '1 second', backoffCoefficient: 1.5, maximumInterval: '20 seconds' },
});

/** Making documents: threads that are busy for seconds. Else as `batch`. */
export const rendering = onQueueOf('render', {
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: SOON },
});

/** Sending a queue of mails: a slow relay may take hours, and what could not be sent is due again later. */
export const mailing = onQueueOf('mail', {
  startToCloseTimeout: '6 hours',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '5 minutes' },
});

/** Asking another house's server: it may be down for hours, and tomorrow it is asked again. */
export const asking = proxyActivities<Activities>({
  // Three files of at most eight million bytes, a minute each, and a transaction.
  startToCloseTimeout: '5 minutes',
  // The next day's run has its own turn.
  scheduleToCloseTimeout: '12 hours',
  retry: { initialInterval: '1 minute', backoffCoefficient: 2, maximumInterval: '15 minutes' },
});

/** An absolute deadline as the milliseconds left from `nowMs`; zero when it has passed. */
export function msUntil(deadline: string, nowMs: number): number {
  return Math.max(0, Date.parse(deadline) - nowMs);
}
