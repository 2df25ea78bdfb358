import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { name, period, total } from './fields.js';

/** To the MSP and to its distributor: a credit. */
export const creditIssued = defineMail(
  'creditIssued',
  'correction',
  z.object({
    vendorName: name,
    distributorName: name,
    mspName: name,
    number: name,
    statementNumber: name,
    period,
    total,
  }),
);
