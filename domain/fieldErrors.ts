import type { z } from 'zod';
import type { FieldError } from './errors.js';
import { jsonPointer } from './jsonPointer.js';

/** What a schema found, as Kontor's errors; `fieldOf` names the field: by default a JSON pointer. */
export function fieldErrors(error: z.core.$ZodError, fieldOf = jsonPointer): FieldError[] {
  return error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          field: fieldOf([...issue.path, key]),
          code: 'UNKNOWN_FIELD',
          message: 'There is no such field.',
        }))
      : [{ field: fieldOf(issue.path), code: issue.code.toUpperCase(), message: issue.message }],
  );
}
