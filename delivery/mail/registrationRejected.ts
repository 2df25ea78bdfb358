import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { name, text } from './fields.js';

/** To the applicant: rejected, and why. */
export const registrationRejected = defineMail(
  'registrationRejected',
  'none',
  z.object({ vendorName: name, reason: text }),
);
