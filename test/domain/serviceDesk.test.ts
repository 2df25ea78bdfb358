import { describe, expect, it } from '@jest/globals';
import { HOLDERS, answerUntil, requireAtDesk, requireMove, requireProposal, sideOf } from '../../domain/serviceDesk.js';

const NOW = new Date('2026-04-05T12:00:00Z');
const LATER = new Date('2026-04-06T00:00:00Z');
const OPEN = {
  ...({ kind: 'report_mismatch', handling: 'review', siteId: 'a', state: 'open', resolvedBy: null } as const),
  ...({ participantState: 'open', reviewUntil: LATER } as const),
};
const codeOf = (work: () => void): unknown => {
  try {
    work();
    return null;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};

describe('the service desk', () => {
  it('a case goes one step on or back, or back to whoever handed it over', () => {
    const moves = HOLDERS.flatMap((side) =>
      HOLDERS.flatMap((holder) =>
        HOLDERS.filter(
          (to) =>
            codeOf(() => {
              requireMove(side, holder, to);
            }) === null,
        ).map((to) => `${side}: ${holder} to ${to}`),
      ),
    );
    expect(moves).toEqual([
      'partner_team: partner_team to msp',
      'partner_team: msp to partner_team',
      'partner_team: customer to partner_team',
      'msp: msp to partner_team',
      'msp: msp to customer',
      'msp: customer to msp',
      'customer: customer to msp',
    ]);
  });

  it('whoever is limited to tenants is on the side of the customer, members of the MSP too', () => {
    expect(sideOf({ view: 'vendor', tenants: null })).toBe('partner_team');
    expect(sideOf({ view: 'service_provider', tenants: null })).toBe('msp');
    expect(sideOf({ view: 'service_provider', tenants: ['a'] })).toBe('customer');
    expect(sideOf({ view: 'customer', tenants: [] })).toBe('customer');
  });

  it('only open cases of a site that a person may decide are handed over, while an answer counts', () => {
    const refused = (over: object, now = NOW) =>
      codeOf(() => {
        requireAtDesk({ ...OPEN, ...over }, now);
      });
    expect(refused({})).toBeNull();
    expect(refused({ siteId: null })).toBe('STATE_CONFLICT');
    expect(refused({ handling: 'automatic' })).toBe('STATE_CONFLICT');
    expect(refused({ state: 'settled', resolvedBy: 'person' })).toBe('ALREADY_DECIDED');
    expect(refused({ state: 'settled', resolvedBy: 'default' })).toBe('REVIEW_ENDED');
    expect(refused({}, new Date(LATER.getTime() - 1))).toBeNull();
    expect(refused({}, LATER)).toBe('REVIEW_ENDED');
    expect(refused({ participantState: 'parked' }, LATER)).toBeNull();
  });

  it('an answer counts until the review ends, or somebody decides', () => {
    expect(answerUntil(OPEN)).toBe(LATER);
    expect(answerUntil({ ...OPEN, participantState: 'parked' })).toBeNull();
    expect(answerUntil({ ...OPEN, state: 'settled' })).toBeNull();
  });

  it('only whom it is with proposes, and only what the kind allows', () => {
    const asked = { side: 'msp', holder: 'msp', kind: 'report_mismatch', handling: 'review' } as const;
    const refused = (decision: 'accept_reported' | 'confirm', over: object = {}) =>
      codeOf(() => {
        requireProposal({ decision, quantity: null }, { ...asked, ...over });
      });
    expect(refused('accept_reported')).toBeNull();
    expect(refused('confirm')).toBe('DECISION_NOT_ALLOWED');
    expect(refused('accept_reported', { holder: 'customer' })).toBe('VALIDATION_FAILED');
    expect(refused('accept_reported', { side: 'partner_team', holder: 'partner_team' })).toBe('VALIDATION_FAILED');
  });
});
