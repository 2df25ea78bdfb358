import type { TenantDocument } from '../domain/tenantDocument.js';
import { drawFooter } from './blocks/footer.js';
import { drawHeader } from './blocks/header.js';
import { drawLogo } from './blocks/logo.js';
import { drawParagraph, drawSection } from './blocks/section.js';
import { drawSums } from './blocks/sums.js';
import { TENANT_DOCUMENT_COLUMNS } from './blocks/tables.js';
import { drawTotal } from './blocks/total.js';
import { GAP, STYLE } from './layout.js';
import { Sheet, type RenderedDocument } from './sheet.js';
import { tenantDocumentCsv } from './tenantDocument.js';
import { buildTenantDocumentView } from './tenantDocumentView.js';

/** Renders a tenant's document in the thread that calls, with its lines attached as CSV. Equal data give equal bytes. */
export function renderTenantDocument(document: TenantDocument): RenderedDocument {
  const view = buildTenantDocumentView(document);
  const sheet = new Sheet(view);
  if (document.logo !== null) drawLogo(sheet, document.logo, document.msp.name);
  drawHeader(sheet, view.header);
  drawTotal(sheet, view.total, null);
  drawSection(sheet, view.rows, TENANT_DOCUMENT_COLUMNS);
  if (view.sums.length > 0) drawSums(sheet, view.sums);
  sheet.y += GAP.section;
  for (const note of view.notes) drawParagraph(sheet, sheet.root, note, STYLE.small);
  sheet.attach(view.attachment, 'text/csv', tenantDocumentCsv(document), view.date);
  return sheet.finish((page, pages) => {
    drawFooter(sheet, view.footer, page, pages);
  });
}
