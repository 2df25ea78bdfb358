import { fontOf, type FontName, type Weight } from './index.js';

/** A stretch of text that one font can print. */
export interface TextRun {
  font: FontName;
  text: string;
}

/** Invisible characters that reorder, join or split text: a name must not be able to rearrange the line it stands in. */
const INVISIBLE =
  /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc]|\p{Variation_Selector}|[\u{e0000}-\u{e007f}]/gu;
// eslint-disable-next-line no-control-regex -- finding control characters is the purpose
const SPACES_AND_CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;
const LONE_SURROGATES = /\p{Surrogate}/gu;
const PLAIN_ASCII = /^[ -~]*$/;
const REPLACEMENT = '\ufffd';

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
 * Splits printable text into runs by the font that has the characters: Noto Sans first, then Noto Sans JP. A character
 * in neither becomes U+FFFD, which Noto Sans has: visible, and never an empty box.
 */
export function runsOf(text: string, weight: Weight): TextRun[] {
  if (PLAIN_ASCII.test(text)) return text === '' ? [] : [{ font: weight, text }];
  const runs: TextRun[] = [];
  for (const character of text) {
    const [font, shown] = fontFor(character, weight);
    const last = runs.at(-1);
    if (last?.font === font) last.text += shown;
    else runs.push({ font, text: shown });
  }
  return runs;
}

function fontFor(character: string, weight: Weight): [FontName, string] {
  const codePoint = character.codePointAt(0) ?? 0;
  if (fontOf(weight).has(codePoint)) return [weight, character];
  const fallback: FontName = `${weight}-jp`;
  return fontOf(fallback).has(codePoint) ? [fallback, character] : [weight, REPLACEMENT];
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
