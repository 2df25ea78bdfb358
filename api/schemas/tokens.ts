import { z } from 'zod';
import { isReservedName } from '../../domain/access/actor.js';
import { SYSTEM_LEVELS } from '../../domain/access/levels.js';
import { VIEWS } from '../../domain/access/views.js';
import { instant, text, uuid } from './common.js';

export const view = z.enum(VIEWS);
export const systemLevel = z.enum(SYSTEM_LEVELS);

/** Of somebody who acts: names that Kontor itself goes by are refused. */
export const actorName = text(80)
  .refine((name) => !isReservedName(name), 'Kontor itself goes by such a name: choose another')
  .meta({ description: 'Names the actor in the audit trail' });

export const newServiceAccount = z
  .strictObject({
    companyId: uuid.optional().meta({ description: 'Your own company unless given; the partner team names any' }),
    name: actorName,
    level: systemLevel,
    tenantIds: z
      .array(uuid)
      .min(1)
      .max(500)
      .optional()
      .meta({ description: 'Limits it to these tenants of the company' }),
    withBelow: z.boolean().default(false).meta({ description: 'Units below the named tenants are meant too' }),
  })
  .meta({ id: 'NewServiceAccount' });

export const serviceAccount = z
  .strictObject({
    id: uuid,
    companyId: uuid,
    name: z.string(),
    createdAt: instant,
    endedAt: instant.nullable(),
  })
  .meta({ id: 'ServiceAccount' });

export const newToken = z
  .strictObject({
    serviceAccountId: uuid,
    view: view.meta({ description: 'In which it acts' }),
    name: text(80).meta({ description: 'Tells its tokens apart' }),
    narrowedTo: systemLevel.optional().meta({ description: 'A lower level than the account has' }),
    expiresAt: instant.optional(),
  })
  .meta({ id: 'NewToken' });

export const issuedToken = z
  .strictObject({ id: uuid, token: z.string().meta({ description: 'Shown now and never again' }) })
  .meta({ id: 'IssuedToken' });

export const token = z
  .strictObject({
    id: uuid,
    name: z.string(),
    holder: z.strictObject({ kind: z.enum(['person', 'service_account']), id: uuid, name: z.string() }),
    membershipId: uuid,
    companyId: uuid,
    view,
    narrowedTo: systemLevel.nullable(),
    createdAt: instant,
    expiresAt: instant.nullable(),
    lastUsedAt: instant.nullable().meta({ description: 'To the minute' }),
    revokedAt: instant.nullable(),
  })
  .meta({ id: 'Token' });
