/**
 * Every failure Kontor names, in one table. The code is stable: clients, tests and operators rely on it.
 *
 * `retryable` says whether the same call may succeed later without anybody changing it; `activities/failures.ts` passes
 * it on to Temporal. `api/errors.ts` gives each code its HTTP status.
 */
export const ERROR_CODES = {
  // input
  VALIDATION_FAILED: { retryable: false },
  PERIOD_INVALID: { retryable: false },
  PERIOD_NOT_OVER: { retryable: false },
  PERIOD_OPENED: { retryable: false },
  PERIOD_OUT_OF_ORDER: { retryable: false },
  TERRITORY_NOT_SERVED: { retryable: false },
  METER_UNKNOWN: { retryable: false },
  QUANTITY_INVALID: { retryable: false },
  REASON_REQUIRED: { retryable: false },
  PRODUCT_VERSION_TOO_OLD: { retryable: false },
  OBSERVED_IN_FUTURE: { retryable: false },
  OBSERVED_TOO_OLD: { retryable: false },
  CLOCK_UNUSABLE: { retryable: false },
  BATCH_TOO_LARGE: { retryable: false },
  TOO_MANY_REVISIONS: { retryable: false },
  BODY_TOO_LARGE: { retryable: false },
  BODY_TOO_DEEP: { retryable: false },
  BODY_MALFORMED: { retryable: false },
  // The client broke off while it sent: nobody waits for an answer, and the same request may be sent again.
  REQUEST_ABORTED: { retryable: true },
  UNSUPPORTED_MEDIA_TYPE: { retryable: false },
  RANGE_NOT_SATISFIABLE: { retryable: false },
  PRECONDITION_FAILED: { retryable: false },
  // identity and access
  UNAUTHENTICATED: { retryable: false },
  FORBIDDEN: { retryable: false },
  UNKNOWN_KEY: { retryable: false },
  KEY_REVOKED: { retryable: false },
  KEY_DISABLED: { retryable: false },
  ENROLMENT_REFUSED: { retryable: false },
  ENROLMENT_ENDED: { retryable: false },
  LICENSED_OTHERWISE: { retryable: false },
  SIGNATURE_INVALID: { retryable: false },
  SIGNATURE_MALFORMED: { retryable: false },
  ALGORITHM_NOT_ALLOWED: { retryable: false },
  SIGNATURE_EXPIRED: { retryable: false },
  NONCE_REUSED: { retryable: false },
  FOUR_EYES_REQUIRED: { retryable: false },
  SECOND_FACTOR_REQUIRED: { retryable: false },
  CSRF_TOKEN_INVALID: { retryable: false },
  ORIGIN_NOT_ALLOWED: { retryable: false },
  HOST_NOT_ALLOWED: { retryable: false },
  LINK_INVALID: { retryable: false },
  LOCAL_LOGIN_OFF: { retryable: false },
  SIGN_IN_REFUSED: { retryable: false },
  IDENTITY_PROVIDER_UNAVAILABLE: { retryable: true },
  RATE_LIMITED: { retryable: true },
  // state
  NOT_FOUND: { retryable: false },
  NAME_TAKEN: { retryable: false },
  STATE_CONFLICT: { retryable: false },
  ALREADY_DECIDED: { retryable: false },
  CHANGE_NOT_CONFIRMED: { retryable: false },
  DECISION_NOT_ALLOWED: { retryable: false },
  REVIEW_ENDED: { retryable: false },
  ID_REUSED_WITH_OTHER_CONTENT: { retryable: false },
  IDEMPOTENCY_KEY_REUSED: { retryable: false },
  CORRECTION_EXCEEDS_BILLED: { retryable: false },
  // the close
  PRICE_NOT_CONFIRMED: { retryable: false },
  EXCHANGE_RATE_MISSING: { retryable: false },
  EXCHANGE_RATE_DIFFERS: { retryable: false },
  EXCHANGE_RATE_USED: { retryable: false },
  EXCHANGE_RATE_UNUSUAL: { retryable: false },
  RATE_SOURCE_UNAVAILABLE: { retryable: true },
  PRICE_MISSING: { retryable: false },
  PRICE_PLAN_MISSING: { retryable: false },
  SHARD_RUNNING: { retryable: true },
  // Once the right keys are set, the same payload is read.
  PAYLOAD_REFUSED: { retryable: true },
  RECONCILE_FAILED: { retryable: false },
  ISSUE_FAILED: { retryable: false },
  RENDER_FAILED: { retryable: false },
  MAIL_REFUSED: { retryable: false },
  MAIL_DEFERRED: { retryable: true },
  // services
  STORED_DATA_UNREADABLE: { retryable: false },
  DATABASE_UNAVAILABLE: { retryable: true },
  DATABASE_BEHIND: { retryable: false },
  TEMPORAL_UNAVAILABLE: { retryable: true },
  CONFIGURATION_INVALID: { retryable: false },
  INTERNAL: { retryable: true },
} as const satisfies Record<string, { retryable: boolean }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** One broken rule on one field: a JSON pointer into a body, else the name of the parameter, variable or option. */
export interface FieldError {
  field: string;
  code: string;
  message: string;
}

/** The one error class of Kontor: a stable code, a sentence that says what to do, and the fields it is about. */
export class KontorError extends Error {
  readonly code: ErrorCode;
  readonly fields: readonly FieldError[];

  constructor(code: ErrorCode, message: string, fields: readonly FieldError[] = [], options?: ErrorOptions) {
    super(message, options);
    this.name = 'KontorError';
    this.code = code;
    this.fields = fields;
  }

  /** Whether the same call may succeed later without anybody changing it. */
  get retryable(): boolean {
    return ERROR_CODES[this.code].retryable;
  }
}

/** Shorthand for a single broken field. */
export function fieldError(code: ErrorCode, field: string, message: string): KontorError {
  return new KontorError(code, message, [{ field, code, message }]);
}
