import { z } from 'zod';
import { defineMail } from './defineMail.js';
import { count, name, period, text } from './fields.js';

/** To the partner team: a distributor asks something about a billing pack. */
export const packQuestioned = defineMail(
  'packQuestioned',
  'none',
  z.object({
    programmeName: name,
    distributorName: name,
    period,
    supplement: count,
    question: text,
    askedBy: name,
  }),
);
