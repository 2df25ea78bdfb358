import { z } from 'zod';
import { ROLES } from '../../db/access/tokenStore.js';
import { instant, text, uuid } from './common.js';

export const newToken = z
  .strictObject({
    role: z.enum(ROLES),
    name: text(80).meta({ description: 'Names the actor in the audit trail' }),
    mspId: uuid.nullish().meta({ description: 'With role msp, and only then' }),
    distributorId: uuid.nullish().meta({ description: 'With role distributor, and only then' }),
  })
  .refine(({ role, mspId }) => (role === 'msp') === (mspId != null), {
    path: ['mspId'],
    message: 'Given with role msp, and only then',
  })
  .refine(({ role, distributorId }) => (role === 'distributor') === (distributorId != null), {
    path: ['distributorId'],
    message: 'Given with role distributor, and only then',
  })
  .meta({ id: 'NewToken' });

export const issuedToken = z
  .strictObject({ id: uuid, token: z.string().meta({ description: 'Shown now and never again' }) })
  .meta({ id: 'IssuedToken' });

export const token = z
  .strictObject({
    id: uuid,
    name: z.string(),
    role: z.enum(ROLES),
    mspId: uuid.nullable(),
    distributorId: uuid.nullable(),
    createdAt: instant,
    revokedAt: instant.nullable(),
  })
  .meta({ id: 'Token' });
