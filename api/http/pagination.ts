import { z } from 'zod';
import { KontorError } from '../../domain/errors.js';
import { UNSTORABLE } from './body.js';

/** Query parameters of every list: spread them into the route's query schema. */
export const PAGE_QUERY = {
  limit: z
    .string()
    .regex(/^[0-9]{1,3}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(200))
    .default(50)
    .meta({ type: 'integer', minimum: 1, maximum: 200, default: 50, description: 'Items a page has at most' }),
  after: z.string().min(1).max(4_000).optional().meta({ description: '`next` of the page before' }),
} as const;

/** The shape of a page; `next` is null on the last one. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.strictObject({ items: z.array(item), next: z.string().nullable() });
}

/** What a cursor means is the list's own business; clients hand it back unread. `field`: where it stands, a pointer in a body. */
export function readCursor<S extends z.ZodType>(
  after: string | undefined,
  shape: S,
  field = 'after',
): z.output<S> | undefined {
  if (after === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(after, 'base64url').toString());
  } catch {
    value = undefined;
  }
  const parsed = shape.safeParse(value);
  const storable = !(Array.isArray(value) && value.some((part) => typeof part === 'string' && UNSTORABLE.test(part)));
  if (parsed.success && storable) return parsed.data;
  const where = field.startsWith('/') ? 'body' : 'query';
  throw new KontorError('VALIDATION_FAILED', `The ${where} breaks the rules named under errors.`, [
    { field, code: 'INVALID_CURSOR', message: 'Take `next` of the page before as it is.' },
  ]);
}

/** Cuts what was read (one more than asked for) into a page; `keyOf` gives the values the list is ordered by. */
export function toPage<Row, Item>(
  found: readonly Row[],
  limit: number,
  keyOf: (row: Row) => readonly (string | number | Date | null)[],
  toItem: (row: Row) => Item,
): { items: Item[]; next: string | null } {
  const last = found.length > limit ? found[limit - 1] : undefined;
  return {
    items: found.slice(0, limit).map(toItem),
    next: last === undefined ? null : Buffer.from(JSON.stringify(keyOf(last))).toString('base64url'),
  };
}
