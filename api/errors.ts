/**
 * The one place where failures become HTTP: every error code has its status here, and what is no KontorError is
 * translated once, so that a route never looks at a driver's or Temporal's own errors.
 */
import {
  isGrpcServiceError,
  WorkflowFailedError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure, TemporalFailure, WorkflowNotFoundError } from '@temporalio/common';
import { codeOf, isTransient } from '../db/transient.js';
import { ERROR_CODES, KontorError, type ErrorCode } from '../domain/errors.js';

/** A code that is missing here does not compile. */
export const STATUS_OF: Readonly<Record<ErrorCode, number>> = {
  VALIDATION_FAILED: 422,
  PERIOD_INVALID: 422,
  PERIOD_NOT_OVER: 409,
  PERIOD_OPENED: 409,
  PERIOD_OUT_OF_ORDER: 409,
  TERRITORY_NOT_SERVED: 422,
  METER_UNKNOWN: 422,
  QUANTITY_INVALID: 422,
  REASON_REQUIRED: 422,
  PRODUCT_VERSION_TOO_OLD: 422,
  OBSERVED_IN_FUTURE: 422,
  OBSERVED_TOO_OLD: 422,
  BATCH_TOO_LARGE: 413,
  TOO_MANY_REVISIONS: 422,
  BODY_TOO_LARGE: 413,
  BODY_TOO_DEEP: 400,
  BODY_MALFORMED: 400,
  REQUEST_ABORTED: 400,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RANGE_NOT_SATISFIABLE: 416,
  PRECONDITION_FAILED: 412,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  UNKNOWN_KEY: 401,
  KEY_REVOKED: 403,
  KEY_DISABLED: 403,
  ENROLMENT_REFUSED: 401,
  ENROLMENT_ENDED: 403,
  LICENSED_OTHERWISE: 409,
  SIGNATURE_INVALID: 401,
  SIGNATURE_MALFORMED: 400,
  ALGORITHM_NOT_ALLOWED: 400,
  CLOCK_UNUSABLE: 422,
  SIGNATURE_EXPIRED: 401,
  NONCE_REUSED: 409,
  FOUR_EYES_REQUIRED: 403,
  SECOND_FACTOR_REQUIRED: 401,
  CSRF_TOKEN_INVALID: 403,
  ORIGIN_NOT_ALLOWED: 403,
  HOST_NOT_ALLOWED: 421,
  LINK_INVALID: 410,
  LOCAL_LOGIN_OFF: 403,
  SIGN_IN_REFUSED: 403,
  IDENTITY_PROVIDER_UNAVAILABLE: 503,
  RATE_LIMITED: 429,
  NOT_FOUND: 404,
  NAME_TAKEN: 409,
  STATE_CONFLICT: 409,
  ALREADY_DECIDED: 409,
  CHANGE_NOT_CONFIRMED: 409,
  DECISION_NOT_ALLOWED: 422,
  REVIEW_ENDED: 409,
  ID_REUSED_WITH_OTHER_CONTENT: 409,
  IDEMPOTENCY_KEY_REUSED: 422,
  PRICE_NOT_CONFIRMED: 409,
  CORRECTION_EXCEEDS_BILLED: 409,
  EXCHANGE_RATE_MISSING: 409,
  EXCHANGE_RATE_DIFFERS: 409,
  EXCHANGE_RATE_USED: 409,
  EXCHANGE_RATE_UNUSUAL: 422,
  RATE_SOURCE_UNAVAILABLE: 503,
  PRICE_MISSING: 409,
  PRICE_PLAN_MISSING: 409,
  SHARD_RUNNING: 503,
  PAYLOAD_REFUSED: 503,
  RECONCILE_FAILED: 500,
  ISSUE_FAILED: 500,
  RENDER_FAILED: 500,
  MAIL_REFUSED: 409,
  MAIL_DEFERRED: 503,
  STORED_DATA_UNREADABLE: 500,
  DATABASE_BEHIND: 500,
  DATABASE_UNAVAILABLE: 503,
  TEMPORAL_UNAVAILABLE: 503,
  CONFIGURATION_INVALID: 500,
  INTERNAL: 500,
};

/** Seconds a client waits before it asks again, for answers that are worth asking again. */
export const RETRY_AFTER_SECONDS = 5;

// gRPC status numbers: the client package does not export them, and its transport is not ours to depend on.
const GRPC_DEADLINE_EXCEEDED = 4;
const GRPC_NOT_FOUND = 5;
const GRPC_UNAVAILABLE = 14;

/** Class 22: a value that PostgreSQL cannot hold, such as NUL or the year 0. A schema should have refused it; this net does. */
const VALUE_REFUSED = /^22[0-9A-Z]{3}$/;

function isErrorCode(code: string | null | undefined): code is ErrorCode {
  return code != null && Object.hasOwn(ERROR_CODES, code);
}

function isFieldError(detail: unknown): detail is { field: string; code: string; message: string } {
  return (
    typeof detail === 'object' &&
    detail !== null &&
    ['field', 'code', 'message'].every((name) => typeof (detail as Record<string, unknown>)[name] === 'string')
  );
}

/** What a workflow or one of its activities failed with: the innermost failure that carries one of our codes. */
function fromTemporalFailure(failure: unknown): KontorError | undefined {
  for (let cause = failure; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ApplicationFailure && isErrorCode(cause.type)) {
      return new KontorError(cause.type, cause.message, (cause.details ?? []).filter(isFieldError), { cause });
    }
    if (!(cause instanceof TemporalFailure)) return undefined;
  }
  return undefined;
}

const NO_WORKFLOW = 'No workflow is running for this. Read what became of it, and ask again if it is still open.';

function fromTemporalService(error: unknown): KontorError | undefined {
  if (error instanceof WorkflowUpdateFailedError || error instanceof WorkflowFailedError) {
    return fromTemporalFailure(error.cause);
  }
  if (error instanceof WorkflowNotFoundError) {
    return new KontorError('NOT_FOUND', NO_WORKFLOW, [], { cause: error });
  }
  const cause = error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : error;
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return unavailable('TEMPORAL_UNAVAILABLE', error);
  if (!isGrpcServiceError(cause)) return undefined;
  const status: number = cause.code;
  if (status === GRPC_NOT_FOUND) {
    return new KontorError('NOT_FOUND', NO_WORKFLOW, [], { cause: error });
  }
  return status === GRPC_UNAVAILABLE || status === GRPC_DEADLINE_EXCEEDED
    ? unavailable('TEMPORAL_UNAVAILABLE', error)
    : undefined;
}

function unavailable(code: 'TEMPORAL_UNAVAILABLE' | 'DATABASE_UNAVAILABLE', cause: unknown): KontorError {
  const who = code === 'TEMPORAL_UNAVAILABLE' ? 'The workflow service' : 'The database';
  return new KontorError(code, `${who} does not answer; nothing is lost, ask again shortly.`, [], { cause });
}

/** Express and its body reader throw errors with a status and a type. */
function fromExpress(error: Error): KontorError | undefined {
  if (!('status' in error) || typeof error.status !== 'number' || error.status >= 500) return undefined;
  const type = 'type' in error && typeof error.type === 'string' ? error.type : '';
  if (type === 'request.aborted') return new KontorError('REQUEST_ABORTED', 'The body broke off before its end.');
  if (error.status === 413) return new KontorError('BODY_TOO_LARGE', 'The body is larger than this route takes.');
  if (error.status === 415) return new KontorError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as is or with gzip.');
  if (type.startsWith('entity.') || type.startsWith('request.')) {
    return new KontorError('BODY_MALFORMED', 'The body did not arrive as its headers announce.');
  }
  if (error instanceof URIError) return new KontorError('VALIDATION_FAILED', 'The path is not valid UTF-8.');
  return new KontorError('BODY_MALFORMED', 'The request cannot be read.', [], { cause: error });
}

/** Any thrown value as the error the client is told; what nobody foresaw becomes INTERNAL without details. */
export function toKontorError(error: unknown): KontorError {
  if (error instanceof KontorError) return error;
  const temporal = fromTemporalService(error) ?? fromTemporalFailure(error);
  if (temporal !== undefined) return temporal;
  if (error instanceof Error) {
    // First: a body that breaks off has a code as a connection to the database has that does.
    const express = fromExpress(error);
    if (express !== undefined) return express;
    if (isTransient(error)) return unavailable('DATABASE_UNAVAILABLE', error);
    if (VALUE_REFUSED.test(codeOf(error))) {
      return new KontorError('VALIDATION_FAILED', 'The request holds a value that cannot be kept.', [], {
        cause: error,
      });
    }
  }
  return new KontorError('INTERNAL', 'Something failed here; the log names it under the instance id.', [], {
    cause: error,
  });
}
