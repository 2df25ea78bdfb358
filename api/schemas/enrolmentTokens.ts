import { z } from 'zod';
import { actor } from '../../domain/access/actor.js';
import { ENROLMENT_DAYS, ENROLMENT_STATES, LONGEST_ENROLMENT_DAYS, MOST_ENROLMENTS } from '../../domain/enrolment.js';
import { instant, instantIn, productCode, programmeCode, uuid } from './common.js';

export const enrolmentTokenInput = z
  .strictObject({
    programme: programmeCode,
    product: productCode,
    tenantId: uuid
      .optional()
      .meta({ description: 'Whom its sites serve. Left out: the sites that are added serve nobody until that is set' }),
    uses: z.int().min(1).max(MOST_ENROLMENTS).default(1).meta({ description: 'Installations that may enrol with it' }),
    expiresAt: instantIn
      .optional()
      .meta({ description: `In ${ENROLMENT_DAYS} days if left out; at most ${LONGEST_ENROLMENT_DAYS} days ahead` }),
  })
  .meta({ id: 'EnrolmentTokenInput' });

export const enrolmentTokenShown = z
  .strictObject({
    id: uuid,
    account: uuid.meta({ description: 'The MSP, as a new installation names it' }),
    token: z.string().meta({ description: 'Shown once' }),
    expiresAt: instant,
  })
  .meta({ id: 'EnrolmentTokenShown' });

export const enrolmentToken = z
  .strictObject({
    id: uuid,
    programme: z.string(),
    product: z.string(),
    tenantId: uuid.nullable(),
    uses: z.int(),
    used: z.int().meta({ description: 'Installations that have enrolled with it' }),
    state: z.enum(ENROLMENT_STATES),
    madeAt: instant,
    madeBy: actor,
    expiresAt: instant,
    revokedAt: instant.nullable(),
  })
  .meta({ id: 'EnrolmentToken' });
