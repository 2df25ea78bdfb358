import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { count, day, name } from './fields.js';

/** To the MSP, and at the end to the partner team: a term licence ends, or has ended (rule 22). */
export const licenceEnds = defineMail(
  'licenceEnds',
  'none',
  z.object({
    ...{ vendorName: name, mspName: name, licenceId: name, productName: name, siteName: name },
    ...{ tenantName: name.nullable(), count, lastDay: day, daysLeft: count },
  }),
);
