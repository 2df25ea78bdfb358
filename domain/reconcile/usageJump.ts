import { z } from 'zod';
import { units } from './evidence.js';
import { QUANTITY_DECISIONS, REVIEWED, usageKind } from './kind.js';

/** A spike or drop against the last period, over 50 % and over 10 units: worth a look, accepted by default. */
export const usageJump = usageKind({
  kind: 'usage_jump',
  handlings: REVIEWED,
  defaults: ['accepted'],
  decisions: QUANTITY_DECISIONS,
  evidence: z.strictObject({ last: units, quantity: units }),
  detect: (usage, quantity, _site, { jump }) => {
    if (usage.lastQuantity === null) return null;
    const change = Math.abs(quantity.value - usage.lastQuantity);
    const isJump = change > jump.units && change * 100 > jump.percent * usage.lastQuantity;
    return isJump ? { last: usage.lastQuantity, quantity: quantity.value } : null;
  },
  settle: { accepted: (quantity) => quantity },
});
