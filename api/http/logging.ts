import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import { secretHash } from '../../db/access/secret.js';
import type { ErrorCode } from '../../domain/errors.js';
import { principalOf } from '../auth.js';
import { routeMet } from './metrics.js';

const codes = new WeakMap<Request, ErrorCode>();
/** Known while the connection lasts. */
const addresses = new WeakMap<Request, string | undefined>();

/** Tells the log why a request was refused. */
export function noteCode(req: Request, code: ErrorCode): void {
  codes.set(req, code);
}

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const PERIOD = /^20\d\d-\d\d$/;

/**
 * The path as far as it may be kept: the route's, with the ids and periods that were in it. Whatever else somebody typed into
 * a path may be a token or a key (case 51).
 */
function pathOf(req: Request): string | undefined {
  const route = routeMet(req);
  return route?.template.replaceAll(/\{(\w+)\}/g, (name: string, key: string) => {
    const value = String(route.params[key]);
    return ID.test(value) || PERIOD.test(value) ? value : name;
  });
}

/** Who asked: the id of the token or session, or what tells a token that was refused from others; never itself (case 53). */
function credentialOf(req: Request): Record<string, string> {
  const principal = principalOf(req);
  if (principal.kind !== 'public') return { [`${principal.credential}Id`]: principal.credentialId };
  const [, token] = /^Bearer (\S{1,200})$/i.exec(req.headers.authorization ?? '') ?? [];
  return token === undefined ? {} : { refusedToken: secretHash(token).toString('hex').slice(0, 8) };
}

function about(req: Request) {
  return { path: pathOf(req), address: addresses.get(req), ...credentialOf(req), code: codes.get(req) };
}

/**
 * One line a request: from where, by whom, to which route, what came of it. Without headers, query or body: those carry
 * tokens, keys and personal data, and what is never written needs no redaction. Errors are logged by their middleware under
 * the same id.
 */
export function logRequests(log: Logger): RequestHandler {
  const observe = pinoHttp<Request, Response>({
    logger: log,
    genReqId: () => randomUUID(),
    customLogLevel: (_req, res, error) => {
      if (error !== undefined || res.statusCode >= 500) return 'error';
      return res.statusCode >= 400 ? 'info' : 'debug';
    },
    customSuccessObject: (req, _res, line: object) => ({ ...line, ...about(req) }),
    customErrorObject: (req, _res, _error, line: object) => ({ ...line, ...about(req) }),
    serializers: {
      req: (req: { id: string; method: string }) => ({ id: req.id, method: req.method }),
      res: (res: { statusCode: number }) => ({ status: res.statusCode }),
    },
  });
  return (req, res, next) => {
    addresses.set(req, req.ip);
    observe(req, res, next);
  };
}
