import type { Request, RequestHandler } from 'express';
import type { Limits } from './limits.js';

/** Requests that may take as long as an upload does. */
const uploads = new WeakSet<Request>();

/** Says that this request is an upload, by somebody who may. */
export function takesLong(req: Request): void {
  uploads.add(req);
}

const TOO_SLOW = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n';

/**
 * Ends connections of requests that have not arrived in time, as Node would by `requestTimeout`, which knows one bound for all:
 * uploads have another one, and only once it is known who sends them.
 */
export function limitArrival({ arrivalMs }: Pick<Limits, 'arrivalMs'>): RequestHandler {
  return (req, res, next) => {
    const timer = setTimeout(() => {
      if (req.complete || uploads.has(req)) return;
      if (!res.headersSent) req.socket.write(TOO_SLOW);
      req.socket.destroySoon();
    }, arrivalMs).unref();
    res.once('close', () => {
      if (req.complete) clearTimeout(timer);
    });
    next();
  };
}
