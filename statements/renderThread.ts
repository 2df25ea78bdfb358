import { parentPort } from 'node:worker_threads';
import { renderStatement } from './render.js';
import { renderQuote } from './renderQuote.js';
import { renderTenantDocument } from './renderTenantDocument.js';
import { renderUsageReport } from './renderUsageReport.js';
import { renderCredit } from './credit.js';
import type { RenderJob, RenderOutcome } from './renderJob.js';
import type { RenderedDocument } from './sheet.js';
import { renderBillingSummary } from './summary.js';

function attempt(render: () => RenderedDocument): RenderOutcome {
  try {
    return { document: render() };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

function outcomesOf(job: RenderJob): RenderOutcome[] {
  if (job.kind === 'summary') return [attempt(() => renderBillingSummary(job.summary, job.statements, job.credits))];
  if (job.kind === 'usageReport') return [attempt(() => renderUsageReport(job.report))];
  if (job.kind === 'tenantDocument') return [attempt(() => renderTenantDocument(job.document))];
  if (job.kind === 'quote') return [attempt(() => renderQuote(job.paper))];
  if (job.kind === 'credit') return [attempt(() => renderCredit(job.credit))];
  return job.statements.map((statement) => attempt(() => renderStatement(statement)));
}

/** Bytes are handed over, not copied. */
function memoryOf(outcome: RenderOutcome): ArrayBuffer[] {
  if (!('document' in outcome)) return [];
  const { buffer } = outcome.document.bytes;
  return buffer instanceof ArrayBuffer ? [buffer] : [];
}

parentPort?.on('message', (job: RenderJob) => {
  const outcomes = outcomesOf(job);
  parentPort?.postMessage(outcomes, outcomes.flatMap(memoryOf));
});
