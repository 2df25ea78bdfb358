import { z } from 'zod';
import { METER_CODES } from '../../domain/catalog/index.js';
import { TERM_YEARS } from '../../domain/termLicence.js';
import { MAX_QUANTITY } from '../../domain/usage.js';
import { day, uuid } from './common.js';
import { tenantRef } from './tenants.js';

const meter = z.enum(METER_CODES);

export const termLicenceInput = z
  .strictObject({
    siteId: uuid,
    tenantRef: tenantRef.optional().meta({ description: 'None: for the site as a whole' }),
    meter,
    count: z.number().int().min(1).max(MAX_QUANTITY),
    startsOn: day,
    years: z.number().int().min(TERM_YEARS.min).max(TERM_YEARS.max).optional(),
    extends: uuid
      .optional()
      .meta({ description: 'More of an existing licence, until that one ends; instead of years' }),
  })
  .refine((licence) => (licence.years === undefined) !== (licence.extends === undefined), {
    path: ['years'],
    message: 'Give either years or the licence it extends',
  })
  .meta({ id: 'TermLicenceInput' });

export const termLicence = z
  .strictObject({
    id: uuid,
    siteId: uuid,
    tenantId: uuid.nullable(),
    meter: z.string(),
    count: z.number().int(),
    startsOn: day,
    endsOn: day.meta({ description: 'The first day it does not cover' }),
  })
  .meta({ id: 'TermLicence' });
