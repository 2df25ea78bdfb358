import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { day, link, name } from './fields.js';

/** To the applicant: the registration has arrived, and somebody looks at it. */
export const registrationReceived = defineMail(
  'registrationReceived',
  'none',
  z.object({ vendorName: name, decideBy: day, link }),
);
