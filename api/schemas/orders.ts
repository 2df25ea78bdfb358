import { actor } from '../../domain/access/actor.js';
import { VIEWS } from '../../domain/access/views.js';
import { z } from 'zod';
import { METER_CODES } from '../../domain/catalog/index.js';
import { TERM_YEARS } from '../../domain/licences/term.js';
import { ORDER_KINDS, ORDER_STATES } from '../../domain/order.js';
import { MAX_QUANTITY } from '../../domain/usage.js';
import { amount, day, instant, productCode, programmeCode, text, uuid } from './common.js';
import { tenantRef } from './tenants.js';

const count = z.int().min(1).max(MAX_QUANTITY);
const years = z.int().min(TERM_YEARS.min).max(TERM_YEARS.max);
const startsOn = day
  .optional()
  .meta({ description: 'In the zone of the MSP; left out, or where it is approved later: the day of approval' });

/** What is ordered. */
export const orderInput = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('licence'),
      siteId: uuid,
      tenantRef: tenantRef.optional().meta({ description: 'None: for the site as a whole' }),
      meter: z.enum(METER_CODES),
      count,
      years,
      startsOn,
    }),
    z.strictObject({
      kind: z.literal('extension'),
      licenceId: uuid.meta({ description: 'The licence that gets more units, until it ends' }),
      count,
      startsOn,
    }),
    z.strictObject({
      kind: z.literal('renewal'),
      licenceId: uuid.meta({ description: 'The licence that it follows' }),
      count: count.optional().meta({ description: 'Left out: as many as it has itself, without what was added' }),
      years,
      startsOn: startsOn.meta({
        description: 'Left out: the day on which the licence ends; the day of approval once it has',
      }),
    }),
    z.strictObject({ kind: z.literal('product'), programme: programmeCode, product: productCode }),
  ])
  .meta({ id: 'OrderInput' });

export const quoteInput = z.strictObject({ order: orderInput }).meta({ id: 'OrderQuoteInput' });

export const placedOrder = z
  .strictObject({
    order: orderInput,
    confirmedPrice: amount.meta({ description: 'As quoted; PRICE_NOT_CONFIRMED where it is another by now' }),
  })
  .meta({ id: 'PlacedOrder' });

const terms = z.strictObject({
  siteId: uuid,
  tenantId: uuid.nullable(),
  meter: z.string(),
  count: z.int(),
  years: z.int().meta({ description: 'Of the term; of an extension: of the term it extends' }),
  licenceId: uuid.nullable().meta({ description: 'The licence that it extends or renews' }),
  startsOn: day.nullable().meta({ description: 'As wished; null: the day of approval' }),
  unitPrice: z.string().meta({ description: 'Of one unit and year' }),
  billing: z.enum(['whole', 'twelfths']),
});

export const quote = z
  .strictObject({
    programme: z.string(),
    product: z.string(),
    licence: terms.nullable(),
    price: amount.meta({ description: 'Of the whole, to be confirmed with the order' }),
    firstDay: day.nullable().meta({ description: 'Where it is approved today' }),
    endsOn: day.nullable().meta({ description: 'The first day it does not cover' }),
    approvedByRule: z.boolean(),
  })
  .meta({ id: 'OrderQuote' });

export const order = z
  .strictObject({
    id: uuid,
    mspId: uuid,
    programme: z.string(),
    kind: z.enum(ORDER_KINDS),
    product: z.string(),
    licence: terms.nullable(),
    price: amount,
    state: z.enum(ORDER_STATES),
    placedAt: instant,
    placedBy: actor,
    placedView: z.enum(VIEWS),
    decideUntil: instant,
    decidedAt: instant.nullable(),
    decidedBy: actor.nullable(),
    decidedHow: z.enum(['rule', 'person']).nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'Order' });

export const orderState = z.enum(ORDER_STATES);

export const orderDecision = z
  .strictObject({ decision: z.enum(['approve', 'refuse']), reason: text(1000).optional() })
  .meta({ id: 'OrderDecision' });

export const orderWithdrawal = z.strictObject({ reason: text(1000).optional() }).meta({ id: 'OrderWithdrawal' });

export const orderOutcome = z
  .strictObject({ orderId: uuid, state: orderState, decidedAt: instant })
  .meta({ id: 'OrderOutcome' });
