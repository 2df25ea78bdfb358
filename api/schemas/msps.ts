import { z } from 'zod';
import { PARTICIPATION_STATES } from '../../domain/msp.js';
import { instant, locale, period, periodText, text, uuid, zone } from './common.js';

export const participationState = z.enum(PARTICIPATION_STATES);

export const msp = z
  .strictObject({
    id: uuid,
    name: z.string(),
    registrationNumber: z.string(),
    country: z.string(),
    email: z.string(),
    locale,
    zone: z.string().meta({ description: 'In the current month' }),
    participations: z.array(
      z.strictObject({
        programme: z.string(),
        state: participationState,
        joinedPeriod: periodText.nullable(),
        leftPeriod: periodText.nullable(),
        distributorId: uuid,
        distributorCode: z.string(),
        appliedAt: instant,
        decidedAt: instant.nullable(),
      }),
    ),
    tenants: z.int(),
    sites: z.int(),
  })
  .meta({ id: 'Msp' });

export const zoneInput = z
  .strictObject({
    fromPeriod: period.meta({ description: 'The first month: one that none of its programmes has opened' }),
    zone,
    reason: text(500).optional(),
  })
  .meta({ id: 'MspZoneInput' });

export const mspZone = z
  .strictObject({ mspId: uuid, zones: z.array(z.strictObject({ fromPeriod: periodText, zone: z.string() })) })
  .meta({ id: 'MspZone' });
