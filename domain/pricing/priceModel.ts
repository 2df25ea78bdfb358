import type { z } from 'zod';
import type { PriceStep } from './priceStep.js';

/** How the reader's language writes counts and prices. */
export interface Written {
  count: (units: number) => string;
  price: (decimal: string) => string;
}

/**
 * One way to price a meter. All the MSP's lines of a meter stand in one row, so a line occupies the units
 * `from < n <= from + quantity` of the MSP's `total`. The steps of a line, multiplied and added, are its exact amount,
 * and the exact amounts of all lines add up to the price of the total.
 */
export interface PriceModelDefinition<P, Terms> {
  /** A price as price lists, the API and stored rows hold it; its `model` is the model's key in `PRICE_MODELS`. */
  schema: z.ZodType<P>;
  /** The arithmetic of one line. */
  line(price: P, from: number, quantity: number, total: number): PriceStep[];
  /** What the words of a language need to say the price, already written as that language writes it. */
  terms(price: P, written: Written): Terms;
}

/** Declares a model and keeps the exact types of its schema and terms. */
export function priceModel<S extends z.ZodType, Terms>(
  definition: PriceModelDefinition<z.infer<S>, Terms> & { schema: S },
): PriceModelDefinition<z.infer<S>, Terms> & { schema: S } {
  return definition;
}
