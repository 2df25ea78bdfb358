import type { Weight } from './fonts/index.js';
import { widthOf } from './fonts/runs.js';

const ELLIPSIS = '…';

/**
 * Breaks printable text into at most `maxLines` lines no wider than `width` points: at spaces, and inside a word only
 * where the word alone is too wide. What does not fit ends in an ellipsis.
 */
export function wrap(text: string, weight: Weight, size: number, width: number, maxLines: number): string[] {
  if (widthOf(text, weight, size) <= width) return [text];
  const fits = (line: string) => widthOf(line, weight, size) <= width;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (fits(longer)) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (!fits(line) && lines.length <= maxLines) {
      const head = longestPrefix(line, fits);
      lines.push(head);
      line = line.slice(head.length);
    }
    if (lines.length > maxLines) break;
  }
  if (line !== '') lines.push(line);
  if (lines.length <= maxLines) return lines;
  const last = lines[maxLines - 1] ?? '';
  return [...lines.slice(0, maxLines - 1), ellipsised(last, fits)];
}

/** The longest start of `text` that fits, by whole characters, at least one. */
function longestPrefix(text: string, fits: (text: string) => boolean): string {
  const characters = Array.from(text);
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
  return longestPrefix(text, (start) => fits(start.trimEnd() + ELLIPSIS)).trimEnd() + ELLIPSIS;
}
