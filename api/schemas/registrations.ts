import { actor } from '../../domain/access/actor.js';
import { z } from 'zod';
import { REGISTRATION_DECISIONS } from '../../domain/msp.js';
import {
  addressLines,
  country,
  email,
  instant,
  locale,
  period,
  periodText,
  programmeCode,
  printedText,
  text,
  uuid,
  zone,
} from './common.js';
import { participationState } from './msps.js';
import { linkSecret } from './signIn.js';

export const registrationInput = z
  .strictObject({
    programme: programmeCode,
    company: z.strictObject({
      name: printedText(200),
      registrationNumber: printedText(60),
      address: addressLines,
      country,
    }),
    contact: z.strictObject({ name: text(120), email }),
    locale,
    zone,
    mspId: uuid.optional().meta({ description: 'Chosen by the client, so that a repeat is the same registration' }),
  })
  .meta({ id: 'RegistrationInput' });

export const registrationReceived = z
  .strictObject({
    programme: z.string(),
    mspId: uuid,
    state: participationState,
    confirmUntil: instant.nullable().meta({ description: 'Until when the link in the mail is good; null: confirmed' }),
  })
  .meta({ id: 'RegistrationReceived' });

export const enteredRegistration = registrationInput.omit({ programme: true }).meta({ id: 'EnteredRegistration' });

export const applicationLink = z
  .strictObject({ link: linkSecret.meta({ description: 'What stands behind the # of the link in the mail' }) })
  .meta({ id: 'ApplicationLink' });

export const withdrawal = applicationLink.extend({ reason: text(1000).optional() }).meta({ id: 'Withdrawal' });

/** What an applicant sees of its own application. */
export const ownApplication = z
  .strictObject({
    programme: z.string(),
    programmeName: z.string(),
    mspId: uuid,
    company: z.string(),
    state: participationState,
    appliedAt: instant,
    decideUntil: instant,
    decidedAt: instant.nullable(),
    reason: z.string().nullable().meta({ description: 'Why it was rejected' }),
    joinedPeriod: periodText.nullable(),
  })
  .meta({ id: 'OwnApplication' });

export const registration = z
  .strictObject({
    programme: z.string(),
    mspId: uuid,
    state: participationState,
    company: z.strictObject({
      name: z.string(),
      registrationNumber: z.string(),
      address: z.array(z.string()),
      country,
    }),
    contact: z.strictObject({ name: z.string(), email: z.string() }),
    locale,
    zone: z.string(),
    joinedPeriod: periodText.nullable().meta({ description: 'Billed from this month on' }),
    distributorId: uuid.nullable(),
    duplicateOf: z.array(uuid).meta({ description: 'Participants that are probably the same company, at most twenty' }),
    appliedAt: instant,
    decideUntil: instant,
    decidedAt: instant.nullable().meta({ description: 'Of the last change of its state' }),
    decidedBy: actor.nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'Registration' });

export const registrationDecision = z
  .strictObject({
    decision: z.enum(REGISTRATION_DECISIONS),
    reason: text(1000).optional(),
    joins: period
      .optional()
      .meta({ description: 'With `approve`: the first month that is billed; left out: the one of the decision' }),
  })
  .refine(({ decision, joins }) => decision === 'approve' || joins === undefined, {
    path: ['joins'],
    message: 'Only who is approved joins',
  })
  .meta({ id: 'RegistrationDecision' });

export const registrationOutcome = z
  .strictObject({ mspId: uuid, state: participationState, joinedPeriod: periodText.nullable(), decidedAt: instant })
  .meta({ id: 'RegistrationOutcome' });
