import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { count, day, name } from './fields.js';

/** To the MSP: a site has gone silent (rule 6, first step). */
export const contactWarning = defineMail(
  'contactWarning',
  'none',
  z.object({ vendorName: name, siteName: name, lastContactOn: day.nullable(), silentDays: count, blockOn: day }),
);
