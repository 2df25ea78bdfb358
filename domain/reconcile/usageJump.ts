import { QUANTITY_DECISIONS, type UsageKind } from './kind.js';

/** A spike or drop against the last period, over 50 % and over 10 units: worth a look, accepted by default. */
export const usageJump = {
  kind: 'usage_jump',
  level: 'usage',
  handling: 'review',
  decisions: QUANTITY_DECISIONS,
  detect: (usage, quantity, _site, { jump }) => {
    if (usage.lastQuantity === null) return null;
    const change = Math.abs(quantity.value - usage.lastQuantity);
    const isJump = change > jump.units && change * 100 > jump.percent * usage.lastQuantity;
    return isJump ? { last: usage.lastQuantity, quantity: quantity.value } : null;
  },
  applyDefault: (quantity) => quantity,
} as const satisfies UsageKind;
