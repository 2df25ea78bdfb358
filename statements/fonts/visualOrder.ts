import { createRequire } from 'node:module';
import type { Bidi } from 'bidi-js';

// Its declarations say what a bundler makes of it; Node gets the function itself.
const bidi = (createRequire(import.meta.url)('bidi-js') as () => Bidi)();

/** Letters that run from right to left. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** A stretch of one direction, its characters in the order in which they are read. */
export interface Stretch {
  text: string;
  rightToLeft: boolean;
}

/** The stretches of one printed line from left to right, by the Unicode bidirectional algorithm. */
export function inVisualOrder(line: string): Stretch[] {
  if (!RIGHT_TO_LEFT.test(line)) return [{ text: line, rightToLeft: false }];
  const { levels } = bidi.getEmbeddingLevels(line);
  const stretches: { text: string; level: number }[] = [];
  for (let i = 0; i < line.length; i += 1) {
    const level = levels[i] ?? 0;
    const last = stretches.at(-1);
    if (last?.level === level) last.text += line.charAt(i);
    else stretches.push({ text: line.charAt(i), level });
  }
  const highest = Math.max(...stretches.map(({ level }) => level));
  let ordered = stretches;
  for (let level = highest; level > 0; level -= 1) ordered = reversedFrom(ordered, level);
  return ordered.map(({ text, level }) => ({ text, rightToLeft: level % 2 === 1 }));
}

/** Reverses each row of neighbours of at least this level. */
function reversedFrom<T extends { level: number }>(stretches: readonly T[], level: number): T[] {
  const result: T[] = [];
  let row: T[] = [];
  for (const stretch of stretches) {
    if (stretch.level >= level) {
      row.unshift(stretch);
      continue;
    }
    result.push(...row, stretch);
    row = [];
  }
  return [...result, ...row];
}

/**
 * The characters of a stretch from right to left as a font that knows no direction prints them: turned round, brackets and the like
 * mirrored. A character whose mirror image the font lacks stays as it is.
 */
export function mirrored(text: string, has: (codePoint: number) => boolean): string {
  return Array.from(text)
    .reverse()
    .map((character) => {
      const image = bidi.getMirroredCharacter(character);
      return image !== null && has(image.codePointAt(0) ?? 0) ? image : character;
    })
    .join('');
}
