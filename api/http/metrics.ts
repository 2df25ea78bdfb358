import type { Request, RequestHandler } from 'express';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ApiDeps } from '../deps.js';

const labels = new WeakMap<Request, string>();

/** Names the route a request met: the template, never the address with its ids. */
export function labelRoute(req: Request, template: string): void {
  labels.set(req, template);
}

export interface Metrics {
  /** Measures each request by method, route and status. */
  observe: RequestHandler;
  /** GET /metrics in Prometheus' text form. */
  expose: RequestHandler;
}

/** One registry per app: two apps in one process count apart. */
export function createMetrics({ db }: Pick<ApiDeps, 'db'>): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: 'kontor_http_request_duration_seconds',
    help: 'Time from a request to the end of its answer',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  new Gauge({
    name: 'kontor_database_statements',
    help: 'SQL statements sent by this process since its start',
    registers: [registry],
    collect() {
      this.set(db.statementCount());
    },
  });
  return {
    observe: (req, res, next) => {
      const stop = duration.startTimer();
      res.once('close', () => {
        stop({ method: req.method, route: labels.get(req) ?? 'none', status: String(res.statusCode) });
      });
      next();
    },
    expose: async (_req, res) => {
      res.type(registry.contentType).send(await registry.metrics());
    },
  };
}
