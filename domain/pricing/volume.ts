import { z } from 'zod';
import { priceModel } from './priceModel.js';
import { tiers, writtenTiers, type Tier } from './tiers.js';

function unitPriceAt(list: readonly Tier[], total: number): string {
  const tier = list.find(({ upTo }) => upTo === undefined || total <= upTo) ?? list.at(-1);
  if (tier === undefined) throw new RangeError('A volume price needs at least one tier');
  return tier.unitPrice;
}

/** The tier the total falls into prices every unit. */
export const volume = priceModel({
  schema: z.strictObject({ model: z.literal('volume'), tiers }),
  line: (price, _from, quantity, total) => [
    { kind: 'units', units: quantity, unitPrice: unitPriceAt(price.tiers, total) },
  ],
  terms: (price, written) => ({ tiers: writtenTiers(price.tiers, written) }),
});
