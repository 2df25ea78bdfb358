/**
 * Reconciliation: what each site said is compared with what was seen of it, and every finding becomes a discrepancy.
 *
 * The kinds below are applied in this order to every site, tenant and meter; each takes the quantity the kinds before
 * it left and may replace it, by its default or by what a person decided. A new kind is one file and one line here.
 */
import type { Quantity, SiteFacts, UsageFacts } from '../usage.js';
import { clockOff } from './clockOff.js';
import { DEFAULT_SETTINGS } from './kind.js';
import type {
  Decision,
  DiscrepancyKindDefinition,
  Evidence,
  ReconcileSettings,
  Resolution,
  SiteKind,
  UsageKind,
} from './kind.js';
import { licenceExceeded } from './licenceExceeded.js';
import { missingReport } from './missingReport.js';
import { decidedQuantity, reportedQuantity } from './quantities.js';
import { reportMismatch } from './reportMismatch.js';
import { totalMoved } from './totalMoved.js';
import { twoInstallations } from './twoInstallations.js';
import { unassignedTenant } from './unassignedTenant.js';
import { unknownKey } from './unknownKey.js';
import { usageAfterRevocation } from './usageAfterRevocation.js';
import { usageJump } from './usageJump.js';

export { DECISIONS, DEFAULT_SETTINGS, REASON_MANDATORY } from './kind.js';
export type { Decision, Evidence, Handling, ReconcileSettings, Resolution } from './kind.js';
export { detectTotalMoved } from './totalMoved.js';

export const KINDS = [
  unknownKey,
  clockOff,
  missingReport,
  usageAfterRevocation,
  reportMismatch,
  twoInstallations,
  unassignedTenant,
  usageJump,
  licenceExceeded,
  totalMoved,
] as const satisfies readonly DiscrepancyKindDefinition[];

export type DiscrepancyKind = (typeof KINDS)[number]['kind'];

/** The definition of a kind: its handling and what may be decided. */
export function kindOf(kind: DiscrepancyKind): DiscrepancyKindDefinition {
  const definition = KINDS.find((candidate) => candidate.kind === kind);
  if (definition === undefined) throw new RangeError(`There is no discrepancy kind "${kind}"`);
  return definition;
}

/** A discrepancy as reconciliation finds it. Its natural key is period, MSP, kind, site, tenant reference and meter. */
export interface Finding {
  kind: DiscrepancyKind;
  siteId: string;
  /** Null, as `meter`, for findings about the whole site. */
  usage: UsageFacts | null;
  evidence: Evidence;
}

/** Looks up how a case of this kind was settled for one usage; undefined: there is no such case. */
export type ResolutionOf = (kind: DiscrepancyKind, site: SiteFacts, usage: UsageFacts) => Resolution | undefined;

function resolve(
  kind: UsageKind | SiteKind,
  resolution: Resolution,
  quantity: Quantity,
  usage: UsageFacts,
  site: SiteFacts,
): Quantity {
  const byDefault = kind.applyDefault(quantity, usage, site);
  if (resolution.by !== 'person') return byDefault;
  return decidedQuantity(resolution.decision, byDefault, usage, resolution.quantity);
}

function isQuantityKind(kind: DiscrepancyKindDefinition): kind is UsageKind | SiteKind {
  return kind.level === 'usage' || kind.level === 'site';
}

const QUANTITY_KINDS: readonly (UsageKind | SiteKind)[] = (KINDS as readonly DiscrepancyKindDefinition[]).filter(
  isQuantityKind,
);

/** Applies the kinds in order to one usage: `found` hears of each that concerns this usage alone. */
function applyDefaults(
  site: SiteFacts,
  usage: UsageFacts,
  settings: ReconcileSettings,
  found: (kind: UsageKind, evidence: Evidence) => void,
): Quantity {
  let quantity = reportedQuantity(usage);
  for (const kind of QUANTITY_KINDS) {
    const evidence = kind.level === 'site' ? kind.detect(site, settings) : kind.detect(usage, quantity, site, settings);
    if (evidence === null) continue;
    if (kind.level === 'usage') found(kind, evidence);
    quantity = kind.applyDefault(quantity, usage, site);
  }
  return quantity;
}

/** Every discrepancy of one site. Pure: the same facts give the same findings. */
export function reconcileSite(site: SiteFacts, settings: ReconcileSettings = DEFAULT_SETTINGS): Finding[] {
  const findings: Finding[] = [];
  const { siteId } = site;
  for (const kind of QUANTITY_KINDS) {
    const evidence = kind.level === 'site' ? kind.detect(site, settings) : null;
    if (evidence !== null) findings.push({ kind: kind.kind as DiscrepancyKind, siteId, usage: null, evidence });
  }
  for (const usage of site.usage) {
    applyDefaults(site, usage, settings, (kind, evidence) => {
      findings.push({ kind: kind.kind as DiscrepancyKind, siteId, usage, evidence });
    });
  }
  return findings;
}

/** The quantity of one usage where nobody decides anything: every kind that applies gets its default. */
export function quantityByDefault(
  site: SiteFacts,
  usage: UsageFacts,
  settings: ReconcileSettings = DEFAULT_SETTINGS,
): Quantity {
  return applyDefaults(site, usage, settings, () => undefined);
}

/** The quantity of one usage after all its cases: defaults where nobody decided, people's decisions where they did. */
export function settleQuantity(site: SiteFacts, usage: UsageFacts, resolutionOf: ResolutionOf): Quantity {
  let quantity = reportedQuantity(usage);
  for (const kind of QUANTITY_KINDS) {
    const resolution = resolutionOf(kind.kind as DiscrepancyKind, site, usage);
    if (resolution !== undefined) quantity = resolve(kind, resolution, quantity, usage, site);
  }
  return quantity;
}

/** Whether a person may take this decision on a case of this kind. */
export function isDecisionAllowed(kind: DiscrepancyKind, decision: Decision): boolean {
  return kindOf(kind).decisions.includes(decision);
}
