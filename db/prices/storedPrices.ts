import type { z } from 'zod';
import { KontorError } from '../../domain/errors.js';
import { priceSchema, type Price } from '../../domain/pricing/index.js';
import { pricesByMeter, type PricesByMeter } from '../../domain/pricing/pricePlan.js';

const escaped = (key: PropertyKey) => String(key).replaceAll('~', '~0').replaceAll('/', '~1');

function parsed<S extends z.ZodType>(schema: S, stored: unknown, where: string): z.infer<S> {
  const result = schema.safeParse(stored);
  if (result.success) return result.data;
  const fields = result.error.issues.map(({ path, message }) => ({
    field: path.map((key) => `/${escaped(key)}`).join(''),
    code: 'STORED_DATA_UNREADABLE',
    message,
  }));
  const faults = fields.map(({ field, message }) => `${field}: ${message}`).join('; ');
  throw new KontorError(
    'STORED_DATA_UNREADABLE',
    `The prices stored in ${where} are not readable (${faults}); another version of Kontor may have written them.`,
    fields,
  );
}

/** A stored price list, read by the price models' own schemas. `where` names the row in the error, STORED_DATA_UNREADABLE. */
export function storedPrices(stored: unknown, where: string): PricesByMeter {
  return parsed(pricesByMeter, stored, where);
}

/** One price of a stored list, the same way. */
export function storedPrice(stored: unknown, where: string): Price {
  return parsed(priceSchema, stored, where);
}
