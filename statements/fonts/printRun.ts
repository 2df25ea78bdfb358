import { wordsOf } from './sharedFont.js';

/** Coordinates to a thousandth of a point. */
function coordinate(n: number): string {
  return String(Math.round(n * 1000) / 1000);
}

const HEXADECIMAL: string[] = [];

/** The glyph's number within the document's subset, four digits; what the document has to say of the glyph is kept. */
function numberOf(font: PDFKit.DocumentFont, { id, advanceWidth, codePoints }: PDFKit.FontLikeGlyph): string {
  const number = font.subset.includeGlyph(id);
  font.widths[number] ??= advanceWidth;
  font.unicode[number] ??= codePoints;
  return (HEXADECIMAL[number] ??= number.toString(16).padStart(4, '0'));
}

/**
 * Prints a text in the document's current font and colour with its baseline at `y`, in one instruction. pdfkit's own
 * `text()` measures, saves, transforms and restores for each string, which takes most of the time of a table, and its
 * `encode()` copies what the shared font keeps laid out.
 */
export function printRun(doc: PDFKit.PDFDocument, text: string, x: number, y: number, size: number): void {
  const font = doc._font;
  const fonts = doc.page.fonts as Record<string, PDFKit.PDFKitReference>;
  fonts[font.id] ??= font.ref();
  let shown = '';
  let pending = '';
  for (const word of wordsOf(text)) {
    const { glyphs, positions } = font.font.layout(word);
    for (const [i, glyph] of glyphs.entries()) {
      const number = numberOf(font, glyph);
      const { advanceWidth } = glyph;
      const { xAdvance = advanceWidth, xOffset = 0, yOffset = 0 } = positions[i] ?? {};
      if (xOffset !== 0 || yOffset !== 0) {
        // A mark: moved to its place, printed, and moved back.
        const rise = yOffset === 0 ? ['', ''] : [`${coordinate((yOffset * size) / 1000)} Ts `, ' 0 Ts'];
        const back = xAdvance - xOffset - advanceWidth;
        shown += `${flushed(pending)}${rise[0] ?? ''}[${coordinate(-xOffset)} <${number}> ${coordinate(-back)}] TJ${rise[1] ?? ''} `;
        pending = '';
        continue;
      }
      pending += number;
      const kern = xAdvance - advanceWidth;
      if (kern !== 0) pending += `> ${coordinate(-kern)} <`;
    }
  }
  shown += flushed(pending);
  if (shown === '') return;
  // The page's axis points down; text stands upright on its own.
  doc.addContent(`BT /${font.id} ${size} Tf 1 0 0 -1 ${coordinate(x)} ${coordinate(y)} Tm ${shown}ET`);
}

function flushed(pending: string): string {
  return pending === '' ? '' : `[<${pending}>] TJ `;
}
