/**
 * Fonts: Noto Sans in two weights, and Noto Sans JP for what it lacks. Each file is parsed at first use and then shared
 * by all documents of the thread, because parsing costs five times what a statement costs.
 */
import { createRequire } from 'node:module';
import { SharedFont } from './sharedFont.js';

export type { SharedFont } from './sharedFont.js';

export type Weight = 'regular' | 'bold';
export type FontName = Weight | 'regular-jp' | 'bold-jp';

const FILES: Record<FontName, string> = {
  regular: '@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf',
  bold: '@expo-google-fonts/noto-sans/700Bold/NotoSans_700Bold.ttf',
  'regular-jp': '@expo-google-fonts/noto-sans-jp/400Regular/NotoSansJP_400Regular.ttf',
  'bold-jp': '@expo-google-fonts/noto-sans-jp/700Bold/NotoSansJP_700Bold.ttf',
};

const require = createRequire(import.meta.url);
const loaded = new Map<FontName, SharedFont>();

export function fontOf(name: FontName): SharedFont {
  let font = loaded.get(name);
  if (font === undefined) {
    font = new SharedFont(require.resolve(FILES[name]));
    loaded.set(name, font);
  }
  return font;
}
