import { createServer, type Server } from 'node:http';
import type { Worker } from '@temporalio/worker';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Database } from '../db/connect.js';

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

/**
 * A worker's own page for probes: `/healthz` (the process answers), `/readyz` (it polls, and the database answers; 503
 * else) and `/metrics` (Prometheus). Listens on every interface: probes come from outside the container.
 */
export function serveHealth(port: number, workers: readonly Worker[], db: Database): Server {
  const registry = metricsOf(workers, db);
  const isReady = async () => {
    try {
      await db.ping();
      return workers.every((worker) => worker.getState() === 'RUNNING');
    } catch {
      return false;
    }
  };
  return createServer((request, response) => {
    const answer = async () => {
      switch (request.url) {
        case '/healthz':
          return response.writeHead(200).end('ok\n');
        case '/readyz':
          return (await isReady())
            ? response.writeHead(200).end('ready\n')
            : response.writeHead(503).end('not ready\n');
        case '/metrics':
          return response.writeHead(200, { 'Content-Type': registry.contentType }).end(await registry.metrics());
        default:
          return response.writeHead(404).end();
      }
    };
    answer().catch(() => response.writeHead(500).end());
  }).listen(port);
}
