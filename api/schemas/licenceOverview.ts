import { z } from 'zod';
import { LICENCE_STATUSES } from '../../db/readModels/licenceOverview.js';
import { day, uuid } from './common.js';

export const licenceStatus = z.enum(LICENCE_STATUSES).meta({
  description:
    'expiring: ends within `expiringDays`; expired: its term is over; ended: it was ended before its term was over, or cancelled',
});

const terms = z
  .strictObject({
    licenceId: uuid,
    siteId: uuid,
    siteName: z.string(),
    meter: z.string(),
    count: z.int().meta({ description: 'Units that it covers' }),
    agreedUntil: day.meta({ description: 'The first day it does not cover, as it was agreed' }),
    years: z.int(),
    billing: z.enum(['whole', 'twelfths']),
    unitPrice: z
      .string()
      .nullable()
      .meta({ description: "Of one unit and year, in `priceCurrency`; null: not the reader's to see" }),
    priceCurrency: z.string(),
    extends: uuid.nullable().meta({ description: 'The licence that it adds units to' }),
    renews: uuid.nullable().meta({ description: 'The licence that it follows' }),
    renewed: z.boolean().meta({ description: 'Whether another one follows it' }),
  })
  .meta({ id: 'LicenceTerms' });

export const heldLicence = z
  .strictObject({
    side: z.enum(['bought', 'sold']).meta({ description: 'As the view sees it in which you act' }),
    mspId: uuid,
    mspName: z.string(),
    programme: z.string(),
    product: z.string(),
    tenantId: uuid.nullable().meta({ description: 'Null: for a site as a whole' }),
    tenantName: z.string().nullable(),
    kind: z.enum(['term', 'metered']),
    status: licenceStatus,
    startsOn: day,
    endsOn: day.nullable().meta({ description: 'The first day it does not cover; null: until it is cancelled' }),
    service: z
      .strictObject({
        isDue: z.boolean().meta({ description: 'Today' }),
        until: day.nullable().meta({ description: 'The first day without; null: until it is cancelled' }),
      })
      .meta({ description: 'Use, updates and service: for the term of a licence, or while a subscription runs' }),
    terms: terms.nullable().meta({ description: 'Of a term licence; null: what is used is billed month by month' }),
  })
  .meta({ id: 'HeldLicence' });
