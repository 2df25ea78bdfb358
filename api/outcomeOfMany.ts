import { z } from 'zod';
import { KontorError } from '../domain/errors.js';
import { toKontorError } from './errors.js';

/** What became of one of many that a request was about: `error` says why it was refused, or is still pending. */
export const manyOutcome = {
  outcome: z.enum(['done', 'refused', 'pending']).meta({
    description: 'pending: nobody answered in time; ask again with the same Idempotency-Key',
  }),
  error: z
    .strictObject({
      code: z.string(),
      detail: z.string(),
      errors: z.array(z.strictObject({ field: z.string(), code: z.string(), message: z.string() })),
    })
    .nullable(),
};

/** How many there are of each outcome. */
export const manyCounts = { done: z.int(), refused: z.int(), pending: z.int() };

export type ManyOutcome = z.input<z.ZodObject<typeof manyOutcome>>;

/** A failure of one of many: what may succeed later is pending, all else refused. Throws what nobody foresaw. */
export function outcomeOfMany(error: unknown): ManyOutcome {
  const { code, message, fields, retryable } = toKontorError(error);
  if (code === 'INTERNAL' && !(error instanceof KontorError)) throw error;
  return { outcome: retryable ? 'pending' : 'refused', error: { code, detail: message, errors: [...fields] } };
}
