/** Rule 9: what units cost, by a price list as it was frozen. Written for verify alone: nothing here is of domain/pricing. */
import { exact, NOTHING, plus, times, type Exact } from './exact.js';

/** A price as stored. Of a model that is not known here, no amount can be told. */
export interface StoredPrice {
  model: string;
  unitPrice?: string;
  tiers?: readonly { upTo?: number; unitPrice: string }[];
  size?: number;
  packagePrice?: string;
}

/** One printed product: so many of something at a price. */
export interface Product {
  count: number;
  price: string;
}

/** A step of a formula as it is stored in a line. */
export interface StoredStep {
  kind: string;
  units?: number;
  unitPrice?: string;
  packages?: number;
  packagePrice?: string;
}

/**
 * The products of `units` units that come after the first `before` of `total`; undefined: the model is not known here.
 * Each unit is asked for its own price where that is what the model says.
 */
export function productsOf(
  price: StoredPrice,
  { before, units, total }: { before: number; units: number; total: number },
): Product[] | undefined {
  if (units === 0) return [];
  const after = before + units;
  switch (price.model) {
    case 'per_unit':
      return [{ count: units, price: price.unitPrice ?? '' }];
    case 'volume': {
      const tier = price.tiers?.find(({ upTo }) => upTo === undefined || upTo >= total);
      return [{ count: units, price: tier?.unitPrice ?? price.tiers?.at(-1)?.unitPrice ?? '' }];
    }
    case 'graduated': {
      // From the top: what lies above where a tier begins is its own, the rest is left to the tiers below.
      const products: Product[] = [];
      let left = after;
      const tiers = price.tiers ?? [];
      for (let index = tiers.length - 1; index >= 0; index -= 1) {
        const begin = Math.max(before, index === 0 ? 0 : (tiers[index - 1]?.upTo ?? 0));
        if (left > begin) products.unshift({ count: left - begin, price: tiers[index]?.unitPrice ?? '' });
        left = Math.min(left, begin);
      }
      return products;
    }
    case 'package': {
      const size = price.size ?? 1;
      // A package is opened by its first unit: those whose first unit is among these.
      let opened = 0;
      for (let first = Math.ceil(before / size) * size; first < after; first += size) opened += 1;
      return [{ count: opened, price: price.packagePrice ?? '' }];
    }
    default:
      return undefined;
  }
}

/** The products that a line prints. */
export function printedProducts(steps: readonly StoredStep[]): Product[] {
  return steps.map(({ units, packages, unitPrice, packagePrice }) => ({
    count: units ?? packages ?? 0,
    price: unitPrice ?? packagePrice ?? '',
  }));
}

export function amountOf(products: readonly Product[]): Exact {
  return products.reduce((amount, { count, price }) => plus(amount, times(exact(count), exact(price))), NOTHING);
}

export function sameProducts(a: readonly Product[], b: readonly Product[]): boolean {
  return (
    JSON.stringify(a.map(({ count, price }) => [count, price])) ===
    JSON.stringify(b.map(({ count, price }) => [count, price]))
  );
}
