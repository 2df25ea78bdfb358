import { z } from 'zod';
import { actor } from '../../domain/access/actor.js';
import { CONTACT_PURPOSES } from '../../domain/contact.js';
import { email, instant, text, uuid } from './common.js';
import { linkSecret } from './signIn.js';

export const contactPurpose = z.enum(CONTACT_PURPOSES);

export const contact = z
  .strictObject({
    id: uuid,
    purpose: contactPurpose,
    name: z.string(),
    email: z.string(),
    namedAt: instant,
    namedBy: actor,
    confirmedAt: instant.nullable().meta({ description: 'Null: it gets nothing but the link to confirm it' }),
    endedAt: instant.nullable().meta({ description: 'Another one took its place, or it was taken away' }),
  })
  .meta({ id: 'Contact' });

export const contactInput = z.strictObject({ name: text(120), email }).meta({ id: 'ContactInput' });

export const confirmation = z
  .strictObject({ link: linkSecret.meta({ description: 'What stands behind the # of the link in the mail' }) })
  .meta({ id: 'Confirmation' });

export const confirmed = z
  .strictObject({
    email: z.string(),
    purpose: contactPurpose,
    programmes: z.array(z.string()).meta({ description: 'To which an application counts from now on' }),
  })
  .meta({ id: 'Confirmed' });
