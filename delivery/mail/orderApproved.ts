import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { day, ordered } from './fields.js';

/** To the MSP: its order is approved, and from when until when it holds. */
export const orderApproved = defineMail(
  'orderApproved',
  'none',
  z.object({ ...ordered, startsOn: day.nullable(), endsOn: day.nullable() }),
);
