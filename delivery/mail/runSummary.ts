import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { count, name, parked, period, total } from './fields.js';

/** To the partner team when the run is sealed. */
export const runSummary = defineMail(
  'runSummary',
  'none',
  z.object({
    programmeName: name,
    period,
    issued: count,
    zeroStatements: count,
    estimatedLines: count,
    totals: z.array(total),
    mailed: count,
    mailProblems: count,
    parked,
  }),
);
