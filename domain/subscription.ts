/** Subscriptions: a tenant's use of a product, metered or term, from a period, until a period. */
import { fieldError } from './errors.js';
import { nextPeriod, type Period } from './period.js';

export const SUBSCRIPTION_KINDS = ['metered', 'term'] as const;
export type SubscriptionKind = (typeof SUBSCRIPTION_KINDS)[number];

/** What a change says of a tenant's use of a product from its period on; `ended`: it is used no more. */
export type SubscriptionChange = SubscriptionKind | 'ended';

/**
 * From which period a change holds: as wished, or the one after `current`, the MSP's running month. Throws
 * VALIDATION_FAILED on `/fromPeriod` for a month before it, and for an end that is not in a later month: keys would end with
 * a month in which they were used. That it was not opened (rule 19) is for the caller to ask.
 */
export function changesFrom(change: SubscriptionChange, wished: Period | undefined, current: Period): Period {
  const from = wished ?? nextPeriod(current);
  const first = change === 'ended' ? nextPeriod(current) : current;
  if (from >= first) return from;
  throw fieldError(
    'VALIDATION_FAILED',
    '/fromPeriod',
    change === 'ended'
      ? `What is used this month is billed: it can end from ${first} on.`
      : `It can begin or change from ${first} on.`,
  );
}

/**
 * From which period a cap holds: as wished, or the one after `current`, the MSP's running month, which it does not change. Throws
 * VALIDATION_FAILED on `/fromPeriod` for an earlier one. That it was not opened (rule 19) is for the caller to ask.
 */
export function capFrom(wished: Period | undefined, current: Period): Period {
  const first = nextPeriod(current);
  if (wished === undefined || wished >= first) return wished ?? first;
  throw fieldError('VALIDATION_FAILED', '/fromPeriod', `A cap is set, changed or removed from ${first} on.`);
}
