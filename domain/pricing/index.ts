/**
 * Price models, one file each: the schema of its prices, its arithmetic and what its words need. A new model is one file
 * and one line in `PRICE_MODELS`; types, the API's schema and the reading of stored prices follow from that line, and
 * the compiler names what is missing: its words in English and an example for the tests.
 */
import { z } from 'zod';
import { graduated } from './graduated.js';
import { packagePrice } from './package.js';
import { perUnit } from './perUnit.js';
import type { PriceModelDefinition, Written } from './priceModel.js';
import type { PriceStep } from './priceStep.js';
import { volume } from './volume.js';

export type { Written } from './priceModel.js';
export { amountOf, factorsOf, formulaOf, priceStep, type PriceStep } from './priceStep.js';
export type { Tier, WrittenTier } from './tiers.js';

/** By the `model` of their prices. */
const PRICE_MODELS = {
  per_unit: perUnit,
  graduated,
  volume,
  package: packagePrice,
};

export type PriceModel = keyof typeof PRICE_MODELS;
export type PriceOf = { [M in PriceModel]: z.infer<(typeof PRICE_MODELS)[M]['schema']> };
export type Price = PriceOf[PriceModel];

type TermsOf = { [M in PriceModel]: ReturnType<(typeof PRICE_MODELS)[M]['terms']> };

/** How a language says each model's price for one meter. */
export type PriceWords = { [M in PriceModel]: (terms: TermsOf[M]) => string };

const DEFINITIONS: { [M in PriceModel]: PriceModelDefinition<PriceOf[M], TermsOf[M]> } = PRICE_MODELS;

const { per_unit: first, ...others } = PRICE_MODELS;

/** Any price of any model, as the API takes it and stored rows hold it. */
export const priceSchema = z.discriminatedUnion('model', [
  first.schema,
  ...Object.values(others).map(({ schema }) => schema),
]);

/** The arithmetic of one line that occupies `quantity` units after the first `from` of the MSP's `total`. */
export function priceLine(price: Price, from: number, quantity: number, total: number): PriceStep[] {
  const definition: PriceModelDefinition<Price, unknown> = DEFINITIONS[price.model];
  return quantity === 0 ? [] : definition.line(price, from, quantity, total);
}

function inWords<M extends PriceModel>(model: M, price: PriceOf[M], written: Written, words: PriceWords): string {
  return words[model](DEFINITIONS[model].terms(price, written));
}

/** A price in a language's words. */
export function priceInWords(price: Price, written: Written, words: PriceWords): string {
  return inWords(price.model, price, written, words);
}
