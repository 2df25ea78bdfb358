import { z } from 'zod';
import { decimalPrice } from './decimalPrice.js';
import { priceModel } from './priceModel.js';

/** Packages that so many units open: a package counts as soon as its first unit is used. */
const opened = (units: number, size: number) => Math.ceil(units / size);

/** Sold by the package; the line that opens a package bears it, later lines fill it and say so. */
export const packagePrice = priceModel({
  schema: z.strictObject({
    model: z.literal('package'),
    size: z.int().positive().meta({ description: 'Units in one package' }),
    packagePrice: decimalPrice,
  }),
  line: ({ size, packagePrice }, from, quantity) => [
    {
      kind: 'package',
      packages: opened(from + quantity, size) - opened(from, size),
      size,
      packagePrice,
      inOpenPackage: Math.min(quantity, opened(from, size) * size - from),
    },
  ],
  terms: ({ size, packagePrice }, { count, price }) => ({ size: count(size), packagePrice: price(packagePrice) }),
});
