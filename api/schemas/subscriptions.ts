import { actor } from '../../domain/access/actor.js';
import { z } from 'zod';
import { SUBSCRIPTION_KINDS } from '../../domain/subscription.js';
import { instant, period, periodText, text, uuid } from './common.js';

const fromPeriod = period.optional();
const reason = text(1000).optional();

export const subscriptionInput = z
  .strictObject({
    kind: z.enum(SUBSCRIPTION_KINDS).meta({ description: '`term` asks for a term licence of that month' }),
    fromPeriod: fromPeriod.meta({ description: 'Left out: the next month; the running one or later, not opened' }),
    reason,
  })
  .meta({ id: 'SubscriptionInput' });

export const subscriptionEnd = z
  .strictObject({
    fromPeriod: fromPeriod.meta({ description: 'The first month without it. Left out: the next one; that or later' }),
    reason,
  })
  .meta({ id: 'SubscriptionEnd' });

export const subscription = z
  .strictObject({
    tenantId: uuid,
    programme: z.string(),
    product: z.string(),
    kind: z.enum(SUBSCRIPTION_KINDS),
    fromPeriod: periodText,
    untilPeriod: periodText.nullable().meta({ description: 'The first month without it; null: no end is known' }),
    orderId: uuid.nullable().meta({ description: 'The order that made it' }),
    setAt: instant,
    setBy: actor,
    reason: z.string().nullable(),
  })
  .meta({ id: 'Subscription' });

export const subscriptionCourse = z
  .strictObject({ items: z.array(subscription) })
  .meta({ id: 'SubscriptionCourse', description: "A tenant's use of one product, by first month" });
