import { changeBySpan, type PriceModelDefinition, type PriceStep } from './priceModel.js';

export interface PackagePrice {
  model: 'package';
  /** Units in one package. */
  size: number;
  packagePrice: string;
}

function span(price: PackagePrice, from: number, to: number): PriceStep[] {
  const opened = Math.ceil(to / price.size) - Math.ceil(from / price.size);
  return [{ units: opened, unitPrice: price.packagePrice, packageOf: price.size }];
}

/** Sold by the package: a package counts as soon as its first unit is used, and the line that opens it bears it. */
export const packagePrice: PriceModelDefinition<PackagePrice> = {
  model: 'package',
  line: (price, from, quantity) => span(price, from, from + quantity),
  change: (price, oldTotal, newTotal) => changeBySpan((from, to) => span(price, from, to), oldTotal, newTotal),
};
