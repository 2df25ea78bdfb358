import { z } from 'zod';
import { day, instant, units } from './evidence.js';
import { QUANTITY_DECISIONS, REVIEWED, usageKind } from './kind.js';
import { quantityBeforeRevocation } from './quantities.js';

/** Usage went on after the site's key was revoked: by default only the peak up to the revocation is billed. */
export const usageAfterRevocation = usageKind({
  kind: 'usage_after_revocation',
  handlings: REVIEWED,
  defaults: ['up_to_revocation', 'billed'],
  decisions: QUANTITY_DECISIONS,
  evidence: z.strictObject({ revokedAt: instant, usedOn: day, upToRevocation: units }),
  detect: (usage, _quantity, site) =>
    site.revokedAt === null || site.usedAfterRevocationOn === null
      ? null
      : {
          revokedAt: site.revokedAt.toISOString(),
          usedOn: site.usedAfterRevocationOn,
          upToRevocation: quantityBeforeRevocation(usage).value,
        },
  settle: {
    up_to_revocation: (_quantity, usage) => quantityBeforeRevocation(usage),
    billed: (quantity) => quantity,
  },
});
