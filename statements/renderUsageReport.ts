import { drawFooter } from './blocks/footer.js';
import { drawHeader } from './blocks/header.js';
import { drawParagraph, drawSection } from './blocks/section.js';
import { REPORT_TOTALS_COLUMNS, REPORTED_SITES_COLUMNS } from './blocks/tables.js';
import { GAP } from './layout.js';
import { Sheet, type RenderedDocument } from './sheet.js';
import { usageReportCsv, type UsageReport } from './usageReport.js';
import { buildUsageReportView } from './usageReportView.js';

/** Renders the report in the thread that calls, with its records attached as CSV. Equal data give equal bytes. */
export function renderUsageReport(report: UsageReport): RenderedDocument {
  const view = buildUsageReportView(report);
  const sheet = new Sheet(view);
  drawHeader(sheet, view.header);
  sheet.y += GAP.section;
  drawParagraph(sheet, sheet.root, view.intro);
  drawSection(sheet, view.totals, REPORT_TOTALS_COLUMNS);
  drawSection(sheet, view.sites, REPORTED_SITES_COLUMNS);
  sheet.attach(view.attachment, 'text/csv', usageReportCsv(report), view.date);
  return sheet.finish((page, pages) => {
    drawFooter(sheet, view.footer, page, pages);
  });
}
