/** Prices of every model, for what must hold for all of them; a model that is missing here does not compile. */
import fc from 'fast-check';
import { decimal } from '../../domain/money.js';
import type { PriceModel, PriceOf, Tier } from '../../domain/pricing/index.js';

const unitPrice = fc.integer({ min: 0, max: 99_999 }).map((thousandths) => decimal(thousandths).div(1000).toFixed());

const tiers = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 1, max: 400 }), { maxLength: 4 }),
    fc.array(unitPrice, { minLength: 5, maxLength: 5 }),
  )
  .map(([ends, prices]): Tier[] => [
    ...ends.toSorted((a, b) => a - b).map((upTo, index) => ({ upTo, unitPrice: prices[index] ?? '0' })),
    { unitPrice: prices[4] ?? '0' },
  ]);

export const PRICES_OF: { [M in PriceModel]: fc.Arbitrary<PriceOf[M]> } = {
  per_unit: fc.record({ model: fc.constant('per_unit'), unitPrice }),
  graduated: fc.record({ model: fc.constant('graduated'), tiers }),
  volume: fc.record({ model: fc.constant('volume'), tiers }),
  package: fc.record({
    model: fc.constant('package'),
    size: fc.integer({ min: 1, max: 100 }),
    packagePrice: unitPrice,
  }),
};
