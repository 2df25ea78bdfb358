export type EmbeddedErrorCode =
  'EMBEDDED_IN_USE' | 'EMBEDDED_START_FAILED' | 'EMBEDDED_UNSUPPORTED' | 'TEMPORAL_BINARY_MISSING';

/** An embedded service cannot run here. The message tells the person at the terminal what to do about it. */
export class EmbeddedError extends Error {
  override readonly name = 'EmbeddedError';

  constructor(
    readonly code: EmbeddedErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The code of a Node system error (`ENOENT`, `EADDRINUSE`), else undefined. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
