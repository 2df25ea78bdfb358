import { z } from 'zod';
import { decimal, type Decimal } from '../money.js';

const kinds = [
  z.strictObject({
    kind: z.literal('units'),
    units: z.int(),
    unitPrice: z.string(),
  }),
  z.strictObject({
    kind: z.literal('package'),
    packages: z.int().meta({ description: 'Packages opened here' }),
    size: z.int().meta({ description: 'Units in one package' }),
    packagePrice: z.string(),
    inOpenPackage: z.int().meta({ description: 'Units that fill a package which an earlier line opened and bears' }),
  }),
] as const;

/** One product of a printed formula. Prices are exact decimals in major units of the price list's currency. */
export const priceStep = z.discriminatedUnion('kind', kinds);

export type PriceStep = z.infer<typeof priceStep>;

/** The two factors of a step. */
export function factorsOf(step: PriceStep): { count: number; price: string } {
  switch (step.kind) {
    case 'units':
      return { count: step.units, price: step.unitPrice };
    case 'package':
      return { count: step.packages, price: step.packagePrice };
  }
}

/** Exact amount of steps, not rounded. */
export function amountOf(steps: readonly PriceStep[]): Decimal {
  return steps.reduce((sum, step) => {
    const { count, price } = factorsOf(step);
    return sum.plus(decimal(price).times(count));
  }, decimal(0));
}

/** Steps as files for machines write them, in no language's form: `100 x 2.50 + 20 x 2.00`. */
export function formulaOf(steps: readonly PriceStep[]): string {
  return steps
    .map((step) => {
      const { count, price } = factorsOf(step);
      const note =
        step.kind === 'package' && step.inOpenPackage > 0
          ? ` (${step.inOpenPackage} in a package opened by an earlier line)`
          : '';
      return `${count} x ${price}${note}`;
    })
    .join(' + ');
}
