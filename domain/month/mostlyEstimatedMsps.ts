import { groupBy } from '../groupBy.js';
import {
  detectMostlyEstimated,
  quantityByDefault,
  type DiscrepancyKind,
  type EvidenceOf,
  type MonthOfLines,
  type ReconcileSettings,
} from '../reconcile/index.js';
import type { SiteFacts } from '../usage.js';

/**
 * Rule 4: the MSPs more than half of whose lines would be estimates for the third month in a row, with the evidence.
 * `before`: their months before this one, the latest first.
 */
export function mostlyEstimatedMsps(
  facts: readonly { mspId: string; facts: SiteFacts }[],
  before: ReadonlyMap<string, readonly MonthOfLines[]>,
  settings: ReconcileSettings,
  kinds: readonly DiscrepancyKind[],
): { mspId: string; evidence: EvidenceOf<'mostly_estimated'> }[] {
  return [...groupBy(facts, ({ mspId }) => mspId)].flatMap(([mspId, sites]) => {
    const bases = sites.flatMap(({ facts: site }) =>
      site.usage.map((usage) => quantityByDefault(site, usage, settings, kinds).basis),
    );
    const current = { lines: bases.length, estimated: bases.filter((basis) => basis === 'estimated').length };
    const evidence = detectMostlyEstimated([current, ...(before.get(mspId) ?? [])], settings);
    return evidence === null ? [] : [{ mspId, evidence }];
  });
}
