import { describe, expect, it } from '@jest/globals';
import { KontorError } from '../../domain/errors.js';
import { clockOffsetSeconds, countedAt } from '../../domain/siteMessage.js';
import { parseQuantity } from '../../domain/usage.js';

const RECEIVED = new Date('2026-04-01T12:00:00Z');
const hours = (n: number, from = RECEIVED) => new Date(from.getTime() + n * 3_600_000);

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof KontorError) return error.code;
    throw error;
  }
  return 'accepted';
}

describe('the clock of a site (rule 3)', () => {
  it.each([
    ['right', 0, 0],
    ['a day ahead', 24, 0],
    ['a day behind', -24, 0],
    ['36 hours ahead', 36, -36],
    ['36 hours behind', -36, 36],
    ['seven days ahead', 168, -168],
  ])('that is %s (%i hours) moves what it observed by %i hours', (_how, offset, moved) => {
    const observedAt = hours(offset - 48);
    const counted = countedAt(observedAt, hours(offset), RECEIVED, '/observedAt');
    expect((counted.getTime() - observedAt.getTime()) / 3_600_000).toBe(moved);
  });

  it('is told in seconds, positive when it is ahead', () => {
    expect(clockOffsetSeconds(hours(36), RECEIVED)).toBe(129_600);
    expect(clockOffsetSeconds(hours(-1), RECEIVED)).toBe(-3_600);
  });

  it('is of no use beyond seven days', () => {
    expect(codeOf(() => clockOffsetSeconds(hours(169), RECEIVED))).toBe('CLOCK_UNUSABLE');
    expect(codeOf(() => clockOffsetSeconds(hours(-169), RECEIVED))).toBe('CLOCK_UNUSABLE');
  });

  it.each([
    ['accepted', '23 hours ahead of its receipt', hours(23)],
    ['OBSERVED_IN_FUTURE', '25 hours ahead of its receipt', hours(25)],
    ['accepted', '729 days old', hours(-729 * 24)],
    ['OBSERVED_TOO_OLD', '731 days old', hours(-731 * 24)],
  ])('answers %s to an observation %s', (outcome, _what, observedAt) => {
    expect(codeOf(() => countedAt(observedAt, RECEIVED, RECEIVED, '/observedAt'))).toBe(outcome);
  });

  it('that is off makes an observation from its own future one of the present', () => {
    expect(codeOf(() => countedAt(hours(35), hours(36), RECEIVED, '/observedAt'))).toBe('accepted');
  });
});

describe('a count', () => {
  it.each([0, 1, 10_000_000])('of %i is a quantity', (value) => {
    expect(parseQuantity(value, '/count')).toBe(value);
  });

  it.each([-1, 0.5, NaN, Infinity, 1e308, 2 ** 53 + 2, 10_000_001, '5', null, undefined, true])(
    'of %p is none (fault 29)',
    (value) => {
      expect(codeOf(() => parseQuantity(value, '/count'))).toBe('QUANTITY_INVALID');
    },
  );
});
