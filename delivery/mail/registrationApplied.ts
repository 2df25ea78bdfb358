import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { count, day, name } from './fields.js';

/** To the partner team: somebody has applied. */
export const registrationApplied = defineMail(
  'registrationApplied',
  'none',
  z.object({ mspName: name, registrationNumber: name, distributorName: name, duplicates: count, expiresOn: day }),
);
