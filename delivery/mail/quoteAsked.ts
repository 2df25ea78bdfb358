import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { count, name, text } from './fields.js';

/** To the partner team: somebody asks for a service quote. */
export const quoteAsked = defineMail(
  'quoteAsked',
  'none',
  z.object({
    ...{ companyName: name, programmeName: name, productName: name, quantity: count, years: count.nullable() },
    ...{ wish: text, askedBy: name },
  }),
);
