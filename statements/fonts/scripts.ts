import { findFont, type FontName, type FontScript, type Weight } from './index.js';

const OWN: readonly (readonly [FontScript, RegExp])[] = [
  ['arabic', /[\u0600-\u06ff\u0750-\u077f\u0870-\u08ff\ufb50-\ufdff\ufe70-\ufefc]/],
  ['hebrew', /[\u0590-\u05ff\ufb1d-\ufb4f]/],
  ['thai', /[\u0e00-\u0e7f]/],
  ['georgian', /[\u10a0-\u10ff\u1c90-\u1cbf\u2d00-\u2d2f]/],
  ['armenian', /[\u0530-\u058f\ufb13-\ufb17]/],
];
const HANGUL = /[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff]/;
const KANA = /[\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f]/;
const HAN = /\p{Script=Han}/u;

/** Whether the font's letters run from right to left. */
export function isRightToLeft(font: FontName): boolean {
  return font.endsWith('-arabic') || font.endsWith('-hebrew');
}

/**
 * Which font prints each character of a text; null: none that is installed. A name in Chinese characters is set in one font as a
 * whole: the Japanese one if it has them all, since the same characters are drawn differently elsewhere.
 */
export function fontChooser(text: string, weight: Weight): (character: string) => FontName | null {
  let eastern: readonly FontScript[] | undefined;
  return (character) => {
    const codePoint = character.codePointAt(0) ?? 0;
    if (has(weight, codePoint)) return weight;
    const own = OWN.find(([, letters]) => letters.test(character));
    if (own !== undefined) {
      const name: FontName = `${weight}-${own[0]}`;
      return has(name, codePoint) ? name : null;
    }
    eastern ??= easternFonts(text, weight);
    return eastern.map((script): FontName => `${weight}-${script}`).find((name) => has(name, codePoint)) ?? null;
  };
}

function has(name: FontName, codePoint: number): boolean {
  return findFont(name)?.has(codePoint) ?? false;
}

function easternFonts(text: string, weight: Weight): readonly FontScript[] {
  if (HANGUL.test(text)) return ['kr', 'jp', 'sc'];
  if (KANA.test(text) || !HAN.test(text)) return ['jp', 'kr', 'sc'];
  const hasAll = (script: FontScript) =>
    Array.from(text).every(
      (character) => !HAN.test(character) || has(`${weight}-${script}`, character.codePointAt(0) ?? 0),
    );
  return !hasAll('jp') && hasAll('sc') ? ['sc', 'jp', 'kr'] : ['jp', 'sc', 'kr'];
}
