import type { Weight } from './fonts/index.js';
import { widthOf } from './fonts/runs.js';

const ELLIPSIS = '…';
/** After a space, and after a hyphen within a word. Not in `IT-2026-000042`. */
const BREAKS = /(?<= )|(?<=\p{L}-)(?=\p{L})/u;

/**
 * Breaks printable text into at most `maxLines` lines no wider than `width` points: at spaces and hyphens, and inside a word only
 * where the word alone is too wide. What does not fit ends in an ellipsis, as does a single character that is wider than a line
 * (U+FDFD takes 98 points at size 10).
 */
export function wrap(text: string, weight: Weight, size: number, width: number, maxLines: number): string[] {
  if (widthOf(text, weight, size) <= width) return [text];
  const fits = (line: string) => widthOf(line, weight, size) <= width;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(BREAKS)) {
    if (fits((line + word).trimEnd())) {
      line += word;
      continue;
    }
    if (line !== '') lines.push(line.trimEnd());
    line = word;
    while (!fits(line.trimEnd()) && lines.length <= maxLines) {
      const head = longestPrefix(line, fits);
      lines.push(fits(head) ? head : ELLIPSIS);
      line = line.slice(head.length).trimStart();
    }
    if (lines.length > maxLines) break;
  }
  if (line.trimEnd() !== '') lines.push(line.trimEnd());
  if (lines.length <= maxLines) return lines;
  const last = lines[maxLines - 1] ?? '';
  return [...lines.slice(0, maxLines - 1), ellipsised(last, fits)];
}

/** A letter and the marks that stand on it. */
const CHARACTERS = /\P{M}\p{M}*|\p{M}+/gu;

/** The longest start of `text` that fits, by whole characters, at least one. */
function longestPrefix(text: string, fits: (text: string) => boolean): string {
  const characters = text.match(CHARACTERS) ?? [];
  let low = 1;
  let high = characters.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(characters.slice(0, middle).join(''))) low = middle;
    else high = middle - 1;
  }
  return characters.slice(0, low).join('');
}

function ellipsised(text: string, fits: (text: string) => boolean): string {
  const whole = text.trimEnd() + ELLIPSIS;
  if (fits(whole)) return whole;
  const start = longestPrefix(text, (prefix) => fits(prefix.trimEnd() + ELLIPSIS)).trimEnd() + ELLIPSIS;
  return fits(start) ? start : ELLIPSIS;
}
