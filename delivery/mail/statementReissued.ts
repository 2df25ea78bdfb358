import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { count, name, period, text } from './fields.js';

/** To the MSP and to its distributor: a statement with its companies as they are now. */
export const statementReissued = defineMail(
  'statementReissued',
  'correction',
  z.object({
    mspName: name,
    number: name,
    revision: count,
    period,
    reason: text,
  }),
);
