/**
 * Documents: a frozen statement goes data → view (`view.ts`, every printed string) → drawing (`render.ts`, `blocks/`) →
 * bytes. Rendering needs no database, no clock and no configuration: equal data and template version give equal bytes,
 * which is how an issued document is verified. In bulk it runs in worker threads (`renderPool.ts`).
 */
export { totalsByCurrency, type BillingSummary } from './billingSummary.js';
export { billingLinesCsv, statementCsv } from './csv.js';
export { renderStatement } from './render.js';
export { createRenderPool, type RenderPool } from './renderPool.js';
export type { RenderedDocument } from './sheet.js';
export { renderBillingSummary } from './summary.js';
