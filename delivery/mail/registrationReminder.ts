import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { count, day, name } from './fields.js';

/** To the partner team: a registration waits for a decision (rule 14). */
export const registrationReminder = defineMail(
  'registrationReminder',
  'none',
  z.object({
    mspName: name,
    registrationNumber: name,
    distributorName: name,
    waitingDays: count,
    expiresOn: day,
    duplicateOf: name.nullable(),
  }),
);
