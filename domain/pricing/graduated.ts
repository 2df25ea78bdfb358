import { changeBySpan, type PriceModelDefinition, type PriceStep, type Tier } from './priceModel.js';

export interface GraduatedPrice {
  model: 'graduated';
  tiers: Tier[];
}

function span(price: GraduatedPrice, from: number, to: number): PriceStep[] {
  const steps: PriceStep[] = [];
  let tierStart = 0;
  for (const tier of price.tiers) {
    const tierEnd = tier.upTo ?? Number.POSITIVE_INFINITY;
    const units = Math.min(to, tierEnd) - Math.max(from, tierStart);
    if (units > 0) steps.push({ units, unitPrice: tier.unitPrice });
    tierStart = tierEnd;
  }
  return steps;
}

/** Each unit costs what its own tier says: the first 100 at one price, the next 400 at another. */
export const graduated: PriceModelDefinition<GraduatedPrice> = {
  model: 'graduated',
  line: (price, from, quantity) => span(price, from, from + quantity),
  change: (price, oldTotal, newTotal) => changeBySpan((from, to) => span(price, from, to), oldTotal, newTotal),
};
