import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { count, name, period, total } from './fields.js';

/** To the partner team: too many sites are silent, the run waits for a decision (rule 4). */
export const completenessGate = defineMail(
  'completenessGate',
  'none',
  z.object({ programmeName: name, period, silent: count, expected: count, lastBilled: z.array(total) }),
);
