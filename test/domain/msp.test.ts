import { describe, expect, it } from '@jest/globals';
import {
  companyDomain,
  PARTICIPATION_STATES,
  participationStatesBefore,
  registrationCalendar,
} from '../../domain/msp.js';
import { SHIPPED_PROGRAMME_SETTINGS } from '../../domain/settings/index.js';

const APPLIED_AT = new Date('2026-03-20T10:00:00Z');

describe('a registration', () => {
  it('rule 14: reminds after 3 and 7 days and expires after 30, in absolute time across a clock change', () => {
    expect(registrationCalendar(APPLIED_AT, SHIPPED_PROGRAMME_SETTINGS.registration)).toEqual({
      remindAt: [new Date('2026-03-23T10:00:00Z'), new Date('2026-03-27T10:00:00Z')],
      decideUntil: new Date('2026-04-19T10:00:00Z'),
    });
  });

  it('rule 14: a programme may set other days, and fractions of them', () => {
    const { remindAt } = registrationCalendar(APPLIED_AT, {
      remindAfterDays: [0.5, 5],
      confirmWithinDays: 7,
      expireAfterDays: 10,
    });
    expect(remindAt).toEqual([new Date('2026-03-20T22:00:00Z'), new Date('2026-03-25T10:00:00Z')]);
  });

  it('rule 20: is suspended and taken up again, and leaves once; who was turned away may apply again', () => {
    expect(PARTICIPATION_STATES.map((state) => [state, participationStatesBefore(state)])).toEqual([
      ['unconfirmed', []],
      ['applied', ['unconfirmed', 'rejected', 'withdrawn', 'expired']],
      ['approved', ['applied', 'suspended']],
      ['suspended', ['approved']],
      ['left', ['approved', 'suspended']],
      ['rejected', ['applied']],
      ['withdrawn', ['applied']],
      ['expired', ['unconfirmed', 'applied']],
    ]);
  });
});

describe('rule 14: the mail domain by which companies are compared', () => {
  it('is what stands behind the last @, whatever its case', () => {
    expect(companyDomain('"a@b"@Alpha.Example')).toBe('alpha.example');
  });

  it('says nothing where anybody has a mailbox', () => {
    expect(companyDomain('alpha@GMAIL.com')).toBeNull();
  });
});
