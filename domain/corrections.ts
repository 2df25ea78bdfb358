import { meteredOf } from './licences/licensedDays.js';
import { quantityByDefault, type DiscrepancyKind, type ReconcileSettings } from './reconcile/index.js';
import type { CorrectionLine } from './statement.js';
import type { Basis, InstallationUsage, SiteFacts, UsageFacts } from './usage.js';

/** What the latest usage reports of a site say about one tenant and meter, once one came after the facts were frozen. */
export interface LateReports {
  /** Installations that have reported by now, in time or late. */
  installationIds: readonly string[];
  /** Peak by installation; one that reported and is missing here says that it was not used. */
  peaks: Readonly<Record<string, number>>;
}

/** What is known later about a line that was billed as an estimate, was deferred, or whose site reported late. */
export interface LateKnowledge {
  /** Null: there was no line, the late report brought the usage. */
  basis: Basis | null;
  /** Whether a person chose the quantity (rule 5). */
  decidedByPerson: boolean;
  /** Null: no report came after the facts were frozen. */
  late: LateReports | null;
  /** Billable quantity, after licences and after what was corrected already. */
  billed: number;
  /** The site as it was frozen. */
  site: SiteFacts;
  /** Frozen facts of the line; without installations where there were none. */
  usage: UsageFacts;
  /** What the corrected month was judged by. */
  settings: ReconcileSettings;
  kinds: readonly DiscrepancyKind[];
}

export interface QuantityChange {
  reason: CorrectionLine['reason'];
  oldQuantity: number;
  newQuantity: number;
}

function reasonOf(basis: Basis | null): CorrectionLine['reason'] {
  if (basis === 'estimated') return 'estimate_confirmed';
  return basis === 'deferred' ? 'deferred' : 'late_report';
}

/**
 * The installations with what they reported by now. Of one that had been silent the late report counts and its check-ins,
 * of which the estimate was made, do not (rule 4). One that reported in time is compared with its check-ins again (rule 3):
 * a later revision does not lower the quantity below them.
 */
function installationsNow(usage: UsageFacts, late: LateReports): InstallationUsage[] {
  const known = new Set(usage.installations.map(({ installationId }) => installationId));
  const unseen = Object.keys(late.peaks)
    .filter((installationId) => !known.has(installationId))
    .map((installationId) => ({
      installationId,
      expected: true,
      reported: null,
      observed: null,
      observedOn: null,
      observedBeforeRevocation: null,
      usedAfterRevocationOn: null,
      lastConfirmed: null,
    }));
  return [...usage.installations, ...unseen].map((installation) =>
    late.installationIds.includes(installation.installationId)
      ? {
          ...installation,
          reported: late.peaks[installation.installationId] ?? 0,
          observed: installation.reported === null ? null : installation.observed,
        }
      : installation,
  );
}

/** The peak the rules arrive at now; null: nothing new is known. */
function peakNow({ basis, late, site, usage, settings, kinds }: LateKnowledge): number | null {
  if (late === null) return basis === 'deferred' ? quantityByDefault(site, usage, settings, kinds).value : null;
  const silentInstallationIds = site.silentInstallationIds.filter((id) => !late.installationIds.includes(id));
  const now = { ...usage, installations: installationsNow(usage, late) };
  return quantityByDefault({ ...site, silentInstallationIds }, now, settings, kinds).value;
}

/**
 * Rules 4, 5 and 7: an estimate is corrected to what the site reports later, a deferred quantity is booked in the next
 * period as the rules settle it, a late report takes the place of what was billed. What a person decided or waived stays.
 * Null: nothing changes.
 */
export function correctionOf(later: LateKnowledge): QuantityChange | null {
  if (later.decidedByPerson || later.basis === 'decided' || later.basis === 'waived') return null;
  const peak = peakNow(later);
  if (peak === null) return null;
  const newQuantity = meteredOf(peak, later.usage).quantity;
  if (newQuantity === later.billed) return null;
  return { reason: reasonOf(later.basis), oldQuantity: later.billed, newQuantity };
}
