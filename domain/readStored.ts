import type { z } from 'zod';
import { KontorError } from './errors.js';
import { jsonPointer } from './jsonPointer.js';

/**
 * A stored jsonb value, read by its schema. `what` names the value and its row in the error, STORED_DATA_UNREADABLE, which
 * names each place that does not fit.
 */
export function readStored<T>(schema: z.ZodType<T>, stored: unknown, what: string): T {
  const result = schema.safeParse(stored);
  if (result.success) return result.data;
  const fields = result.error.issues.map(({ path, message }) => ({
    field: jsonPointer(path),
    code: 'STORED_DATA_UNREADABLE',
    message,
  }));
  const faults = fields.map(({ field, message }) => `${field}: ${message}`).join('; ');
  throw new KontorError(
    'STORED_DATA_UNREADABLE',
    `${what} cannot be read (${faults}); another version of Kontor may have written it.`,
    fields,
  );
}
