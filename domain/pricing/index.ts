/**
 * Price models, one file each. A new model is one file, one member of `Price` and one line in `PRICE_MODELS`; the
 * compiler names every place that forgets it.
 */
import { graduated, type GraduatedPrice } from './graduated.js';
import { packagePrice, type PackagePrice } from './package.js';
import { perUnit, type PerUnitPrice } from './perUnit.js';
import type { PriceModelDefinition, PriceStep } from './priceModel.js';
import { volume, type VolumePrice } from './volume.js';

export { amountOf } from './priceModel.js';
export type { PriceStep, Tier } from './priceModel.js';
export type { GraduatedPrice, PackagePrice, PerUnitPrice, VolumePrice };

export type Price = PerUnitPrice | GraduatedPrice | VolumePrice | PackagePrice;
export type PriceModel = Price['model'];

export const PRICE_MODELS: { [M in PriceModel]: PriceModelDefinition<Extract<Price, { model: M }>> } = {
  per_unit: perUnit,
  graduated,
  volume,
  package: packagePrice,
};

function definitionOf(price: Price): PriceModelDefinition<Price> {
  return PRICE_MODELS[price.model];
}

/** The arithmetic of one line that occupies `quantity` units after the first `from` of the MSP's `total`. */
export function priceLine(price: Price, from: number, quantity: number, total: number): PriceStep[] {
  return quantity === 0 ? [] : definitionOf(price).line(price, from, quantity, total);
}

/** The arithmetic of a correction from `oldTotal` to `newTotal` units of one meter. */
export function priceChange(price: Price, oldTotal: number, newTotal: number): PriceStep[] {
  return definitionOf(price)
    .change(price, oldTotal, newTotal)
    .filter(({ units }) => units !== 0);
}
