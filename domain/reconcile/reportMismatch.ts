import { z } from 'zod';
import type { InstallationUsage } from '../usage.js';
import { units } from './evidence.js';
import { QUANTITY_DECISIONS, REVIEWED, usageKind } from './kind.js';
import { bothQuantities, greaterQuantity } from './quantities.js';
import type { Thresholds } from './thresholds.js';

function isBeyondTolerance(installation: InstallationUsage, { tolerance }: Thresholds): boolean {
  const { reported, observed } = installation;
  if (reported === null || observed === null) return false;
  const difference = Math.abs(reported - observed);
  // In hundredths, so that 2 % of 350 is exactly 7 and not a float's idea of it.
  return difference * 100 > Math.max(tolerance.units * 100, tolerance.percent * Math.max(reported, observed));
}

/**
 * Reported peak against highest check-in, per installation: beyond the tolerance the greater of both is billed. Usage
 * after a revocation is no mismatch but a kind of its own.
 */
export const reportMismatch = usageKind({
  kind: 'report_mismatch',
  handlings: REVIEWED,
  defaults: ['greater', 'as_reported'],
  decisions: QUANTITY_DECISIONS,
  // The two numbers of the installations that have both; `others` counts whichever is chosen.
  evidence: z.strictObject({ reported: units, observed: units, others: units.nullable().default(null) }),
  detect: (usage, _quantity, _site, thresholds) =>
    usage.installations.every(({ usedAfterRevocationOn }) => usedAfterRevocationOn === null) &&
    usage.installations.some((installation) => isBeyondTolerance(installation, thresholds))
      ? bothQuantities(usage)
      : null,
  settle: {
    greater: (quantity, usage) => greaterQuantity(usage, quantity),
    as_reported: (quantity) => quantity,
  },
});
