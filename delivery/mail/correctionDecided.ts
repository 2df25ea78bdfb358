import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { name, period, text, total } from './fields.js';

/** To whoever asked for a correction by hand: another person confirmed or refused it. */
export const correctionDecided = defineMail(
  'correctionDecided',
  'none',
  z.object({
    mspName: name,
    number: name,
    period,
    amount: total.nullable(),
    state: z.enum(['confirmed', 'refused']),
    decidedBy: name,
    reason: text.nullable(),
    document: name.nullable(),
  }),
);
