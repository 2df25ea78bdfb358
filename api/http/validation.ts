import type { z } from 'zod';
import { KontorError } from '../../domain/errors.js';
import { fieldErrors } from '../../domain/fieldErrors.js';
import { jsonPointer } from '../../domain/jsonPointer.js';

/** Parses one part of a request; fields are JSON pointers in a body and names elsewhere. Throws VALIDATION_FAILED. */
export function validate<S extends z.ZodType>(schema: S, value: unknown, part: 'body' | 'query' | 'path'): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fieldOf = part === 'body' ? jsonPointer : (path: readonly PropertyKey[]) => path.map(String).join('.');
  throw new KontorError(
    'VALIDATION_FAILED',
    part === 'body'
      ? 'The body breaks the rules named under errors.'
      : `The ${part} breaks the rules named under errors.`,
    fieldErrors(parsed.error, fieldOf),
  );
}
