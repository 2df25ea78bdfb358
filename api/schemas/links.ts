import { z } from 'zod';
import { country } from './common.js';
import { contactPurpose } from './contacts.js';
import { linkSecret } from './signIn.js';

export const linkOf = z
  .strictObject({ link: linkSecret.meta({ description: 'What stands behind the # of the link' }) })
  .meta({ id: 'LinkOf' });

/** What the page behind a link shows before anything is done. */
export const link = z
  .strictObject({
    kind: z.enum(['invitation', 'reset', 'contact', 'application', 'waiting']),
    state: z.enum(['good', 'used', 'withdrawn', 'expired']),
    email: z.string().nullable().meta({ description: 'Of whoever signs in, or to be confirmed; of a good link alone' }),
    companyName: z.string().nullable().meta({ description: 'Of an invitation that is good' }),
    purpose: contactPurpose.nullable().meta({ description: 'Of an address to confirm: what would be mailed there' }),
    waiting: z
      .strictObject({ programmeName: z.string(), country, confirmed: z.boolean() })
      .nullable()
      .meta({ description: 'Of a good link of a waiting list: for what, and whether it was confirmed already' }),
    choosesPassword: z.boolean().meta({ description: 'Whether POST /v1/password/by-link asks for a password' }),
  })
  .meta({ id: 'Link' });
