import type { Request, RequestHandler } from 'express';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ApiDeps } from '../deps.js';

interface Met {
  /** The template, never the address with its ids. */
  template: string;
  params: Readonly<Record<string, unknown>>;
}

const met = new WeakMap<Request, Met>();

/** Notes the route a request met; afterwards Express forgets what its path held. */
export function labelRoute(req: Request, template: string): void {
  met.set(req, { template, params: { ...req.params } });
}

/** The route a request met; undefined: none. */
export function routeMet(req: Request): Met | undefined {
  return met.get(req);
}

export interface Metrics {
  /** Measures each request by method, route and status. */
  observe: RequestHandler;
  /** All of it in Prometheus' text form. */
  expose: () => Promise<{ contentType: string; text: string }>;
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
        stop({ method: req.method, route: routeMet(req)?.template ?? 'none', status: String(res.statusCode) });
      });
      next();
    },
    expose: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
