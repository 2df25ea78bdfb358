import { z } from 'zod';
import { country, day, email, instant, locale, uuid } from './common.js';
import { linkSecret } from './signIn.js';

export const territoryInput = z
  .strictObject({
    distributorId: uuid,
    opensOn: day.meta({ description: 'Registrations are taken from this day on, in the zone of the programme' }),
    closesOn: day.nullish().meta({ description: 'The first day on which they are taken no more' }),
  })
  .refine(({ opensOn, closesOn }) => closesOn == null || closesOn > opensOn, {
    path: ['closesOn'],
    message: 'Closes after the day it opens',
  })
  .meta({ id: 'TerritoryInput' });

export const territory = z
  .strictObject({ programme: z.string(), country, distributorId: uuid, opensOn: day, closesOn: day.nullable() })
  .meta({ id: 'Territory' });

export const waitingInput = z.strictObject({ country, email, locale }).meta({ id: 'WaitingInput' });

export const waitingNoted = z.strictObject({ programme: z.string(), country }).meta({ id: 'WaitingNoted' });

export const waitingLink = z
  .strictObject({ link: linkSecret.meta({ description: 'What stands behind the # of the link in the mail' }) })
  .meta({ id: 'WaitingLink' });

export const ownWish = z
  .strictObject({ programme: z.string(), programmeName: z.string(), country })
  .meta({ id: 'OwnWish' });

export const waiting = z
  .strictObject({
    id: uuid,
    programme: z.string(),
    country,
    email: z.string(),
    locale: z.string(),
    askedAt: instant,
    confirmedAt: instant.nullable().meta({ description: 'Null: it is not told, and may still be confirmed' }),
    toldAt: instant.nullable(),
  })
  .meta({ id: 'Waiting' });
