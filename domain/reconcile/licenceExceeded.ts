import type { UsageKind } from './kind.js';

/** More in use than the term licence covers: the excess is metered (the licensed part is deducted in rating). */
export const licenceExceeded = {
  kind: 'licence_exceeded',
  level: 'usage',
  handling: 'automatic',
  decisions: [],
  detect: (usage, quantity) =>
    usage.licensed > 0 && quantity.value > usage.licensed
      ? { licensed: usage.licensed, quantity: quantity.value, excess: quantity.value - usage.licensed }
      : null,
  applyDefault: (quantity) => quantity,
} as const satisfies UsageKind;
