import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { ApplicationFailure, CompleteAsyncError } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import { KontorError } from '../domain/errors.js';

/** SQLSTATE classes after which the same statement may succeed: connection, resources, shutdown, serialization. */
const TRANSIENT_SQLSTATE = /^(08|53|57|58|40)/;
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
  const sqlState = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (TRANSIENT_SQLSTATE.test(sqlState) || /^E(CONN|PIPE|TIMEDOUT|HOSTUNREACH)/.test(sqlState)) {
    return ApplicationFailure.create({
      type: 'DATABASE_UNAVAILABLE',
      message: `The database did not answer (${sqlState})`,
    });
  }
  if (PERMANENT_SQLSTATE.test(sqlState)) {
    // The message of a constraint names the rule, its detail would name the data: only the first leaves the process.
    return ApplicationFailure.create({
      type: 'INTERNAL',
      message: `${error.message} (${sqlState})`,
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
