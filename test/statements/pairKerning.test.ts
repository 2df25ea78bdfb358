import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { create } from 'fontkit';
import { SharedFont } from '../../statements/fonts/sharedFont.js';

const require = createRequire(import.meta.url);
const NAMES = [
  'noto-sans/400Regular/NotoSans_400Regular',
  'noto-sans/700Bold/NotoSans_700Bold',
  'noto-sans-jp/400Regular/NotoSansJP_400Regular',
  'noto-sans-hebrew/400Regular/NotoSansHebrew_400Regular',
];
/** Capitals and small letters of three scripts, marks upon them, signs between them. */
const LETTERS = Array.from('AFKLPTVWYafkrtvwyzÁÄÖŁŚßőşΑΓΤΥΩαγπυАГКРТУФЭагкрту[]^{}«°·¿');

describe('kerning read from the font', () => {
  it.each(NAMES)('is what fontkit applies to the same two characters: %s', (name) => {
    const path = require.resolve(`@expo-google-fonts/${name}.ttf`);
    const reference = create(readFileSync(path));
    if (!('layout' in reference)) throw new Error('It is no single font.');
    const font = new SharedFont(path);
    const letters = LETTERS.filter((letter) => font.has(letter.codePointAt(0) ?? 0));
    // Every pair of some thousand would take fontkit seconds: each letter meets a third of the others.
    const pairs = letters.flatMap((left, i) =>
      letters.filter((_, j) => (i + j) % 3 === 0).map((right) => left + right),
    );
    const advanceOf = (pair: string) => font.layout(pair).positions[0]?.xAdvance;
    const expected = pairs.map((pair) => {
      return [pair, reference.layout(pair, { liga: false, ccmp: false }).positions[0]?.xAdvance];
    });
    expect(pairs.map((pair) => [pair, advanceOf(pair)])).toEqual(expected);
    expect(pairs.filter((pair) => advanceOf(pair) !== advanceOf(`${pair[0]} `)).length).toBeGreaterThan(10);
  });
});
