/**
 * Reconciliation: what each site said is compared with what was seen of it, and every finding becomes a discrepancy.
 * `kinds.ts` is the list of kinds, one file each. A month is judged by the settings and the kinds it was opened with:
 * whoever judges passes both, and a kind that is not among them finds nothing and changes nothing.
 */
import { coverSettled } from '../licences/licensedDays.js';
import type { Quantity, SiteFacts, UsageFacts } from '../usage.js';
import { KINDS, kindOf, type DiscrepancyKind, type KindWithEvidence } from './kinds.js';
import type { Decision, Handling, Resolution } from './kind.js';
import { decidedQuantity, reportedQuantity } from './quantities.js';
import type { ReconcileSettings } from './settings.js';

export { DECISIONS, REASON_MANDATORY } from './kind.js';
export type { Decision, Handling, Resolution } from './kind.js';
export { writtenFields, type WrittenAs } from './evidence.js';
export { ALL_KINDS, isOfIssued, KINDS, kindOf, readEvidence } from './kinds.js';
export type { DefaultOf, DiscrepancyKind, EvidenceOf, KindWithEvidence } from './kinds.js';
export { detectMostlyEstimated, type MonthOfLines } from './mostlyEstimated.js';
export { reconcileSettings, SHIPPED_SETTINGS, type ReconcileSettings } from './settings.js';
export { detectTotalMoved } from './totalMoved.js';

/** A discrepancy as reconciliation finds it. Its natural key is period, MSP, kind, site, tenant reference and meter. */
export type Finding = KindWithEvidence & {
  siteId: string;
  /** Null, as `meter`, for findings about the whole site. */
  usage: UsageFacts | null;
};

/** Looks up how a case of this kind was settled for one usage; undefined: there is no such case. */
export type ResolutionOf = (kind: DiscrepancyKind, site: SiteFacts, usage: UsageFacts) => Resolution | undefined;

type QuantityKind = Extract<(typeof KINDS)[number], { level: 'usage' | 'site' }>;

const QUANTITY_KINDS = KINDS.filter((kind): kind is QuantityKind => kind.level === 'usage' || kind.level === 'site');

function among(kinds: readonly DiscrepancyKind[]): readonly QuantityKind[] {
  return QUANTITY_KINDS.filter(({ kind }) => kinds.includes(kind));
}

/** Applies the kinds in order to one usage: `found` hears of each that concerns this usage alone. */
function applyDefaults(
  site: SiteFacts,
  usage: UsageFacts,
  settings: ReconcileSettings,
  kinds: readonly QuantityKind[],
  found: (finding: KindWithEvidence) => void,
): Quantity {
  let quantity = reportedQuantity(usage);
  for (const kind of kinds) {
    const finding = kind.level === 'site' ? kind.find(site, settings) : kind.find(usage, quantity, site, settings);
    if (finding === null) continue;
    if (kind.level === 'usage') found(finding);
    quantity = kind.applyDefault(settings.kinds[kind.kind].default, quantity, usage, site);
  }
  return quantity;
}

/** Every discrepancy of one site, by the kinds and settings of its month. Pure: the same facts give the same findings. */
export function reconcileSite(
  site: SiteFacts,
  settings: ReconcileSettings,
  kinds: readonly DiscrepancyKind[],
): Finding[] {
  const judging = among(kinds);
  const findings: Finding[] = [];
  const { siteId } = site;
  for (const kind of judging) {
    const finding = kind.level === 'site' ? kind.find(site, settings) : null;
    if (finding !== null) findings.push({ ...finding, siteId, usage: null });
  }
  const comesTo = (usage: UsageFacts) => quantityByDefault(site, usage, settings, kinds).value;
  for (const usage of coverSettled(site, comesTo)) {
    applyDefaults(site, usage, settings, judging, (finding) => {
      findings.push({ ...finding, siteId, usage });
    });
  }
  return findings;
}

/** The quantity of one usage where nobody decides anything: every kind that applies gets its default. */
export function quantityByDefault(
  site: SiteFacts,
  usage: UsageFacts,
  settings: ReconcileSettings,
  kinds: readonly DiscrepancyKind[],
): Quantity {
  return applyDefaults(site, usage, settings, among(kinds), () => undefined);
}

/**
 * The quantity of one usage after all its cases: the month's defaults where nobody decided, people's decisions where they
 * did. Kinds without a case change nothing. What a person decided is not counted anew by the default of a later kind, which
 * may only leave it unbilled.
 */
export function settleQuantity(
  site: SiteFacts,
  usage: UsageFacts,
  settings: ReconcileSettings,
  resolutionOf: ResolutionOf,
): Quantity {
  let quantity = reportedQuantity(usage);
  let isDecided = false;
  for (const kind of QUANTITY_KINDS) {
    const resolution = resolutionOf(kind.kind, site, usage);
    if (resolution === undefined) continue;
    const byDefault = kind.applyDefault(settings.kinds[kind.kind].default, quantity, usage, site);
    if (resolution.by === 'person') {
      quantity = decidedQuantity(resolution, byDefault, usage, site.silentInstallationIds.length > 0);
      isDecided ||= resolution.decision !== 'accept' && resolution.decision !== 'confirm';
    } else if (!isDecided || byDefault.basis === 'waived') {
      quantity = byDefault;
    }
  }
  return quantity;
}

/** What a person may decide on a case of this kind: nothing where its rule settles it. */
export function decisionsOf(kind: DiscrepancyKind, handling: Handling): readonly Decision[] {
  return handling === 'automatic' ? [] : kindOf(kind).decisions;
}
