import { greaterQuantity } from './reconcile/quantities.js';
import type { CorrectionLine } from './statement.js';
import type { Basis, UsageFacts } from './usage.js';

/** What is known later about a line that was billed as an estimate, was deferred, or whose site reported late. */
export interface LateKnowledge {
  /** Null: there was no line, the late report brought the usage. */
  basis: Basis | null;
  /** Sum of the late report's peaks; null: no report came after the facts were frozen. */
  reported: number | null;
  licensed: number;
  /** Billable quantity of the line, after the licence. */
  billed: number;
  /** Frozen facts of the line, for what was deferred; null: there are none. */
  usage: UsageFacts | null;
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
 * Rules 4, 5 and 7: an estimate is corrected to what the site reports later, a deferred quantity is booked in the next
 * period (the late report where there is one, else the greater of reported and observed), a late report replaces what
 * was billed. What a person decided or waived stays. Null: nothing changes.
 */
export function correctionOf(late: LateKnowledge): QuantityChange | null {
  if (late.basis === 'decided' || late.basis === 'waived') return null;
  let peak = late.reported;
  if (peak === null && late.basis === 'deferred' && late.usage !== null) peak = greaterQuantity(late.usage).value;
  if (peak === null) return null;
  const newQuantity = Math.max(0, peak - late.licensed);
  return newQuantity === late.billed ? null : { reason: reasonOf(late.basis), oldQuantity: late.billed, newQuantity };
}
