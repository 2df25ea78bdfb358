import { readFile } from 'node:fs/promises';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { ActivityDeps } from '../activities/deps.js';
import { FailureInterceptor } from '../activities/failures.js';
import { createActivities } from '../activities/index.js';
import type { Env } from '../config/env.js';
import { temporalOptions } from '../config/temporalClient.js';

const BUNDLE = new URL('../workflow-bundle.js', import.meta.url);

/** Slots for a small box: workflow tasks are short, activities wait for PostgreSQL and SMTP, rendering has its threads. */
const SLOTS = { maxConcurrentWorkflowTaskExecutions: 40, maxConcurrentActivityTaskExecutions: 16 } as const;

/** A worker on the configured task queue, not yet running, and the connection to close after it. */
export async function createWorker(
  env: Env,
  deps: ActivityDeps,
): Promise<{ worker: Worker; connection: NativeConnection }> {
  const { connectionOptions, namespace } = temporalOptions(env);
  const connection = await NativeConnection.connect(connectionOptions);
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: env.TEMPORAL_TASK_QUEUE,
    workflowBundle: { code: await readFile(BUNDLE, 'utf8') },
    activities: createActivities(deps),
    interceptors: { activity: [() => ({ inbound: new FailureInterceptor() })] },
    ...SLOTS,
    // Workflows mostly sleep for days; a run and its shards fit many times over.
    maxCachedWorkflows: 150,
    // A batch chunk or a mail in flight ends within this; later ones are retried elsewhere.
    shutdownGraceTime: '30 seconds',
  });
  return { worker, connection };
}
