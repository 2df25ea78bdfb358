import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { name, period, text } from './fields.js';

/** To the partner team: nobody confirmed a correction in time. */
export const correctionExpired = defineMail(
  'correctionExpired',
  'none',
  z.object({
    mspName: name,
    number: name,
    period,
    reason: text,
  }),
);
