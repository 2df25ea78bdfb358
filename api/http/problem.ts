import type { ErrorRequestHandler, RequestHandler } from 'express';
import { KontorError, type FieldError } from '../../domain/errors.js';
import { RETRY_AFTER_SECONDS, STATUS_OF, toKontorError } from '../errors.js';

/** RFC 9457 with Kontor's stable `code` and the broken fields. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  /** The request's id: the log has the same. */
  instance: string;
  errors: FieldError[];
}

function problemOf(error: KontorError, requestId: string): Problem {
  const words = error.code.toLowerCase().replaceAll('_', ' ');
  return {
    type: `urn:kontor:problem:${words.replaceAll(' ', '-')}`,
    title: words.charAt(0).toUpperCase() + words.slice(1),
    status: STATUS_OF[error.code],
    code: error.code,
    detail: error.message,
    instance: `urn:uuid:${requestId}`,
    errors: [...error.fields],
  };
}

export const notFound: RequestHandler = (_req, _res, next) => {
  next(new KontorError('NOT_FOUND', 'There is nothing at this address.'));
};

/** The last middleware: whatever was thrown leaves as one problem document, and what nobody foresaw is logged. */
export const answerProblem: ErrorRequestHandler = (thrown, req, res, next) => {
  if (res.headersSent) {
    next(thrown);
    return;
  }
  const error = toKontorError(thrown);
  const problem = problemOf(error, typeof req.id === 'string' ? req.id : '');
  if (problem.status >= 500) req.log.error({ err: error.cause ?? error, code: error.code }, 'request failed');
  if (problem.status === 401) res.set('WWW-Authenticate', 'Bearer realm="kontor"');
  if (problem.status === 503 || problem.status === 429) {
    if (!res.hasHeader('Retry-After')) res.set('Retry-After', String(RETRY_AFTER_SECONDS));
  }
  // An unread body would be taken for the next request on the same connection.
  if (!req.complete) res.set('Connection', 'close');
  res.status(problem.status).type('application/problem+json').set('Cache-Control', 'no-store');
  res.send(JSON.stringify(problem));
};
