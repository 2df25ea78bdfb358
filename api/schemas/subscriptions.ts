import { actor } from '../../domain/access/actor.js';
import { z } from 'zod';
import { SUBSCRIPTION_KINDS } from '../../domain/subscription.js';
import { amount, currency, day, instant, period, periodText, text, uuid } from './common.js';
import { price } from './pricePlans.js';

const fromPeriod = period.optional();
const reason = text(1000).optional();
const confirmed = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'The digest of a preview')
  .optional()
  .meta({
    description: 'The digest of the preview that is confirmed; CHANGE_NOT_CONFIRMED where another would follow by now',
  });

export const subscriptionInput = z
  .strictObject({
    kind: z.enum(SUBSCRIPTION_KINDS).meta({ description: '`term` asks for a term licence of that month' }),
    fromPeriod: fromPeriod.meta({ description: 'Left out: the next month; the running one or later, not opened' }),
    reason,
    confirmed,
  })
  .meta({ id: 'SubscriptionInput' });

export const subscriptionEnd = z
  .strictObject({
    fromPeriod: fromPeriod.meta({ description: 'The first month without it. Left out: the next one; that or later' }),
    reason,
    confirmed,
  })
  .meta({ id: 'SubscriptionEnd' });

export const subscriptionPreviewInput = z
  .strictObject({
    change: z.enum([...SUBSCRIPTION_KINDS, 'ended']),
    fromPeriod: fromPeriod.meta({ description: 'Left out: the next month, as with the change itself' }),
  })
  .meta({ id: 'SubscriptionPreviewInput' });

const prices = z
  .strictObject({
    currency,
    meters: z.array(
      z.strictObject({
        meter: z.string(),
        unit: z.string(),
        aggregation: z.string(),
        price: price.nullable().meta({ description: 'Of a unit and month; null: the list has none' }),
      }),
    ),
    monthlyMinimum: amount.nullable().meta({ description: 'Of the MSP as a whole' }),
  })
  .nullable();

export const subscriptionPreview = z
  .strictObject({
    change: z.enum([...SUBSCRIPTION_KINDS, 'ended']),
    fromPeriod: periodText.meta({ description: 'The first month in which it holds' }),
    untilPeriod: periodText.nullable().meta({ description: 'From here on something else is set already' }),
    replaces: z
      .enum([...SUBSCRIPTION_KINDS, 'ended'])
      .nullable()
      .meta({ description: 'What else was set for that very month' }),
    until: z
      .strictObject({
        lastPeriod: periodText.meta({ description: 'The last month that stays as it is' }),
        kind: z.enum(SUBSCRIPTION_KINDS).nullable().meta({ description: 'Null: none runs' }),
        prices: prices.meta({
          description: 'By which what is used in that month is billed; null: nobody has set them',
        }),
      })
      .meta({ description: 'What is billed until then' }),
    after: z
      .strictObject({
        kind: z.enum(SUBSCRIPTION_KINDS).nullable().meta({ description: 'Null: none runs' }),
        prices: prices.meta({
          description:
            'What is used from then on, and with a term what exceeds its licences, as far as it is set today; null: it ' +
            'ends, or nobody has set them',
        }),
        licences: z
          .array(z.strictObject({ id: uuid, meter: z.string(), count: z.int(), startsOn: day, endsOn: day }))
          .meta({ description: 'Term licences that cover the tenant then: they run to their end, whatever changes' }),
        keysEnded: z.int().meta({ description: 'Keys of the tenant and product that end with it' }),
      })
      .meta({ description: 'What holds then' }),
    digest: z.string().meta({ description: 'To be sent as `confirmed` with the change' }),
  })
  .meta({ id: 'SubscriptionPreview' });

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
