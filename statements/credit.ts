import type { Credit } from '../domain/credit.js';
import { drawFooter } from './blocks/footer.js';
import { drawHeader } from './blocks/header.js';
import { drawParagraph, drawSection, drawTextBlock } from './blocks/section.js';
import { drawSums } from './blocks/sums.js';
import { CORRECTION_COLUMNS } from './blocks/tables.js';
import { buildCreditView } from './creditView.js';
import { creditCsv } from './csv.js';
import { GAP, STYLE } from './layout.js';
import { Sheet, type RenderedDocument } from './sheet.js';

/** Renders a frozen credit in the thread that calls, with its lines attached as CSV. Equal data give equal bytes. */
export function renderCredit(credit: Credit): RenderedDocument {
  const view = buildCreditView(credit);
  const sheet = new Sheet(view);
  drawHeader(sheet, view.header);
  sheet.y += GAP.section;
  drawParagraph(sheet, sheet.root, view.intro);
  if (view.lines !== null) drawSection(sheet, view.lines, CORRECTION_COLUMNS);
  drawSums(sheet, view.sums);
  drawTextBlock(sheet, view.notes, STYLE.small);
  sheet.attach(view.attachment, 'text/csv', creditCsv(credit), view.date);
  return sheet.finish((page, pages) => {
    drawFooter(sheet, view.footer, page, pages);
  });
}
