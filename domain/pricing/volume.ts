import type { PriceModelDefinition, Tier } from './priceModel.js';

export interface VolumePrice {
  model: 'volume';
  tiers: Tier[];
}

function unitPriceAt(price: VolumePrice, total: number): string {
  const tier = price.tiers.find(({ upTo }) => upTo === undefined || total <= upTo) ?? price.tiers.at(-1);
  if (tier === undefined) throw new RangeError('A volume price needs at least one tier');
  return tier.unitPrice;
}

/** The tier the total falls into prices every unit. */
export const volume: PriceModelDefinition<VolumePrice> = {
  model: 'volume',
  line: (price, _from, quantity, total) => [{ units: quantity, unitPrice: unitPriceAt(price, total) }],
  change: (price, oldTotal, newTotal) => [
    { units: newTotal, unitPrice: unitPriceAt(price, newTotal) },
    { units: -oldTotal, unitPrice: unitPriceAt(price, oldTotal) },
  ],
};
