import type { InstallationUsage } from '../usage.js';
import { QUANTITY_DECISIONS, type ReconcileSettings, type UsageKind } from './kind.js';
import { greaterQuantity, observedQuantity, reportedQuantity } from './quantities.js';

function isBeyondTolerance(installation: InstallationUsage, { tolerance }: ReconcileSettings): boolean {
  const { reported, observed } = installation;
  if (reported === null || observed === null) return false;
  const difference = Math.abs(reported - observed);
  // In hundredths, so that 2 % of 350 is exactly 7 and not a float's idea of it.
  return difference * 100 > Math.max(tolerance.units * 100, tolerance.percent * Math.max(reported, observed));
}

/**
 * Reported peak against highest check-in, per installation: beyond the tolerance the greater of both is billed. Usage
 * after a revocation is no mismatch but a kind of its own; what another installation left to estimate stays an estimate.
 */
export const reportMismatch = {
  kind: 'report_mismatch',
  level: 'usage',
  handling: 'review',
  decisions: QUANTITY_DECISIONS,
  detect: (usage, _quantity, site, settings) =>
    site.usedAfterRevocationOn === null &&
    usage.installations.some((installation) => isBeyondTolerance(installation, settings))
      ? { reported: reportedQuantity(usage).value, observed: observedQuantity(usage).value }
      : null,
  applyDefault: (quantity, usage) => {
    const greater = greaterQuantity(usage);
    return quantity.basis === 'estimated' ? { ...greater, basis: 'estimated' } : greater;
  },
} as const satisfies UsageKind;
