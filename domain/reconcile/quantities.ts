import type { Day } from '../period.js';
import type { InstallationUsage, Quantity, UsageFacts } from '../usage.js';
import type { Decision } from './kind.js';

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

export function reportedQuantity(usage: UsageFacts): Quantity {
  return { value: sumOf(usage, ({ reported }) => reported), basis: 'reported', peakOn: peakDayOf(usage) };
}

export function observedQuantity(usage: UsageFacts): Quantity {
  return { value: sumOf(usage, ({ observed }) => observed), basis: 'observed', peakOn: peakDayOf(usage) };
}

/** Per installation the greater of reported and observed, summed. */
export function greaterQuantity(usage: UsageFacts): Quantity {
  const value = sumOf(usage, ({ reported, observed }) => Math.max(reported ?? 0, observed ?? 0));
  const basis = value > reportedQuantity(usage).value ? 'observed' : 'reported';
  return { value, basis, peakOn: peakDayOf(usage) };
}

export function quantityBeforeRevocation(usage: UsageFacts): Quantity {
  return {
    value: sumOf(usage, ({ observedBeforeRevocation }) => observedBeforeRevocation),
    basis: 'observed',
    peakOn: peakDayOf(usage),
  };
}

/**
 * Rule 4: for each silent installation the highest check-in of the period; where no installation has any number at all,
 * the last confirmed quantity. Never silently zero: the basis says "estimated".
 */
export function estimatedQuantity(usage: UsageFacts): Quantity {
  const known = usage.installations.some(({ reported, observed }) => reported !== null || observed !== null);
  const value = known ? sumOf(usage, ({ reported, observed }) => reported ?? observed) : (usage.lastQuantity ?? 0);
  return { value, basis: 'estimated', peakOn: known ? peakDayOf(usage) : null };
}

/** A default that bills nothing; the line stays, at zero. */
export function notBilled(): Quantity {
  return { value: 0, basis: 'waived', peakOn: null };
}

/** What a person's decision makes of a quantity (rule 5). `accept` and `confirm` leave what the default made of it. */
export function decidedQuantity(
  decision: Decision,
  byDefault: Quantity,
  usage: UsageFacts,
  setTo: number | null,
): Quantity {
  switch (decision) {
    case 'accept':
    case 'confirm':
      return byDefault;
    case 'accept_reported':
      return reportedQuantity(usage);
    case 'accept_observed':
      return observedQuantity(usage);
    case 'set_quantity':
      return { value: setTo ?? 0, basis: 'decided', peakOn: null };
    case 'waive':
      return notBilled();
    case 'defer':
      return { value: 0, basis: 'deferred', peakOn: null };
  }
}
