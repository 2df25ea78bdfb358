import { NativeConnection, Worker, type WorkerOptions, type WorkflowBundle } from '@temporalio/worker';
import { BeatingInterceptor } from '../activities/beating.js';
import type { ActivityDeps } from '../activities/deps.js';
import { FailureInterceptor } from '../activities/failures.js';
import { createActivities } from '../activities/index.js';
import type { Env } from '../config/env.js';
import { temporalOptions } from '../config/temporalClient.js';
import type { Tracing } from '../config/tracing.js';
import { queueOf, type WorkerRole } from '../domain/workerRole.js';

/** Slots for a small box: workflow tasks are short, activities wait for PostgreSQL, rendering has its threads. */
function optionsOf(role: WorkerRole, workflowBundle: WorkflowBundle | null): Partial<WorkerOptions> {
  switch (role) {
    case 'main':
      return {
        ...(workflowBundle === null ? {} : { workflowBundle }),
        maxConcurrentWorkflowTaskExecutions: 40,
        maxConcurrentActivityTaskExecutions: 16,
        // Workflows mostly sleep for days; a run and its shards fit many times over.
        maxCachedWorkflows: 150,
        // What waits for a worker that died goes to another after this.
        stickyQueueScheduleToStartTimeout: '3 seconds',
      };
    case 'render':
      // Each keeps all threads busy: more at once only end later, and hold their documents for longer.
      return { maxConcurrentActivityTaskExecutions: 1 };
    case 'mail':
      // More than the relay's connections help nobody; a few, so that one run's hanging mails do not hold another's.
      return { maxConcurrentActivityTaskExecutions: 6 };
  }
}

/** A worker for each role on its task queue, not yet running, and the connection to close after them; no bundle without `main`. */
export async function createWorkers(
  env: Env,
  deps: ActivityDeps,
  { bundle, tracing }: { bundle: WorkflowBundle | null; tracing: Tracing | null },
): Promise<{ workers: Worker[]; connection: NativeConnection }> {
  const { connectionOptions, options } = temporalOptions(env);
  const connection = await NativeConnection.connect(connectionOptions);
  const activities = createActivities(deps);
  const workers: Worker[] = [];
  for (const role of new Set(env.WORKER_ROLES)) {
    const worker = await Worker.create({
      connection,
      ...options,
      taskQueue: queueOf(env.TEMPORAL_TASK_QUEUE, role),
      activities,
      interceptors: {
        activity: [
          ...(tracing === null ? [] : [tracing.worker.activity]),
          () => ({ inbound: new FailureInterceptor() }),
          (context) => ({ inbound: new BeatingInterceptor(context) }),
        ],
      },
      ...(tracing === null ? {} : { sinks: tracing.worker.sinks }),
      // Beats come every three seconds; held back for longer, the server would take a busy worker for a dead one.
      maxHeartbeatThrottleInterval: '2 seconds',
      defaultHeartbeatThrottleInterval: '2 seconds',
      // A batch chunk or a mail in flight ends within this; later ones are retried elsewhere.
      shutdownGraceTime: '30 seconds',
      ...optionsOf(role, bundle),
    });
    workers.push(worker);
  }
  return { workers, connection };
}
