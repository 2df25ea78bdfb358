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

/** The message of anything that was thrown. Not by `instanceof`: jest gives Node's own errors another Error class. */
export function messageOf(error: unknown): string {
  return property(error, 'message') ?? String(error);
}

/** The code of a Node system error (`ENOENT`, `EADDRINUSE`), else undefined. */
export function errorCode(error: unknown): string | undefined {
  return property(error, 'code');
}

function property(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const found: unknown = Reflect.get(value, name);
  return typeof found === 'string' ? found : undefined;
}
