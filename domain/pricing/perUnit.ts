import { z } from 'zod';
import { decimalPrice } from './decimalPrice.js';
import { priceModel } from './priceModel.js';

/** Every unit costs the same. */
export const perUnit = priceModel({
  schema: z.strictObject({ model: z.literal('per_unit'), unitPrice: decimalPrice }),
  line: ({ unitPrice }, _from, quantity) => [{ kind: 'units', units: quantity, unitPrice }],
  terms: ({ unitPrice }, { price }) => ({ unitPrice: price(unitPrice) }),
});
