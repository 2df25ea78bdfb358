import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { day, name } from './fields.js';

/** To the MSP: a key was made and no installation has used it yet. */
export const siteActivationReminder = defineMail(
  'siteActivationReminder',
  'none',
  z.object({ vendorName: name, siteName: name, keyCreatedOn: day }),
);
