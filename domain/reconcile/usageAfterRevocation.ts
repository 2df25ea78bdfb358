import { QUANTITY_DECISIONS, type UsageKind } from './kind.js';
import { quantityBeforeRevocation } from './quantities.js';

/** Usage went on after the site's key was revoked: by default only the peak up to the revocation is billed. */
export const usageAfterRevocation = {
  kind: 'usage_after_revocation',
  level: 'usage',
  handling: 'review',
  decisions: QUANTITY_DECISIONS,
  detect: (usage, _quantity, site) =>
    site.revokedAt === null || site.usedAfterRevocationOn === null
      ? null
      : {
          revokedAt: site.revokedAt.toISOString(),
          usedOn: site.usedAfterRevocationOn,
          upToRevocation: quantityBeforeRevocation(usage).value,
        },
  applyDefault: (_quantity, usage) => quantityBeforeRevocation(usage),
} as const satisfies UsageKind;
