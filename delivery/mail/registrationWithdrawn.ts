import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { name, text } from './fields.js';

/** To the partner team: the applicant has withdrawn. */
export const registrationWithdrawn = defineMail(
  'registrationWithdrawn',
  'none',
  z.object({ mspName: name, registrationNumber: name, reason: text.nullable() }),
);
