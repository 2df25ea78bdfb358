import { z } from 'zod';
import { actor } from '../../domain/access/actor.js';
import { mailAddress } from '../../domain/mailAddress.js';
import { RETENTION_CLASS_NAMES } from '../../domain/retention.js';
import { day, instant, programmeCode, uuid } from './common.js';
import { reason } from './keys.js';

export const legalHoldInput = z
  .strictObject({
    companyId: uuid.optional(),
    programme: programmeCode.optional(),
    everything: z.literal(true).optional(),
    reason,
  })
  .refine(
    ({ companyId, programme, everything }) =>
      [companyId, programme, everything].filter((one) => one !== undefined).length === 1,
    { path: ['companyId'], message: 'Give one of `companyId`, `programme` and `everything`.' },
  )
  .meta({ id: 'LegalHoldInput' });

export const legalHold = z
  .strictObject({
    id: uuid,
    companyId: uuid.nullable(),
    programme: z.string().nullable().meta({ description: 'Neither a company nor a programme: everything' }),
    reason: z.string(),
    setAt: instant,
    setBy: actor,
    liftedAt: instant.nullable(),
    liftedBy: actor.nullable(),
    liftReason: z.string().nullable(),
  })
  .meta({ id: 'LegalHold' });

export const restrictionInput = z
  .strictObject({ personId: uuid.optional(), address: mailAddress.optional(), reason })
  .refine(({ personId, address }) => (personId === undefined) !== (address === undefined), {
    path: ['personId'],
    message: 'Give either `personId` or `address`.',
  })
  .meta({ id: 'RestrictionInput' });

export const restriction = z
  .strictObject({
    id: uuid,
    personIds: z.array(uuid).meta({ description: 'Empty: a contact or applicant without a login' }),
    reason: z.string(),
    since: instant,
    until: day.meta({ description: 'The last day on which documents and the audit trail still hold her name' }),
    restrictedBy: actor,
  })
  .meta({ id: 'Restriction' });

export const retentionDue = z
  .strictObject({
    class: z.enum(RETENTION_CLASS_NAMES),
    programme: z.string().nullable().meta({ description: 'Null: of no single programme' }),
    keptFrom: z.string().meta({ description: 'The first month, year or day that is kept', example: '2024-11' }),
    due: z.int().meta({ description: 'How much goes with the next removal' }),
    held: z.int().meta({ description: 'How much would, but for a legal hold' }),
  })
  .meta({ id: 'RetentionDue' });
