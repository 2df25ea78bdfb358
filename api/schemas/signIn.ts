import { z } from 'zod';
import { instant, email, text, uuid } from './common.js';
import { systemLevel, view } from './tokens.js';

/** Of a login that may be there or not: whatever was typed. */
export const anyPassword = z.string().min(1).max(1_000);
/** New: its rules are in identity/passwordRules.ts. */
export const newPassword = z.string().min(1).max(1_000).meta({ description: '12 to 200 characters' });
export const code = z.string().min(1).max(40).meta({ description: 'Of the authenticator, or a recovery code' });
export const linkSecret = z.string().min(1).max(200);

export const signIn = z.strictObject({ email, password: anyPassword, code: code.optional() }).meta({ id: 'SignIn' });

const actingFor = z.strictObject({
  membershipId: uuid,
  company: z.strictObject({ id: uuid, name: z.string() }),
  view,
  level: systemLevel,
});

export const openedSession = z
  .strictObject({
    csrfToken: z.string().meta({ description: 'Send it as Kontor-CSRF-Token with what changes something' }),
    actingFor,
  })
  .meta({ id: 'OpenedSession' });

export const rotatedSession = z.strictObject({ csrfToken: z.string() }).meta({ id: 'RotatedSession' });

export const acting = z.strictObject({ membershipId: uuid, view }).meta({ id: 'Acting' });

export const ownMembership = z
  .strictObject({
    membershipId: uuid,
    company: z.strictObject({ id: uuid, name: z.string() }),
    view,
    level: systemLevel,
    fromAt: instant,
    untilAt: instant.nullable(),
  })
  .meta({ id: 'OwnMembership' });

export const ownSession = z
  .strictObject({
    id: uuid,
    current: z.boolean().meta({ description: 'Whether it is the one that asks' }),
    companyName: z.string(),
    view,
    openedAt: instant,
    lastUsedAt: instant.meta({ description: 'To the minute' }),
    endsAt: instant.meta({ description: 'Whatever is done in it; half an hour without a request ends it before' }),
    address: z.string(),
    agent: z.string(),
  })
  .meta({ id: 'OwnSession' });

export const newOwnToken = z
  .strictObject({
    name: text(80),
    membershipId: uuid.optional().meta({ description: 'The one you act by unless given; with `view`' }),
    view: view.optional(),
    narrowedTo: systemLevel.optional().meta({ description: 'A lower level than yours' }),
    expiresAt: z.iso
      .datetime({ offset: true })
      .transform((value) => new Date(value))
      .meta({
        type: 'string',
        format: 'date-time',
        description: 'Within a year',
      }),
  })
  .meta({ id: 'NewOwnToken' });
