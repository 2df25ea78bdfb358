import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { count, name, parked, period, total } from './fields.js';

/** To the distributor: the statements of its MSPs, a summary and the lines as CSV. */
export const billingPack = defineMail(
  'billingPack',
  'billingPack',
  z.object({
    vendorName: name,
    distributorName: name,
    period,
    supplement: count,
    statements: count,
    credits: count,
    totals: z.array(total),
    parked,
    /** Added when the mail is prepared, once the size of the documents is known. */
    download: z.string().nullable(),
  }),
);
