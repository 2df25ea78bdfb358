import { changeBySpan, type PriceModelDefinition, type PriceStep } from './priceModel.js';

export interface PerUnitPrice {
  model: 'per_unit';
  unitPrice: string;
}

function span(price: PerUnitPrice, from: number, to: number): PriceStep[] {
  return [{ units: to - from, unitPrice: price.unitPrice }];
}

/** Every unit costs the same. */
export const perUnit: PriceModelDefinition<PerUnitPrice> = {
  model: 'per_unit',
  line: (price, from, quantity) => span(price, from, from + quantity),
  change: (price, oldTotal, newTotal) => changeBySpan((from, to) => span(price, from, to), oldTotal, newTotal),
};
