import { fieldError } from '../../domain/errors.js';
import type { Period } from '../../domain/period.js';
import { SHIPPED_PROGRAMME_SETTINGS } from '../../domain/settings/index.js';
import type { Trx } from '../connect.js';
import { programmeNow } from '../readModels/programmeOf.js';
import { subscriptionIn, type SubscriptionKey } from './subscriptionStore.js';

/**
 * Whether a subscription of the tenant and product runs in the period. Where the programme asks for one (rule 21) and none
 * runs, throws STATE_CONFLICT on `/product`.
 */
export async function requireSubscription(trx: Trx, key: SubscriptionKey, period: Period): Promise<boolean> {
  if ((await subscriptionIn(trx, key, period)) !== undefined) return true;
  const { subscriptions } = (await programmeNow(trx, key.programme))?.settings ?? SHIPPED_PROGRAMME_SETTINGS;
  if (!subscriptions.required) return false;
  throw fieldError(
    'STATE_CONFLICT',
    '/product',
    `In "${key.programme}" a tenant's key needs a subscription, and none to ${key.product} runs in ${period}: start it first.`,
  );
}
