import { z } from 'zod';
import { units } from './evidence.js';
import { QUANTITY_DECISIONS, REVIEWED, usageKind } from './kind.js';

/** One key on two installations: each is counted and both are summed, unless somebody decides otherwise. */
export const twoInstallations = usageKind({
  kind: 'two_installations',
  handlings: REVIEWED,
  defaults: ['summed'],
  decisions: QUANTITY_DECISIONS,
  evidence: z.strictObject({ installations: units, sum: units }),
  detect: (usage, quantity) =>
    usage.installations.length > 1 ? { installations: usage.installations.length, sum: quantity.value } : null,
  settle: { summed: (quantity) => quantity },
});
