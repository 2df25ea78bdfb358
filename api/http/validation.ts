import type { z } from 'zod';
import { KontorError, type FieldError } from '../../domain/errors.js';
import { jsonPointer } from '../../domain/jsonPointer.js';

type Issue = z.core.$ZodIssue;

function fieldErrors(issue: Issue, fieldOf: (path: readonly PropertyKey[]) => string): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: fieldOf([...issue.path, key]),
      code: 'UNKNOWN_FIELD',
      message: 'There is no such field.',
    }));
  }
  return [{ field: fieldOf(issue.path), code: issue.code.toUpperCase(), message: issue.message }];
}

/** Parses one part of a request; fields are JSON pointers in a body and names elsewhere. Throws VALIDATION_FAILED. */
export function validate<S extends z.ZodType>(schema: S, value: unknown, part: 'body' | 'query' | 'path'): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fieldOf = part === 'body' ? jsonPointer : (path: readonly PropertyKey[]) => path.map(String).join('.');
  const fields = parsed.error.issues.flatMap((issue) => fieldErrors(issue, fieldOf));
  throw new KontorError(
    'VALIDATION_FAILED',
    part === 'body'
      ? 'The body breaks the rules named under errors.'
      : `The ${part} breaks the rules named under errors.`,
    fields,
  );
}
