import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { count, day, name } from './fields.js';

/** To the MSP: new deployments at a silent site are refused (rule 6, second step). */
export const contactBlocked = defineMail(
  'contactBlocked',
  'none',
  z.object({ vendorName: name, siteName: name, lastContactOn: day.nullable(), silentDays: count, disableOn: day }),
);
