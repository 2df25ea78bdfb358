import type { RequestHandler } from 'express';
import type { Tracing } from '../../config/tracing.js';
import { routeMet } from './metrics.js';

/** A span for each request, by method and the template of its route; what answers it runs within. */
export function traceRequests(tracing: Tracing): RequestHandler {
  return (req, res, next) => {
    const span = tracing.request();
    res.once('close', () => {
      span.end({ method: req.method, route: routeMet(req)?.template ?? 'none', status: res.statusCode });
    });
    span.run(next);
  };
}
