import type { Credit } from '../domain/credit.js';
import type { QuotePaper } from '../domain/quote.js';
import type { Statement } from '../domain/statement.js';
import type { TenantDocument } from '../domain/tenantDocument.js';
import type { BillingSummary } from './billingSummary.js';
import type { RenderedDocument } from './sheet.js';
import type { UsageReport } from './usageReport.js';

/** What a thread is asked. bigint survives the structured clone. */
export type RenderJob =
  | { kind: 'statements'; statements: readonly Statement[] }
  | { kind: 'credit'; credit: Credit }
  | { kind: 'usageReport'; report: UsageReport }
  | { kind: 'tenantDocument'; document: TenantDocument }
  | { kind: 'quote'; paper: QuotePaper }
  | { kind: 'summary'; summary: BillingSummary; statements: readonly Statement[]; credits: readonly Credit[] };

/** What a thread answers, one per document in the order asked: the document, or why there is none. */
export type RenderOutcome = { document: RenderedDocument } | { failure: string };

/** Names the documents of a job, for errors. */
export function subjectsOf(job: RenderJob): string[] {
  if (job.kind === 'statements') return job.statements.map(({ number }) => `statement ${number}`);
  if (job.kind === 'credit') return [`credit ${job.credit.number}`];
  if (job.kind === 'tenantDocument') return [`tenant document ${job.document.reference}`];
  if (job.kind === 'usageReport') return [`the usage report ${job.report.period} of ${job.report.msp.name}`];
  if (job.kind === 'quote') return [`quote ${job.paper.number}`];
  return [`the billing summary ${job.summary.period} of ${job.summary.distributor.name}`];
}
