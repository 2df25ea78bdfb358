import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { day, name, period } from './fields.js';

/** To the MSP: these sites have not reported, and until when it counts (rule 4). */
export const reportMissing = defineMail(
  'reportMissing',
  'none',
  z.object({ vendorName: name, period, siteNames: z.array(name), collectUntil: day }),
);
