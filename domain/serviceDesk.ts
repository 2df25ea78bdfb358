/** Cases that are handed over between the partner team, an MSP and its customer. */
import type { View } from './access/views.js';
import { fieldError, KontorError } from './errors.js';
import { decisionsOf, isOfIssued, type Decision, type DiscrepancyKind, type Handling } from './reconcile/index.js';
import type { ParticipantState } from './run.js';

export const HOLDERS = ['partner_team', 'msp', 'customer'] as const;
/** With whom a case is. `customer`: whoever sees its tenant and not all of its MSP. */
export type Holder = (typeof HOLDERS)[number];

const NAMES: Record<Holder, string> = { partner_team: 'the partner team', msp: 'the MSP', customer: 'the customer' };

/** For which of the three somebody acts: who is limited to tenants of an MSP is on the customer's side, whatever company it is of. */
export function sideOf({ view, tenants }: { view: View; tenants: readonly string[] | null }): Holder {
  if (view === 'vendor') return 'partner_team';
  return tenants === null ? 'msp' : 'customer';
}

/** To whom a side may hand a case that is with `holder`: onwards or back where it is its own, else back to itself. */
function movesOf(side: Holder, holder: Holder): readonly Holder[] {
  switch (side) {
    case 'partner_team':
      return holder === 'partner_team' ? ['msp'] : ['partner_team'];
    case 'msp':
      if (holder === 'msp') return ['partner_team', 'customer'];
      return holder === 'customer' ? ['msp'] : [];
    case 'customer':
      return holder === 'customer' ? ['msp'] : [];
  }
}

/** Throws STATE_CONFLICT unless the side may hand a case over to `to` that is with `holder` now. */
export function requireMove(side: Holder, holder: Holder, to: Holder): void {
  const moves = movesOf(side, holder);
  if (moves.includes(to)) return;
  const can = moves.map((one) => `"${one}"`).join(' or ') || 'nobody';
  throw fieldError('STATE_CONFLICT', '/to', `It is with ${NAMES[holder]} now: you can hand it over to ${can}.`);
}

/** What somebody who answers would decide. */
export interface Proposal {
  decision: Decision;
  /** With set_quantity, and only then. */
  quantity: number | null;
}

/**
 * An answer goes back to whoever handed the case over. Throws VALIDATION_FAILED for a proposal with anything else, and
 * DECISION_NOT_ALLOWED for one that the kind does not allow (rule 5).
 */
export function requireProposal(
  { decision }: Proposal,
  { side, holder, kind, handling }: { side: Holder; holder: Holder; kind: DiscrepancyKind; handling: Handling },
): void {
  if (side === 'partner_team' || side !== holder) {
    throw fieldError(
      'VALIDATION_FAILED',
      '/proposal',
      'Only whom the case is with proposes something, with the answer.',
    );
  }
  const allowed = decisionsOf(kind, handling);
  if (allowed.includes(decision)) return;
  const message = `A case of kind ${kind} can be decided by: ${allowed.join(', ')}.`;
  throw fieldError('DECISION_NOT_ALLOWED', '/proposal/decision', message);
}

/** A case as far as the desk has to know it. */
export interface AtDesk {
  kind: DiscrepancyKind;
  handling: Handling;
  siteId: string | null;
  state: 'open' | 'settled';
  resolvedBy: 'rule' | 'default' | 'person' | null;
  participantState: ParticipantState;
  /** When the review of its MSP's months ends. */
  reviewUntil: Date;
}

/**
 * Until when an answer moves the month: the end of the review. Null: until somebody decides, as its MSP is parked or the case is
 * about an issued month; also where the case is settled, and no answer counts any more.
 */
export function answerUntil({
  kind,
  state,
  participantState,
  reviewUntil,
}: Omit<AtDesk, 'siteId' | 'handling' | 'resolvedBy'>) {
  return state === 'open' && participantState === 'open' && !isOfIssued(kind) ? reviewUntil : null;
}

/**
 * What may be handed over at all: open cases of a site that a person may decide. Throws STATE_CONFLICT for what stays with the
 * partner team, ALREADY_DECIDED for what is settled, REVIEW_ENDED where no answer would come in time to move the month.
 */
export function requireAtDesk(found: AtDesk, now: Date): void {
  if (found.siteId === null) {
    throw new KontorError(
      'STATE_CONFLICT',
      'This case is about no site but a whole statement: the partner team keeps it.',
    );
  }
  if (decisionsOf(found.kind, found.handling).length === 0) {
    throw new KontorError('STATE_CONFLICT', 'Its rule settles this case: there is nothing to ask anybody.');
  }
  if (found.state === 'settled' && found.resolvedBy === 'person') {
    throw new KontorError('ALREADY_DECIDED', 'This case is decided: nothing said of it moves the month any more.');
  }
  const until = answerUntil(found);
  if (found.state === 'settled' || (until !== null && until <= now)) {
    throw new KontorError(
      'REVIEW_ENDED',
      'The review has ended, and the rule of its kind counts: nothing said of this case moves the month any more. What is wrong ' +
        'in the statement is put right by a correction.',
    );
  }
}
