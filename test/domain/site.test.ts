import { describe, expect, it } from '@jest/globals';
import { canonicalName, nameProblem } from '../../domain/name.js';
import { SHIPPED_PROGRAMME_SETTINGS } from '../../domain/settings/index.js';
import { contactThresholds, MAY_DEPLOY, SITE_STATES, siteStatesBefore } from '../../domain/site.js';
import { termEnd } from '../../domain/licences/term.js';

describe('a site', () => {
  it('rule 6: is warned after 7 days of silence, blocked after 30, its key disabled after 60', () => {
    expect(contactThresholds(new Date('2026-04-01T00:00:00Z'), SHIPPED_PROGRAMME_SETTINGS.contact)).toEqual({
      warned: new Date('2026-03-25T00:00:00Z'),
      blocked: new Date('2026-03-02T00:00:00Z'),
      disabled: new Date('2026-01-31T00:00:00Z'),
    });
  });

  it('rule 6: may be deployed to while it is only warned', () => {
    expect(MAY_DEPLOY).toEqual({ ok: true, warned: true, blocked: false, disabled: false });
  });

  it('once retired stays retired', () => {
    expect(SITE_STATES.map((state) => [state, siteStatesBefore(state)])).toEqual([
      ['created', []],
      ['active', ['created']],
      ['retired', ['created', 'active']],
    ]);
  });
});

describe('a name', () => {
  it.each([
    ['a line feed', 'a\nb', 'U+000A'],
    ['a carriage return', 'a\rb', 'U+000D'],
    ['a NUL', 'a\u0000', 'U+0000'],
    ['a right-to-left override', 'a\u202Eb', 'U+202E'],
    ['a directional isolate', 'a\u2066b', 'U+2066'],
    ['a zero width space', 'a\u200Bb', 'U+200B'],
    ['a line separator', 'a\u2028b', 'U+2028'],
    ['half a surrogate pair', 'a\uD83D', 'U+D83D'],
  ])('with %s is refused, and told which character it was', (_case, text, character) => {
    expect(nameProblem(text)).toContain(character);
  });

  it.each(['<b>"Q" & \'q\'</b>', 'Łódź GmbH & Co. KG', '株式会社サンプル', 'Ελλάδα', '=SUM(A1)'])(
    'may be %s',
    (text) => {
      expect(nameProblem(text)).toBeNull();
    },
  );

  it('is compared composed and without blanks at its ends', () => {
    expect(canonicalName(' Cafe\u0301 ')).toBe('Café');
  });
});

describe('a term licence', () => {
  it.each([
    ['2026-03-01', 1, '2027-03-01'],
    ['2026-03-31', 5, '2031-03-31'],
    ['2028-02-29', 1, '2029-02-28'],
    ['2028-02-29', 4, '2032-02-29'],
  ])('from %s for %i years ends before %s', (startsOn, years, endsOn) => {
    expect(termEnd(startsOn, years)).toBe(endsOn);
  });
});
