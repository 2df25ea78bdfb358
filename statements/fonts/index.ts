/**
 * Fonts: Noto Sans in two weights, Noto Sans JP, and one for each further script whose package is installed. Each file is parsed
 * at first use and then shared by all documents of the thread, because parsing costs five times what a statement costs.
 */
import { createRequire } from 'node:module';
import { SharedFont } from './sharedFont.js';

export type { SharedFont } from './sharedFont.js';

export type Weight = 'regular' | 'bold';

/** Scripts with a font of their own; all but the Japanese are optional packages. */
export const FONT_SCRIPTS = ['jp', 'kr', 'sc', 'arabic', 'hebrew', 'thai', 'georgian', 'armenian'] as const;
export type FontScript = (typeof FONT_SCRIPTS)[number];
export type FontName = Weight | `${Weight}-${FontScript}`;

const FAMILIES: Record<FontScript, string> = {
  jp: 'JP',
  kr: 'KR',
  sc: 'SC',
  arabic: 'Arabic',
  hebrew: 'Hebrew',
  thai: 'Thai',
  georgian: 'Georgian',
  armenian: 'Armenian',
};

const require = createRequire(import.meta.url);
const loaded = new Map<FontName, SharedFont | null>();

function fileOf(name: FontName): string {
  const [weight, script] = name.split('-') as [Weight, FontScript | undefined];
  const cut = weight === 'regular' ? '400Regular' : '700Bold';
  const family = script === undefined ? '' : FAMILIES[script];
  const folder = script === undefined ? 'noto-sans' : `noto-sans-${script}`;
  return `@expo-google-fonts/${folder}/${cut}/NotoSans${family}_${cut}.ttf`;
}

/** Null where its package is not installed. */
export function findFont(name: FontName): SharedFont | null {
  let font = loaded.get(name);
  if (font === undefined) {
    font = load(name);
    loaded.set(name, font);
  }
  return font;
}

function load(name: FontName): SharedFont | null {
  let path: string;
  try {
    path = require.resolve(fileOf(name));
  } catch {
    return null;
  }
  return new SharedFont(path);
}

/** Throws a RangeError where its package is not installed. */
export function fontOf(name: FontName): SharedFont {
  const font = findFont(name);
  if (font === null) throw new RangeError(`The font ${fileOf(name)} is not installed`);
  return font;
}
