import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { count, name, period, text } from './fields.js';

/** To the distributor: its question about a billing pack, and the answer. */
export const packAnswered = defineMail(
  'packAnswered',
  'none',
  z.object({ vendorName: name, period, supplement: count, question: text, answer: text }),
);
