import { z } from 'zod';
import { meteredOf } from '../licences/licensedDays.js';
import { units } from './evidence.js';
import { QUANTITY_DECISIONS, usageKind } from './kind.js';

/** More in use than the term licence covers: the excess is metered (the licensed part is deducted in rating). */
export const licenceExceeded = usageKind({
  kind: 'licence_exceeded',
  handlings: ['automatic', 'review', 'person'],
  defaults: ['excess_metered'],
  decisions: QUANTITY_DECISIONS,
  evidence: z.strictObject({ licensed: units, quantity: units, excess: units }),
  detect: (usage, { value }) => {
    const { licensed, quantity } = meteredOf(value, usage);
    return licensed > 0 && quantity > 0 ? { licensed, quantity: value, excess: quantity } : null;
  },
  settle: { excess_metered: (quantity) => quantity },
});
