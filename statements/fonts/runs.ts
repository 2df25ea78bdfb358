import { fontOf, type FontName, type Weight } from './index.js';
import { fontChooser, isRightToLeft } from './scripts.js';
import { inVisualOrder, mirrored } from './visualOrder.js';

/** A stretch of text that one font can print. */
export interface TextRun {
  font: FontName;
  text: string;
}

/** Invisible characters that reorder, join or split text: a name must not be able to rearrange the line it stands in. */
const INVISIBLE =
  /(?<![\u0600-\u06ff])\u200c|\u200c(?![\u0600-\u06ff])|[\u00ad\u061c\u180e\u200b\u200d-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc]|\p{Variation_Selector}|[\u{e0000}-\u{e007f}]/gu;
// eslint-disable-next-line no-control-regex -- finding control characters is the purpose
const SPACES_AND_CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;
const LONE_SURROGATES = /\p{Surrogate}/gu;
const PLAIN_ASCII = /^[ -~]*$/;
const REPLACEMENT = '\ufffd';
/** Between two Arabic letters that do not join, as Persian writes; it shows nothing itself. */
const NON_JOINER = '\u200c';

/** Text as it may be printed: composed, on one line, without control and bidi characters or broken surrogates. */
export function printable(text: string): string {
  if (PLAIN_ASCII.test(text)) return text;
  return text
    .replace(LONE_SURROGATES, REPLACEMENT)
    .normalize('NFC')
    .replace(SPACES_AND_CONTROLS, ' ')
    .replace(INVISIBLE, '');
}

/**
 * Splits one line of printable text into runs from left to right, each in one font. A character that no installed font has becomes
 * U+FFFD, which Noto Sans has: visible, and never an empty box.
 */
export function runsOf(text: string, weight: Weight): TextRun[] {
  if (PLAIN_ASCII.test(text)) return text === '' ? [] : [{ font: weight, text }];
  const fontFor = fontChooser(text, weight);
  const runs: TextRun[] = [];
  const add = (found: readonly TextRun[]) => {
    for (const run of found) {
      const last = runs.at(-1);
      // What runs from right to left is laid out word by word.
      if (last?.font === run.font && !isRightToLeft(run.font)) last.text += run.text;
      else runs.push({ ...run });
    }
  };
  for (const stretch of inVisualOrder(text)) {
    if (!stretch.rightToLeft) add(byFont(stretch.text, weight, fontFor));
    else for (const word of stretch.text.split(/( +)/).reverse()) add(turned(byFont(word, weight, fontFor)));
  }
  return runs;
}

function byFont(text: string, weight: Weight, fontFor: (character: string) => FontName | null): TextRun[] {
  const runs: TextRun[] = [];
  for (const character of text) {
    const last = runs.at(-1);
    const found = character === NON_JOINER ? last?.font : fontFor(character);
    const font = found ?? weight;
    const shown = found == null ? REPLACEMENT : character;
    if (last?.font === font) last.text += shown;
    else runs.push({ font, text: shown });
  }
  return runs;
}

/** The runs of a word from right to left: fonts of such scripts turn their letters themselves. */
function turned(runs: readonly TextRun[]): TextRun[] {
  return runs
    .map(({ font, text }) => {
      if (isRightToLeft(font)) return { font, text };
      return { font, text: mirrored(text, (codePoint) => fontOf(font).has(codePoint)) };
    })
    .reverse();
}

/** The first character that no installed font has; null: all of it can be printed. */
export function unprintable(text: string): string | null {
  const shown = printable(text);
  if (PLAIN_ASCII.test(shown)) return null;
  const fontFor = fontChooser(shown, 'regular');
  return Array.from(shown).find((character) => character !== NON_JOINER && fontFor(character) === null) ?? null;
}

/**
 * Text in which every character that no installed font has is written as its code, `[U+13000]`: two references that differ in
 * nothing else stay two.
 */
export function withCodes(text: string): string {
  const shown = printable(text);
  if (PLAIN_ASCII.test(shown)) return shown;
  const fontFor = fontChooser(shown, 'regular');
  return Array.from(shown, (character) => {
    if (character === NON_JOINER || fontFor(character) !== null) return character;
    return `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;
  }).join('');
}

/** Width of runs in points. */
export function widthOfRuns(runs: readonly TextRun[], size: number): number {
  let width = 0;
  for (const { font, text } of runs) width += fontOf(font).widthOf(text);
  return (width * size) / 1000;
}

/** Width of printable text in points. */
export function widthOf(text: string, weight: Weight, size: number): number {
  return widthOfRuns(runsOf(text, weight), size);
}
