import { z } from 'zod';
import { priceModel } from './priceModel.js';
import type { PriceStep } from './priceStep.js';
import { tiers, writtenTiers, type Tier } from './tiers.js';

/** The units `from < n <= to`, tier by tier. */
function span(list: readonly Tier[], from: number, to: number): PriceStep[] {
  const steps: PriceStep[] = [];
  let tierStart = 0;
  for (const { upTo, unitPrice } of list) {
    const tierEnd = upTo ?? Number.POSITIVE_INFINITY;
    const units = Math.min(to, tierEnd) - Math.max(from, tierStart);
    if (units > 0) steps.push({ kind: 'units', units, unitPrice });
    tierStart = tierEnd;
  }
  return steps;
}

/** Each unit costs what its own tier says: the first 100 at one price, the next 400 at another. */
export const graduated = priceModel({
  schema: z.strictObject({ model: z.literal('graduated'), tiers }),
  line: (price, from, quantity) => span(price.tiers, from, from + quantity),
  terms: (price, written) => ({ tiers: writtenTiers(price.tiers, written) }),
});
