import { actor } from '../../domain/access/actor.js';
import { z } from 'zod';
import { MAX_QUANTITY } from '../../domain/usage.js';
import { day, instant, text, uuid } from './common.js';
import { tenantRef } from './tenants.js';

export const termLicence = z
  .strictObject({
    id: uuid,
    orderId: uuid.meta({ description: 'The approved order that made it' }),
    siteId: uuid,
    tenantId: uuid.nullable(),
    meter: z.string(),
    count: z.int(),
    startsOn: day,
    endsOn: day.meta({ description: 'The first day it does not cover; earlier than agreed once it was ended' }),
    agreedUntil: day,
    extends: uuid.nullable().meta({ description: 'The licence that it adds units to' }),
    renews: uuid.nullable().meta({ description: 'The licence that it follows' }),
    termStartsOn: day,
    years: z.int(),
    unitPrice: z
      .string()
      .nullable()
      .meta({ description: "Of one unit and year, in `priceCurrency`, as agreed; null: not the reader's to see" }),
    priceCurrency: z.string(),
    billing: z.enum(['whole', 'twelfths']),
    instalments: z.int().meta({ description: 'Months in which it is billed' }),
    endedAt: instant.nullable(),
    endedBy: actor.nullable(),
    endReason: z.string().nullable(),
  })
  .meta({ id: 'TermLicence' });

export const termLicenceEnd = z
  .strictObject({
    endsOn: day.meta({ description: 'The first day it does not cover any more' }),
    reason: text(1000),
  })
  .meta({ id: 'TermLicenceEnd' });

export const termLicenceCorrection = z
  .strictObject({
    count: z.int().min(1).max(MAX_QUANTITY).optional().meta({ description: 'Fewer than ordered; more is an order' }),
    tenantRef: tenantRef.nullable().optional().meta({ description: 'Null: for the site as a whole' }),
    reason: text(1000),
  })
  .refine(({ count, tenantRef: ref }) => count !== undefined || ref !== undefined, {
    path: ['count'],
    message: 'Say what is to be corrected',
  })
  .meta({ id: 'TermLicenceCorrection' });
