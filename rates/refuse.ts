import { KontorError, type FieldError } from '../domain/errors.js';

const SHOWN = 10;

export function problemAt(line: number, field: string, message: string): FieldError {
  return { field: `line ${line}, ${field}`, code: 'VALIDATION_FAILED', message };
}

/** Refuses what was to be read, naming line and field of at most ten of its problems. */
export function refuse(problems: readonly FieldError[]): never {
  const shown = problems.slice(0, SHOWN);
  const more = problems.length > SHOWN ? ` … and ${problems.length - SHOWN} more.` : '';
  const list = shown.map(({ field, message }) => `${field}: ${message}`).join(' ');
  throw new KontorError('VALIDATION_FAILED', `The rates cannot be read. ${list}${more}`, shown);
}
