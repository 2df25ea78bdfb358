import type { Day } from '../period.js';
import type { InstallationUsage, Quantity, UsageFacts } from '../usage.js';
import type { Decision } from './kind.js';

type Is = (installation: InstallationUsage) => boolean;

/** Sum over installations; an installation that said nothing adds nothing. */
function sumOf(usage: UsageFacts, pick: (installation: InstallationUsage) => number | null): number {
  return usage.installations.reduce((sum, installation) => sum + (pick(installation) ?? 0), 0);
}

/** Day of the highest check-in, of the busiest installation where there are several. */
export function peakDayOf(usage: UsageFacts): Day | null {
  let best: InstallationUsage | undefined;
  for (const installation of usage.installations) {
    if (installation.observed !== null && installation.observed > (best?.observed ?? -1)) best = installation;
  }
  return best?.observedOn ?? null;
}

/** As reported; of an installation that nobody expects to report (rule 6), as observed. */
export function reportedQuantity(usage: UsageFacts): Quantity {
  const value = sumOf(usage, ({ reported, expected, observed }) => reported ?? (expected ? 0 : observed));
  const isObserved = usage.installations.length > 0 && usage.installations.every(({ expected }) => !expected);
  const basis = isObserved && usage.installations.every(({ reported }) => reported === null) ? 'observed' : 'reported';
  return { value, basis, peakOn: peakDayOf(usage) };
}

const isUnheard: Is = ({ reported, observed }) => reported === null && observed === null;

/**
 * Per installation the greater of reported and observed, summed; once the silent ones are estimated (rule 4), what of them is
 * neither stays what it was last known to be.
 */
export function greaterQuantity(usage: UsageFacts, before: Quantity): Quantity {
  const isEstimated = before.basis === 'estimated';
  const value = sumOf(usage, (installation) => {
    const { reported, observed, lastConfirmed } = installation;
    return isEstimated && isUnheard(installation) ? lastConfirmed : Math.max(reported ?? 0, observed ?? 0);
  });
  const basis = value > reportedQuantity(usage).value ? 'observed' : 'reported';
  return keepEstimated(before, { value, basis, peakOn: peakDayOf(usage) });
}

/**
 * The two numbers that a person chooses between, summed over the installations that have both, and what the others come to
 * whichever is chosen: each what it reported, else what was seen of it, else its last known quantity; null: there is none of that.
 */
export function bothQuantities(usage: UsageFacts): { reported: number; observed: number; others: number | null } {
  const hasBoth: Is = ({ reported, observed }) => reported !== null && observed !== null;
  const others = sumOf(usage, (one) => (hasBoth(one) ? 0 : (one.reported ?? one.observed ?? one.lastConfirmed)));
  return {
    reported: sumOf(usage, (one) => (hasBoth(one) ? one.reported : 0)),
    observed: sumOf(usage, (one) => (hasBoth(one) ? one.observed : 0)),
    others: others === 0 ? null : others,
  };
}

/** What an installation left to estimate stays an estimate, whatever the others are settled by. */
function keepEstimated(before: Quantity, settled: Quantity): Quantity {
  return before.basis === 'estimated' ? { ...settled, basis: 'estimated' } : settled;
}

/** Whether an installation was used after its key had been revoked or destroyed. */
export const usedAfterRevocation: Is = ({ usedAfterRevocationOn }) => usedAfterRevocationOn !== null;
/** The same by the vendor's own act: an MSP that revokes its key does not set its bill (case 17). */
export const usedAfterVendorsRevocation: Is = (installation) =>
  usedAfterRevocation(installation) && !installation.revokedByMsp;

/**
 * Up to the end of its key for an installation that `isCut`, the greater of both for every other; an estimate where one of these
 * is silent (rule 4).
 */
export function quantityBeforeRevocation(usage: UsageFacts, before: Quantity, isCut: Is): Quantity {
  const value = sumOf(usage, (installation) => {
    const { reported, observed, lastConfirmed, observedBeforeRevocation } = installation;
    if (isCut(installation)) return observedBeforeRevocation;
    return isUnheard(installation) ? lastConfirmed : Math.max(reported ?? 0, observed ?? 0);
  });
  const settled: Quantity = { value, basis: 'observed', peakOn: peakDayOf(usage) };
  const isSilent: Is = (one) => !isCut(one) && one.expected && one.reported === null;
  return usage.installations.some(isSilent) ? keepEstimated(before, settled) : settled;
}

/**
 * Rule 4: for each silent installation what was seen of it in the period, else what it was last known to use; where no
 * installation has any number at all, the last confirmed quantity. Never silently zero: the basis says "estimated".
 */
export function estimatedQuantity(usage: UsageFacts): Quantity {
  const { installations, lastQuantity } = usage;
  const value =
    installations.length === 0
      ? (lastQuantity ?? 0)
      : sumOf(usage, ({ reported, observed, lastConfirmed }) => reported ?? observed ?? lastConfirmed);
  return { value, basis: 'estimated', peakOn: peakDayOf(usage) };
}

/** A default that bills nothing; the line stays, at zero. */
export function notBilled(): Quantity {
  return { value: 0, basis: 'waived', peakOn: null };
}

/**
 * Rule 5: what one source says, accepted by a person. Where an installation has both numbers, this one counts; where it has one,
 * that one; a silent one what it was last known to use (rule 4), and so does a usage of which a silent site (`isSilent`) said
 * nothing. Never silently zero: to bill nothing is a waiver, which takes a reason.
 */
function acceptedQuantity(source: 'reported' | 'observed', usage: UsageFacts, isSilent: boolean): Quantity {
  const { installations } = usage;
  const peakOn = peakDayOf(usage);
  if (installations.length === 0) {
    return isSilent ? estimatedQuantity(usage) : { value: 0, basis: source, peakOn };
  }
  const value = sumOf(usage, ({ reported, observed, lastConfirmed }) =>
    source === 'reported' ? (reported ?? observed ?? lastConfirmed) : (observed ?? reported ?? lastConfirmed),
  );
  const isEstimate: Is = (one) => (source === 'reported' ? one.expected && one.reported === null : isUnheard(one));
  if (installations.some(isEstimate)) return { value, basis: 'estimated', peakOn };
  const other = source === 'reported' ? 'observed' : 'reported';
  return { value, basis: installations.every((one) => one[source] === null) ? other : source, peakOn };
}

/**
 * What a person's decision makes of a quantity (rule 5). `accept` and `confirm` leave what the default made of it; `isSilent`:
 * an installation of the site was expected to report and did not.
 */
export function decidedQuantity(
  { decision, quantity: setTo }: { decision: Decision; quantity: number | null },
  byDefault: Quantity,
  usage: UsageFacts,
  isSilent: boolean,
): Quantity {
  switch (decision) {
    case 'accept':
    case 'confirm':
      return byDefault;
    case 'accept_reported':
      return acceptedQuantity('reported', usage, isSilent);
    case 'accept_observed':
      return acceptedQuantity('observed', usage, isSilent);
    case 'set_quantity':
      return { value: setTo ?? 0, basis: 'decided', peakOn: null };
    case 'waive':
      return notBilled();
    case 'defer':
      return { value: 0, basis: 'deferred', peakOn: null };
  }
}
