import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { day, name, total } from './fields.js';

/** To who asked for a service quote: its answer, or a reminder of it. */
export const quoteAnswered = defineMail(
  'quoteAnswered',
  'none',
  z.object({ vendorName: name, number: name, productName: name, total, validUntil: day, reminder: z.boolean() }),
);
