import { z } from 'zod';
import { units } from './evidence.js';
import { QUANTITY_DECISIONS, REVIEWED, usageKind } from './kind.js';
import { notBilled } from './quantities.js';

/** The first month of a site, tenant and meter has no month to be compared with: over 1,000 units it is worth a look. */
export const firstMonthLarge = usageKind({
  kind: 'first_month_large',
  handlings: REVIEWED,
  defaults: ['accepted', 'not_billed'],
  decisions: QUANTITY_DECISIONS,
  evidence: z.strictObject({ quantity: units }),
  detect: (usage, quantity, _site, { firstMonthUnits }) =>
    usage.lastQuantity === null && quantity.value > firstMonthUnits ? { quantity: quantity.value } : null,
  settle: { accepted: (quantity) => quantity, not_billed: notBilled },
});
