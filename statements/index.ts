/**
 * Documents: a frozen statement goes data → view (`view.ts`, every printed string) → drawing (`render.ts`, `blocks/`) →
 * bytes. Rendering needs no database, no clock and no configuration: equal data and template version give equal bytes,
 * which is how an issued document is verified. It runs in worker threads (`renderPool.ts`): whoever imports this file does
 * not load what draws.
 */
export { totalsByCurrency, type BillingSummary } from './billingSummary.js';
export { billingLinesCsv, creditCsv, statementCsv } from './csv.js';
export { deskLinesCsv } from './deskLines.js';
export { LARGEST_LOGO, readLogo } from './logo.js';
export { number, recordsCsv, text, type Columns, type CsvForm } from './records.js';
export { createRenderPool, type RenderPool } from './renderPool.js';
export type { RenderedDocument } from './sheet.js';
export { tenantDocumentCsv } from './tenantDocument.js';
export { tenantTotalsCsv } from './tenantTotals.js';
export { usageReportCsv, usageReportLines } from './usageReport.js';
