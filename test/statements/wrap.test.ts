import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { printable, widthOf } from '../../statements/fonts/runs.js';
import { wrap } from '../../statements/wrap.js';

describe('a text that is too wide', () => {
  it('breaks at spaces', () => {
    expect(wrap('one two three', 'regular', 10, 45, 3)).toEqual(['one two', 'three']);
  });

  it('breaks after a hyphen within a word, and not within a number', () => {
    expect(wrap('Server-Agent', 'regular', 10, 40, 3)).toEqual(['Server-', 'Agent']);
    expect(wrap('IT-2026-000042 after', 'regular', 10, 88, 3)).toEqual(['IT-2026-000042', 'after']);
  });

  it('ends in an ellipsis where the lines run out', () => {
    expect(wrap('one two three four', 'regular', 10, 55, 1)).toEqual(['one two…']);
  });

  it('case 31: is laid out also where the font has no place for a mark of it', () => {
    for (const letter of 'ڢڣڥݠݡࢤ') expect(widthOf(printable(`محل ${letter}`), 'regular', 10)).toBeGreaterThan(0);
  });

  it.each(['ดังนั้นชื่อที่ยาวมากนี้', 'q\u0323\u0302x\u0302'.repeat(9), 'שָׁלוֹם'.repeat(5)])(
    'case 31, a relative: leaves marks with their letter where it breaks inside a word: %s',
    (word) => {
      for (let width = 12; width < 60; width += 1) {
        for (const line of wrap(printable(word), 'regular', 10, width, 4)) expect(line).not.toMatch(/^\p{M}/u);
        const cut = wrap(printable(word), 'regular', 10, width, 1)[0] ?? '';
        expect(printable(word).slice(cut.replace('…', '').length)).not.toMatch(/^\p{M}/u);
      }
    },
  );

  it('puts an ellipsis in place of a single character that is wider than a line', () => {
    expect(wrap(printable('\u{fdfd}'), 'regular', 10, 60, 3)).toEqual(['…']);
    expect(wrap(printable('one \u{fdfd} two'), 'regular', 10, 60, 3)).toEqual(['one', '…', 'two']);
  });

  it('never exceeds its width or its lines, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.integer({ min: 20, max: 200 }), (text, width) => {
        const lines = wrap(printable(text), 'regular', 10, width, 3);
        expect(lines.length).toBeLessThanOrEqual(3);
        for (const line of lines) expect(widthOf(line, 'regular', 10)).toBeLessThanOrEqual(width + 0.001);
      }),
      { numRuns: 300 },
    );
  });
});
