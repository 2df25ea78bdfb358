import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { count, name } from './fields.js';

/** To the applicant: nobody decided in time (rule 14). */
export const registrationExpired = defineMail(
  'registrationExpired',
  'none',
  z.object({ vendorName: name, days: count }),
);
