import { QUANTITY_DECISIONS, type UsageKind } from './kind.js';

/** One key on two installations: each is counted and both are summed, unless somebody decides otherwise. */
export const twoInstallations = {
  kind: 'two_installations',
  level: 'usage',
  handling: 'review',
  decisions: QUANTITY_DECISIONS,
  detect: (usage, quantity) =>
    usage.installations.length > 1 ? { installations: usage.installations.length, sum: quantity.value } : null,
  applyDefault: (quantity) => quantity,
} as const satisfies UsageKind;
