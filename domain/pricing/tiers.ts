import { z } from 'zod';
import { decimalPrice } from './decimalPrice.js';
import type { Written } from './priceModel.js';

/** Tiers in ascending order. A tier ends at `upTo` units inclusive; the last one has no end. */
export const tiers = z
  .array(z.strictObject({ upTo: z.int().positive().optional(), unitPrice: decimalPrice }))
  .min(1)
  .max(50)
  .refine(
    (list) =>
      list.every(({ upTo }, i) => {
        if (i === list.length - 1) return upTo === undefined;
        return upTo !== undefined && upTo > (list[i - 1]?.upTo ?? 0);
      }),
    'Tiers ascend, and the last one alone has no end',
  );

export type Tier = z.infer<typeof tiers>[number];

/** A tier as a reader sees it: units `from` to `to` (null: no end), each at `price`. */
export interface WrittenTier {
  from: string;
  to: string | null;
  price: string;
}

export function writtenTiers(list: readonly Tier[], { count, price }: Written): WrittenTier[] {
  return list.map(({ upTo, unitPrice }, i) => ({
    from: count((list[i - 1]?.upTo ?? 0) + 1),
    to: upTo === undefined ? null : count(upTo),
    price: price(unitPrice),
  }));
}
