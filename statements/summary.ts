import type { Credit } from '../domain/credit.js';
import type { Statement } from '../domain/statement.js';
import type { BillingSummary } from './billingSummary.js';
import { drawFooter } from './blocks/footer.js';
import { drawHeader } from './blocks/header.js';
import { drawParagraph, drawSection } from './blocks/section.js';
import { CREDIT_LIST_COLUMNS, PARKED_COLUMNS, STATEMENT_LIST_COLUMNS, TOTALS_COLUMNS } from './blocks/tables.js';
import { billingLinesCsv } from './csv.js';
import { GAP } from './layout.js';
import { Sheet, type RenderedDocument } from './sheet.js';
import { buildBillingSummaryView } from './summaryView.js';

/**
 * Renders the summary of a billing pack in the thread that calls, with the lines of `statements` and
 * `credits` attached as CSV. Equal data give equal bytes.
 */
export function renderBillingSummary(
  summary: BillingSummary,
  statements: readonly Statement[],
  credits: readonly Credit[] = [],
): RenderedDocument {
  const view = buildBillingSummaryView(summary);
  const sheet = new Sheet(view);
  drawHeader(sheet, view.header);
  sheet.y += GAP.section;
  drawParagraph(sheet, sheet.root, view.intro);
  if (view.totals !== null) drawSection(sheet, view.totals, TOTALS_COLUMNS);
  drawSection(sheet, view.statements, STATEMENT_LIST_COLUMNS);
  if (view.credits !== null) drawSection(sheet, view.credits, CREDIT_LIST_COLUMNS);
  if (view.parked !== null) drawSection(sheet, view.parked, PARKED_COLUMNS);
  sheet.attach(view.attachment, 'text/csv', billingLinesCsv(statements, credits), view.date);
  return sheet.finish((page, pages) => {
    drawFooter(sheet, view.footer, page, pages);
  });
}
