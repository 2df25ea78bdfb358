import { z } from 'zod';
import { ACTIONS, isAction } from '../../domain/access/actions.js';
import { email, instant, instantIn, locale, text, uuid, zone } from './common.js';
import { actorName, systemLevel } from './tokens.js';

const tenantIds = z.array(uuid).min(1).max(500);
const withBelow = z.boolean().meta({ description: 'Units below the named tenants are meant too' });
const accessLevelId = uuid.meta({ description: 'A level of the company’s own, instead of `level`' });

const ONE_LEVEL = 'Give either `level` or `accessLevelId`.';

export const invitation = z
  .strictObject({
    companyId: uuid.optional().meta({ description: 'Your own company unless given; the partner team names any' }),
    name: actorName,
    email,
    locale,
    zone,
    level: systemLevel.optional(),
    accessLevelId: accessLevelId.optional(),
    tenantIds: tenantIds.optional().meta({ description: 'Limits the access to these tenants of the company' }),
    withBelow: withBelow.default(false),
    fromAt: instantIn.optional(),
    untilAt: instantIn.optional(),
  })
  .refine(({ level, accessLevelId: own }) => (level === undefined) !== (own === undefined), {
    path: ['level'],
    message: ONE_LEVEL,
  })
  .meta({ id: 'Invitation' });

export const loginMeasure = z
  .strictObject({
    reason: text(500).meta({ description: 'How it is known that it is she who asks, or what happened' }),
  })
  .meta({ id: 'LoginMeasure' });

export const membershipChange = z
  .strictObject({
    level: systemLevel.optional(),
    accessLevelId: accessLevelId.optional(),
    tenantIds: tenantIds.nullable().optional().meta({ description: 'Null: the whole company' }),
    withBelow: withBelow.optional(),
    fromAt: instantIn.optional().meta({ description: 'Of a membership that has not begun' }),
    untilAt: instantIn.nullable().optional().meta({ description: 'Null: without an end' }),
  })
  .refine(({ level, accessLevelId: own }) => level === undefined || own === undefined, {
    path: ['level'],
    message: ONE_LEVEL,
  })
  .meta({ id: 'MembershipChange' });

export const member = z
  .strictObject({
    membershipId: uuid,
    personId: uuid.nullable().meta({ description: 'Null until she accepts the invitation' }),
    companyId: uuid,
    name: z.string(),
    email: z.string(),
    state: z.enum(['invited', 'active', 'ended']),
    level: systemLevel.meta({ description: 'Or the one that the company’s own level was copied from' }),
    accessLevelId: uuid.nullable(),
    tenantIds: z.array(uuid).nullable(),
    withBelow: z.boolean(),
    fromAt: instant,
    untilAt: instant.nullable(),
    createdAt: instant,
  })
  .meta({ id: 'Member' });

const actions = z
  .array(z.string().refine(isAction, 'An action, as GET /v1/levels lists them'))
  .max(Object.keys(ACTIONS).length)
  .transform((names) => [...new Set(names.filter(isAction))].sort())
  .meta({ type: 'array', items: { type: 'string' } });

export const newLevel = z
  .strictObject({
    companyId: uuid.optional().meta({ description: 'Your own company unless given; the partner team names any' }),
    name: text(80),
    copyOf: systemLevel,
    actions: actions.optional().meta({ description: 'Those of the system level unless given' }),
  })
  .meta({ id: 'NewLevel' });

export const levelChange = z.strictObject({ name: text(80), actions }).meta({ id: 'LevelChange' });

export const level = z
  .strictObject({
    id: uuid.nullable().meta({ description: 'Null: a system level, which nobody edits' }),
    name: z.string(),
    copiedFrom: systemLevel,
    actions: z.array(z.string()),
  })
  .meta({ id: 'Level' });
