import type { Worker } from '@temporalio/worker';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Probes } from '../config/probes.js';
import type { Database } from '../db/connect.js';
import type { SdkMetrics } from './runtime.js';
import type { SetupWatch } from './setup.js';

function metricsOf(workers: readonly Worker[], db: Database): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  registry.registerMetric(
    new Gauge({
      name: 'kontor_worker_activities_in_flight',
      help: 'Activities this worker is executing',
      registers: [],
      collect() {
        this.set(workers.reduce((sum, worker) => sum + worker.getStatus().numInFlightActivities, 0));
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: 'kontor_database_statements',
      help: 'Statements sent to PostgreSQL since the start',
      registers: [],
      collect() {
        this.set(db.statementCount());
      },
    }),
  );
  return registry;
}

interface Watched {
  db: Database;
  setup: SetupWatch;
  sdkMetrics: SdkMetrics;
}

/**
 * What probes ask a worker: whether it polls, whether the database answers, what `kontor migrate` would mend; and on one page
 * what Kontor and Temporal's SDK measure.
 */
export function workerProbes(workers: readonly Worker[], { db, setup, sdkMetrics }: Watched): Probes {
  const registry = metricsOf(workers, db);
  return {
    ready: async () => ({
      worker: workers.every((worker) => worker.getState() === 'RUNNING') ? 'ok' : 'down',
      database: await db.ping().then(
        () => 'ok' as const,
        () => 'down' as const,
      ),
    }),
    warnings: () => setup.warnings(),
    metrics: async () => {
      const [ours, theirs] = await Promise.all([registry.metrics(), sdkMetrics()]);
      return { contentType: registry.contentType, text: `${ours}${theirs}` };
    },
  };
}
