import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { count, day, name } from './fields.js';

/** To the MSP: the key of a silent site is disabled (rule 6, third step). */
export const keyDisabled = defineMail(
  'keyDisabled',
  'none',
  z.object({ vendorName: name, siteName: name, lastContactOn: day.nullable(), silentDays: count }),
);
