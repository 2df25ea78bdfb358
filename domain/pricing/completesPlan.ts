import { canonicalJson } from '../canonicalJson.js';
import type { PricePlan } from './pricePlan.js';

/**
 * Whether a plan only adds prices to the one in force: with it nothing that was priced comes to anything else. Where none
 * is in force every plan does.
 */
export function completesPlan(inForce: PricePlan | undefined, plan: PricePlan): boolean {
  if (inForce === undefined) return true;
  const priced = new Map(Object.entries(plan.prices));
  return (
    inForce.currency === plan.currency &&
    inForce.monthlyMinimumMinor === plan.monthlyMinimumMinor &&
    inForce.firstMonth === plan.firstMonth &&
    Object.entries(inForce.prices).every(
      ([meter, price]) => canonicalJson(price) === canonicalJson(priced.get(meter) ?? null),
    )
  );
}
