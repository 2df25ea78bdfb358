import {
  ApplicationFailure,
  isGrpcServiceError,
  TemporalFailure,
  WorkflowFailedError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { CommanderError } from 'commander';
import { codeOf, databaseAway, isTransient } from '../db/transient.js';
import { EmbeddedError } from '../embedded/index.js';
import { KontorError, type FieldError } from '../domain/errors.js';
import { EXIT, exitOfCall } from './exit.js';

export interface Failure {
  /** Null for an error without a code of ours: then only the message is printed. */
  code: string | null;
  message: string;
  exit: number;
}

/** Codes that mean: correct the call or the machine, then try again. */
const USAGE_CODES = new Set([
  'CONFIGURATION_INVALID',
  'VALIDATION_FAILED',
  'PERIOD_INVALID',
  'EMBEDDED_IN_USE',
  'EMBEDDED_UNSUPPORTED',
  'TEMPORAL_BINARY_MISSING',
]);

/** What anything that was thrown means to the person at the terminal. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof CommanderError) {
    return { code: null, message: error.message, exit: exitOfCall(error) };
  }
  const known =
    error instanceof KontorError || error instanceof EmbeddedError
      ? error
      : (fromTemporal(error) ?? fromDatabase(error));
  if (known !== null) {
    return {
      code: known.code,
      message: withFields(known),
      exit: USAGE_CODES.has(known.code) ? EXIT.usage : EXIT.failed,
    };
  }
  return { code: null, message: messageOf(error), exit: EXIT.failed };
}

/** The message, and a line for each field that says more than it. */
function withFields(error: { message: string; fields?: readonly FieldError[] }): string {
  const fields = (error.fields ?? []).filter(({ message }) => message !== error.message);
  return [error.message, ...fields.map(({ field, message }) => `  ${field}: ${message}`)].join('\n');
}

/** The innermost failure with a code of what a workflow or activity failed with. */
function fromTemporal(error: unknown): { code: string; message: string } | null {
  if (isGrpcServiceError(error)) return { code: 'TEMPORAL_UNAVAILABLE', message: `Temporal: ${error.message}` };
  const isOutside = error instanceof WorkflowFailedError || error instanceof WorkflowUpdateFailedError;
  let cause = isOutside ? error.cause : error;
  while (cause instanceof TemporalFailure) {
    if (cause instanceof ApplicationFailure && cause.type != null) return { code: cause.type, message: cause.message };
    cause = cause.cause;
  }
  return null;
}

/** Sign-in was refused, or there is no database of that name. */
const REFUSED = /^(28|3D000)/;

/** A database that does not answer, or that refuses whoever asks. */
function fromDatabase(error: unknown): { code: string; message: string } | null {
  if (!(error instanceof Error)) return null;
  if (REFUSED.test(codeOf(error))) {
    const what = 'Correct user, password and name of the database in DATABASE_URL, or in DATABASE_OWNER_URL.';
    return { code: 'CONFIGURATION_INVALID', message: `${databaseAway(error)}. ${what}` };
  }
  if (!isTransient(error)) return null;
  const isAnswer = 'severity' in error;
  const said = isAnswer ? databaseAway(error) : `PostgreSQL: ${messageOf(error)}`;
  const what = 'See whether the database runs and DATABASE_URL is its address, then call again.';
  return { code: 'DATABASE_UNAVAILABLE', message: isAnswer ? said : `${said}. ${what}` };
}

/** pg reports a refused connection as an AggregateError without a message of its own. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  if (!(error instanceof Error)) return String(error);
  return 'severity' in error ? databaseAway(error) : error.message;
}

/** The one line (or, for a log's end, few lines) that a failed command leaves on stderr. */
export function failureText({ code, message }: Failure): string {
  return code === null ? `kontor: ${message}` : `kontor: ${code}: ${message}`;
}
