import { z } from 'zod';
import { MSP_STATES, REGISTRATION_DECISIONS } from '../../domain/msp.js';
import { addressLines, country, email, instant, locale, text, uuid, zone } from './common.js';

export const registrationInput = z
  .strictObject({
    company: z.strictObject({ name: text(200), registrationNumber: text(60), address: addressLines, country }),
    contact: z.strictObject({ name: text(120), email }),
    locale,
    zone,
    mspId: uuid.optional().meta({ description: 'Chosen by the client, so that a repeat is the same registration' }),
  })
  .meta({ id: 'RegistrationInput' });

export const mspState = z.enum(MSP_STATES);

export const registrationReceived = z
  .strictObject({ mspId: uuid, state: mspState, decideUntil: instant, probableDuplicate: z.boolean() })
  .meta({ id: 'RegistrationReceived' });

export const registration = z
  .strictObject({
    mspId: uuid,
    state: mspState,
    company: z.strictObject({
      name: z.string(),
      registrationNumber: z.string(),
      address: z.array(z.string()),
      country,
    }),
    contact: z.strictObject({ name: z.string(), email: z.string() }),
    locale,
    zone: z.string(),
    programmeCode: z.string(),
    distributorId: uuid,
    duplicateOf: z.array(uuid).meta({ description: 'Registrations that are probably the same company' }),
    appliedAt: instant,
    decideUntil: instant,
    decidedAt: instant.nullable(),
    decidedBy: z.string().nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'Registration' });

export const registrationDecision = z
  .strictObject({ decision: z.enum(REGISTRATION_DECISIONS), reason: text(1000).optional() })
  .meta({ id: 'RegistrationDecision' });

export const registrationOutcome = z
  .strictObject({ mspId: uuid, state: mspState, decidedAt: instant })
  .meta({ id: 'RegistrationOutcome' });
