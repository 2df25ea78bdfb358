import type { SiteKind } from './kind.js';
import { estimatedQuantity } from './quantities.js';

/** A site that was expected to report and did not: estimated by rule 4, corrected once it reports. */
export const missingReport = {
  kind: 'missing_report',
  level: 'site',
  handling: 'automatic',
  decisions: [],
  detect: (site) =>
    site.silentInstallationIds.length === 0
      ? null
      : { installations: site.installationIds.length, silent: site.silentInstallationIds.length },
  applyDefault: (_quantity, usage) => estimatedQuantity(usage),
} as const satisfies SiteKind;
