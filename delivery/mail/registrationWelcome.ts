import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { name } from './fields.js';

/** To the new MSP, with the documents of its programme. */
export const registrationWelcome = defineMail(
  'registrationWelcome',
  'programmeDocuments',
  z.object({
    vendorName: name,
    mspName: name,
    distributorName: name,
    portalUrl: z.url({ protocol: /^https?$/ }).nullable(),
  }),
);
