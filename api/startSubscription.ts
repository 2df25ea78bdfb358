import { appendAudit } from '../db/access/auditStore.js';
import type { Trx } from '../db/connect.js';
import { firstUnopenedIfOpened } from '../db/programmes/periods.js';
import { putSubscription, type SubscriptionKey } from '../db/programmes/subscriptionStore.js';
import type { Actor } from '../domain/access/actor.js';
import type { Period } from '../domain/period.js';

/** What starts a subscription without an order: the first key, or the first token, of a tenant and product. */
interface Start {
  /** The month that runs in the MSP's zone. */
  running: Period;
  by: { keyId: string } | { enrolmentTokenId: string };
  actor: Actor;
  at: Date;
}

/**
 * Starts the metered subscription of a tenant and product, from the running month or the first that is not opened, where the
 * programme does not ask for one before. With its audit event.
 */
export async function startSubscription(
  trx: Trx,
  key: SubscriptionKey,
  { running, by, actor, at }: Start,
): Promise<void> {
  const unopened = await firstUnopenedIfOpened(trx, key.programme);
  const fromPeriod = unopened !== null && unopened > running ? unopened : running;
  const reason = 'keyId' in by ? 'Started by its key.' : 'Started by its enrolment token.';
  await putSubscription(trx, { ...key, kind: 'metered', fromPeriod, orderId: null, at, by: actor, reason });
  appendAudit(trx, {
    at,
    actor,
    action: 'subscription.set',
    subject: `tenant:${key.tenantId}`,
    mspId: key.mspId,
    after: { programme: key.programme, product: key.product, kind: 'metered', fromPeriod, ...by },
    reason,
  });
}
