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
    ['a soft hyphen (case 49)', 'Office\u00AD', 'U+00AD'],
    ['the Hangul filler (case 49)', '\u3164', 'U+3164'],
    ['the blank of Braille (case 49)', '\u2800', 'U+2800'],
    ['the Mongolian vowel separator (case 49)', 'a\u180E', 'U+180E'],
    ['a variation selector (case 49)', 'a\uFE0F', 'U+FE0F'],
    ['a language tag (case 49)', 'a\u{E0041}', 'U+E0041'],
    ['a joiner (case 49)', 'a\u200Db', 'U+200D'],
    ["Persian's non-joiner among Latin letters (case 49)", 'a\u200Cb', 'U+200C'],
  ])('with %s is refused, and told which character it was', (_case, text, character) => {
    expect(nameProblem(text)).toContain(character);
  });

  it.each(['=?utf-8?Q?Anna=E2=80=AE?= Ltd', 'x =?UTF-8?b?QQ==?=', '=?iso-8859-1*en?q?a?='])(
    'case 49: may not be the encoded word %s',
    (text) => {
      expect(nameProblem(text)).toContain('encoded word');
    },
  );

  it.each([
    '<b>"Q" & \'q\'</b>',
    'Łódź GmbH & Co. KG',
    '株式会社サンプル',
    'Ελλάδα',
    '=SUM(A1)',
    'Why=? Because?',
    'نرم\u200Cافزار',
  ])('may be %s', (text) => {
    expect(nameProblem(text)).toBeNull();
  });

  it('is kept composed, with single spaces and without blanks at its ends', () => {
    expect(canonicalName(' Cafe\u0301\u00A0\u3003 \u3000Nord ')).toBe('Café \u3003 Nord');
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
