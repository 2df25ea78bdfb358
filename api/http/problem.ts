import type { ErrorRequestHandler, RequestHandler } from 'express';
import { KontorError, type FieldError } from '../../domain/errors.js';
import { shortened } from '../../domain/shortened.js';
import { noteCode } from './logging.js';
import { sendProblemPage } from './problemPage.js';
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

/** Whatever was sent, an answer about it stays small (case 54): some ten kilobytes. */
const SHOWN_FIELDS = 50;
const LONGEST_FIELD = 200;
const LONGEST_MESSAGE = 500;

function clipped(text: string, longest: number): string {
  return text.length <= longest ? text : `${shortened(text, longest - 1)}…`;
}

function shownFields({ fields }: KontorError): FieldError[] {
  return fields.slice(0, SHOWN_FIELDS).map(({ field, code, message }) => ({
    field: clipped(field, LONGEST_FIELD),
    code,
    message: clipped(message, LONGEST_MESSAGE),
  }));
}

function detailOf({ message, fields }: KontorError): string {
  const detail = clipped(message, LONGEST_MESSAGE);
  return fields.length <= SHOWN_FIELDS ? detail : `${detail} The first ${SHOWN_FIELDS} of ${fields.length} are named.`;
}

function problemOf(error: KontorError, requestId: string): Problem {
  const words = error.code.toLowerCase().replaceAll('_', ' ');
  return {
    type: `urn:kontor:problem:${words.replaceAll(' ', '-')}`,
    title: words.charAt(0).toUpperCase() + words.slice(1),
    status: STATUS_OF[error.code],
    code: error.code,
    detail: detailOf(error),
    instance: `urn:uuid:${requestId}`,
    errors: shownFields(error),
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
  const requestId = typeof req.id === 'string' ? req.id : '';
  const problem = problemOf(error, requestId);
  noteCode(req, error.code);
  if (error.code === 'REQUEST_ABORTED') req.log.info({ code: error.code }, 'the sender broke off');
  if (problem.status >= 500) req.log.error({ err: error.cause ?? error, code: error.code }, 'request failed');
  else if (error.cause !== undefined && error.code === 'VALIDATION_FAILED') {
    req.log.warn({ err: error.cause }, 'a value reached the database that its schema should refuse');
  }
  if (problem.status === 401) res.set('WWW-Authenticate', 'Bearer realm="kontor"');
  if (problem.status === 503 || problem.status === 429) {
    if (!res.hasHeader('Retry-After')) res.set('Retry-After', String(RETRY_AFTER_SECONDS));
  }
  // An unread body would be taken for the next request on the same connection.
  if (!req.complete) res.set('Connection', 'close');
  res.set('Cache-Control', 'no-store');
  if (sendProblemPage(req, res, { ...problem, code: error.code, requestId })) return;
  res.status(problem.status).type('application/problem+json');
  res.send(JSON.stringify(problem));
};
