import type { QuotePaper } from '../domain/quote.js';
import { drawFooter } from './blocks/footer.js';
import { drawHeader } from './blocks/header.js';
import { drawParagraph, drawSection } from './blocks/section.js';
import { drawSums } from './blocks/sums.js';
import { QUOTE_COLUMNS } from './blocks/tables.js';
import { drawTotal } from './blocks/total.js';
import { GAP, STYLE } from './layout.js';
import { buildQuoteView } from './quoteView.js';
import { Sheet, type RenderedDocument } from './sheet.js';

/** Renders a service quote in the thread that calls. Equal data give equal bytes. */
export function renderQuote(paper: QuotePaper): RenderedDocument {
  const view = buildQuoteView(paper);
  const sheet = new Sheet(view);
  drawHeader(sheet, view.header);
  drawTotal(sheet, view.total, null);
  drawSection(sheet, view.rows, QUOTE_COLUMNS);
  drawSums(sheet, view.sums);
  sheet.y += GAP.section;
  for (const note of view.notes) drawParagraph(sheet, sheet.root, note, STYLE.small);
  return sheet.finish((page, pages) => {
    drawFooter(sheet, view.footer, page, pages);
  });
}
