import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { day, name, period, text, total } from './fields.js';

/** To the partner team: a correction by hand waits for a second person (rule 18). */
export const correctionAsked = defineMail(
  'correctionAsked',
  'none',
  z.object({
    mspName: name,
    number: name,
    period,
    amount: total.nullable(),
    reason: text,
    askedBy: name,
    expiresOn: day,
    reminder: z.boolean(),
  }),
);
