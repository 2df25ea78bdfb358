import { printable } from '../fonts/runs.js';
import { CONTENT_WIDTH, GAP, PAGE, lineHeight, STYLE, type TextStyle } from '../layout.js';
import type { Element, Sheet } from '../sheet.js';
import { drawTable, startHeight, type ColumnLayout } from '../table.js';
import type { Section, TextBlock } from '../views/types.js';
import { wrap } from '../wrap.js';

/** Lines a paragraph may take; only a name of unreasonable length gets there. */
const MAX_LINES = 8;

function titleHeight(): number {
  return GAP.block + lineHeight(STYLE.section.size) + GAP.section;
}

function paragraphLines(text: string, style: TextStyle): string[] {
  return wrap(printable(text), style.weight, style.size, CONTENT_WIDTH, MAX_LINES);
}

function drawTitle(sheet: Sheet, parent: Element, title: string): void {
  if (sheet.y > PAGE.top) sheet.y += GAP.block;
  sheet.tagged('H2', parent, () => {
    sheet.text(title, PAGE.left, sheet.y, STYLE.section);
  });
  sheet.y += lineHeight(STYLE.section.size) + GAP.section;
}

/** One paragraph over the whole width, moved to the next page as a whole if it must be. */
export function drawParagraph(sheet: Sheet, parent: Element, text: string, style: TextStyle = STYLE.body): void {
  const lines = paragraphLines(text, style);
  sheet.reserve(lines.length * lineHeight(style.size));
  sheet.tagged('P', parent, () => {
    for (const line of lines) {
      sheet.text(line, PAGE.left, sheet.y, style);
      sheet.y += lineHeight(style.size);
    }
  });
}

/** A title, a sentence and a table, or the sentence alone where there are no rows. */
export function drawSection(sheet: Sheet, section: Section, columns: readonly ColumnLayout[]): void {
  const introHeight =
    section.intro === null
      ? 0
      : GAP.section + paragraphLines(section.intro, STYLE.body).length * lineHeight(STYLE.body.size);
  sheet.reserve(titleHeight() + introHeight + (section.rows.length > 0 ? startHeight(section, columns) : 0));
  const element = sheet.element('Sect', sheet.root);
  drawTitle(sheet, element, section.title);
  if (section.intro !== null) drawParagraph(sheet, element, section.intro);
  if (section.intro !== null && section.rows.length > 0) sheet.y += GAP.section;
  if (section.rows.length > 0) drawTable(sheet, element, section, columns);
  element.end();
}

/** A title and paragraphs. */
export function drawTextBlock(sheet: Sheet, block: TextBlock, style: TextStyle = STYLE.body): void {
  sheet.reserve(titleHeight() + 3 * lineHeight(style.size));
  const element = sheet.element('Sect', sheet.root);
  drawTitle(sheet, element, block.title);
  for (const paragraph of block.paragraphs) {
    drawParagraph(sheet, element, paragraph, style);
    sheet.y += GAP.row;
  }
  element.end();
}
