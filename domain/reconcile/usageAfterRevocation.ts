import { z } from 'zod';
import { day, instant, units } from './evidence.js';
import { QUANTITY_DECISIONS, REVIEWED, usageKind } from './kind.js';
import { quantityBeforeRevocation, usedAfterRevocation, usedAfterVendorsRevocation } from './quantities.js';

/**
 * An installation went on after its key was revoked or destroyed, or stopped with its MSP: by default only what it used up to
 * then is billed; after an end by the MSP itself, all of it (case 17). Its words fit all of them, as the evidence does not say
 * which it was.
 */
export const usageAfterRevocation = usageKind({
  kind: 'usage_after_revocation',
  handlings: REVIEWED,
  defaults: ['up_to_revocation', 'billed'],
  decisions: QUANTITY_DECISIONS,
  evidence: z.strictObject({ revokedAt: instant, usedOn: day, upToRevocation: units }),
  detect: (usage, quantity, site) => {
    const [usedOn] = usage.installations.flatMap(({ usedAfterRevocationOn: on }) => (on === null ? [] : [on])).sort();
    return site.revokedAt === null || usedOn === undefined
      ? null
      : {
          revokedAt: site.revokedAt.toISOString(),
          usedOn,
          upToRevocation: quantityBeforeRevocation(usage, quantity, usedAfterRevocation).value,
        };
  },
  settle: {
    up_to_revocation: (quantity, usage) =>
      usage.installations.some(usedAfterVendorsRevocation)
        ? quantityBeforeRevocation(usage, quantity, usedAfterVendorsRevocation)
        : quantity,
    billed: (quantity) => quantity,
  },
});
