import type { Worker } from '@temporalio/worker';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Probes } from '../config/probes.js';
import type { Database } from '../db/connect.js';
import type { SdkMetrics } from './runtime.js';
import type { SetupWatch } from './setup.js';
import { missingSentences, SERVICES, type Missing } from './untilThere.js';
import type { WatchedRestores } from './watchRestores.js';

/** What is measured of a worker: of its process at first, once for its whole life. */
export interface Measured {
  registry: Registry;
  sdkMetrics: SdkMetrics;
}

export function measure(sdkMetrics: SdkMetrics): Measured {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return { registry, sdkMetrics };
}

/** One page of all of it. */
async function page({ registry, sdkMetrics }: Measured): ReturnType<Probes['metrics']> {
  const [ours, theirs] = await Promise.all([registry.metrics(), sdkMetrics()]);
  return { contentType: registry.contentType, text: `${ours}${theirs}` };
}

function addMetrics(registry: Registry, workers: readonly Worker[], { db, restores }: Watched): void {
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
  registry.registerMetric(
    new Gauge({
      name: 'kontor_mails_doubted_since_restore',
      help: 'Mails that may have been sent before the database was restored from a backup, and wait for a person',
      registers: [],
      collect() {
        this.set(restores.doubted());
      },
    }),
  );
}

interface Watched {
  db: Database;
  setup: SetupWatch;
  restores: WatchedRestores;
}

/** What probes ask a worker that does not work yet: what it waits for. */
export function startingProbes(missing: () => readonly Missing[], measured: Measured): Probes {
  return {
    ready: () => {
      const away = new Set(missing().map(({ service }) => service));
      const parts = SERVICES.map((service) => [service, away.has(service) ? 'down' : 'ok'] as const);
      return Promise.resolve({ worker: 'down', ...Object.fromEntries(parts) });
    },
    warnings: () => missingSentences(missing()),
    metrics: () => page(measured),
  };
}

/**
 * What probes ask a worker: whether it polls, whether the database answers, what `kontor migrate` would mend; and on one page
 * what Kontor and Temporal's SDK measure.
 */
export function workerProbes(workers: readonly Worker[], watched: Watched, measured: Measured): Probes {
  const { db, setup, restores } = watched;
  addMetrics(measured.registry, workers, watched);
  return {
    ready: async () => ({
      worker: workers.every((worker) => worker.getState() === 'RUNNING') ? 'ok' : 'down',
      database: await db.ping().then(
        () => 'ok' as const,
        () => 'down' as const,
      ),
    }),
    warnings: () => [...setup.warnings(), ...restores.warnings()],
    metrics: () => page(measured),
  };
}
