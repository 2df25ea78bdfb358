import { z } from 'zod';
import { instant, instantIn, uuid } from './common.js';

export const mandateRequest = z
  .strictObject({
    customerId: uuid.meta({ description: "The customer's company, as it names itself to you" }),
    from: instantIn.optional().meta({ description: 'Now if it is left out; never before the consent' }),
    until: instantIn.optional().meta({ description: 'Until it is ended if it is left out' }),
  })
  .meta({ id: 'MandateRequest' });

const company = z.strictObject({ id: uuid, name: z.string() });

export const mandate = z
  .strictObject({
    id: uuid,
    integrator: company,
    customer: company,
    state: z.enum(['asked', 'agreed', 'over']).meta({ description: 'Agreed: in force from `from` on, until `until`' }),
    from: instant,
    until: instant.nullable(),
    askedAt: instant,
    consentedAt: instant.nullable().meta({ description: 'By a person of the customer; null: it never was in force' }),
    endedAt: instant.nullable().meta({ description: 'Refused, or ended by one of the two' }),
  })
  .meta({ id: 'Mandate' });
