import { describe, expect, it } from '@jest/globals';
import {
  mailDomain,
  PARTICIPATION_STATES,
  participationStatesBefore,
  probableDuplicates,
  registrationCalendar,
  type Applicant,
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
    const { remindAt } = registrationCalendar(APPLIED_AT, { remindAfterDays: [0.5, 5], expireAfterDays: 10 });
    expect(remindAt).toEqual([new Date('2026-03-20T22:00:00Z'), new Date('2026-03-25T10:00:00Z')]);
  });

  it('rule 20: is suspended and taken up again, and leaves once; who was turned away may apply again', () => {
    expect(PARTICIPATION_STATES.map((state) => [state, participationStatesBefore(state)])).toEqual([
      ['applied', ['rejected', 'expired']],
      ['approved', ['applied', 'suspended']],
      ['suspended', ['approved']],
      ['left', ['approved', 'suspended']],
      ['rejected', ['applied']],
      ['expired', ['applied']],
    ]);
  });
});

describe('rule 14: probable duplicates', () => {
  const known: Applicant = {
    id: 'known',
    registrationNumber: 'HRB 12.345 B',
    mailDomain: 'alpha.example',
    state: 'approved',
  };
  const applicant = { id: 'new', registrationNumber: 'HRB 99', mailDomain: 'beta.example' };

  it.each<[string, Partial<Applicant>, Partial<Applicant>, string[]]>([
    ['another number and domain', {}, {}, []],
    ['the same number', { registrationNumber: 'HRB 12.345 B' }, {}, ['known']],
    ['the same number typed otherwise', { registrationNumber: 'hrb12345-b' }, {}, ['known']],
    ['the same mail domain', { mailDomain: 'alpha.example' }, {}, ['known']],
    ['the same public mail provider', { mailDomain: 'gmail.com' }, { mailDomain: 'gmail.com' }, []],
    ['numbers without letters and digits', { registrationNumber: '-' }, { registrationNumber: '/' }, []],
    ['one that only applied', { mailDomain: 'alpha.example' }, { state: 'applied' }, ['known']],
    ['one that was rejected', { mailDomain: 'alpha.example' }, { state: 'rejected' }, []],
    ['one that expired', { registrationNumber: 'HRB 12345 B' }, { state: 'expired' }, []],
    ['itself', { id: 'known', mailDomain: 'alpha.example' }, {}, []],
  ])('%s', (_case, ofApplicant, ofKnown, duplicates) => {
    expect(probableDuplicates({ ...applicant, ...ofApplicant }, [{ ...known, ...ofKnown }])).toEqual(duplicates);
  });

  it('the mail domain is what stands behind the last @, whatever its case', () => {
    expect(mailDomain('"a@b"@Alpha.Example')).toBe('alpha.example');
  });
});
