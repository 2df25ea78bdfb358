import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { ApplicationFailure, CompleteAsyncError } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import { codeOf, databaseAway, isTransient, saidBy } from '../db/transient.js';
import { KontorError } from '../domain/errors.js';

/** Constraint and data errors: the same statement will fail again. */
const PERMANENT_SQLSTATE = /^(22|23|42)/;

function translate(error: unknown): unknown {
  if (
    error instanceof ApplicationFailure ||
    error instanceof CancelledFailure ||
    error instanceof CompleteAsyncError ||
    !(error instanceof Error)
  ) {
    return error;
  }
  if (error instanceof KontorError) {
    return ApplicationFailure.create({
      type: error.code,
      message: error.message,
      nonRetryable: !error.retryable,
      details: [...error.fields],
    });
  }
  const sqlState = codeOf(error);
  if (isTransient(error)) {
    // What the database says of itself, not of the data: which limit, which lock, which timeout.
    return ApplicationFailure.create({ type: 'DATABASE_UNAVAILABLE', message: databaseAway(error) });
  }
  if (PERMANENT_SQLSTATE.test(sqlState)) {
    // The message of a constraint names the rule, its detail would name the data: only the first leaves the process.
    return ApplicationFailure.create({
      type: 'INTERNAL',
      message: `${saidBy(error)} (${sqlState})`,
      nonRetryable: true,
    });
  }
  return ApplicationFailure.create({ type: 'INTERNAL', message: error.message });
}

/** Every activity failure leaves with a stable code and a decided retryability. The one place where that happens. */
export class FailureInterceptor implements ActivityInboundCallsInterceptor {
  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    try {
      return await next(input);
    } catch (error) {
      throw translate(error);
    }
  }
}
