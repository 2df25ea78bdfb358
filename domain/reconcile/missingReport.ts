import { z } from 'zod';
import { units } from './evidence.js';
import { siteKind } from './kind.js';
import { estimatedQuantity } from './quantities.js';

/** A site that was expected to report and did not: estimated by rule 4, corrected once it reports. */
export const missingReport = siteKind({
  kind: 'missing_report',
  handlings: ['automatic', 'review', 'person'],
  defaults: ['estimated'],
  // One case for all tenants and meters of the site, so no single quantity can be set.
  decisions: ['accept', 'accept_observed', 'waive', 'defer'],
  evidence: z.strictObject({ installations: units, silent: units }),
  detect: (site) =>
    site.silentInstallationIds.length === 0
      ? null
      : { installations: site.installationIds.length, silent: site.silentInstallationIds.length },
  settle: { estimated: (_quantity, usage) => estimatedQuantity(usage) },
});
