import { decimal, type Decimal } from '../money.js';

/** One factor pair of a printed formula: `units × unitPrice`, in the price list's currency. */
export interface PriceStep {
  /** Negative only in corrections that take something back. */
  units: number;
  /** Exact decimal in major units of the price list's currency. */
  unitPrice: string;
  /** Set when `units` counts packages of that many units. */
  packageOf?: number;
}

/** A tier ends at `upTo` units inclusive; the last one has no end. Tiers are in ascending order. */
export interface Tier {
  upTo?: number | undefined;
  unitPrice: string;
}

/**
 * One way to price a meter. All the MSP's lines of a meter stand in one row, so a line occupies the units
 * `from < n <= from + quantity` of the MSP's `total`. The steps of a line, multiplied and added, are its exact amount,
 * and the exact amounts of all lines add up to the price of the total.
 */
export interface PriceModelDefinition<P extends { model: string }> {
  model: P['model'];
  /** The arithmetic of one line. */
  line(price: P, from: number, quantity: number, total: number): PriceStep[];
  /** The arithmetic of a correction: what `newTotal` units cost more (or less) than `oldTotal` did. */
  change(price: P, oldTotal: number, newTotal: number): PriceStep[];
}

/** Exact amount of steps, not rounded. */
export function amountOf(steps: readonly PriceStep[]): Decimal {
  return steps.reduce((sum, step) => sum.plus(decimal(step.unitPrice).times(step.units)), decimal(0));
}

/** `change` for models in which a unit's price depends on its own position only. */
export function changeBySpan(
  span: (from: number, to: number) => PriceStep[],
  oldTotal: number,
  newTotal: number,
): PriceStep[] {
  if (newTotal >= oldTotal) return span(oldTotal, newTotal);
  return span(newTotal, oldTotal).map((step) => ({ ...step, units: -step.units }));
}
