import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { count, name, period, total } from './fields.js';

/** To the MSP: its statement, as PDF. */
export const statementIssued = defineMail(
  'statementIssued',
  'statement',
  z.object({
    vendorName: name,
    distributorName: name,
    mspName: name,
    number: name,
    period,
    total,
    estimatedLines: count,
    correctionLines: count,
  }),
);
