import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { count, day, name, period, text } from './fields.js';

/** To the partner team: a parked MSP waits for a decision. */
export const parkedReminder = defineMail(
  'parkedReminder',
  'none',
  z.object({ mspName: name, period, reason: text, waitingDays: count, decideBy: day.nullable() }),
);
