import { WorkflowNotFoundError } from '@temporalio/common';
import type { QuoteState } from '../domain/quote.js';
import { quote, quoteEnded, quoteWorkflowId, type QuoteInput } from '../workflows/quote.js';
import { PROGRAMME, stage } from '../workflows/searchAttributes.js';
import { start, type Starter } from './starter.js';

export interface AnsweredQuote {
  programme: string;
  quoteId: string;
  remindAt: Date;
  expiresAt: Date;
}

/** Makes sure the quote's workflow runs, or ran; call it after the commit that keeps its answer. */
export async function startQuote(starter: Starter, { programme, quoteId, ...of }: AnsweredQuote): Promise<void> {
  const input: QuoteInput = { quoteId, remindAt: of.remindAt.toISOString(), expiresAt: of.expiresAt.toISOString() };
  await start(starter, {
    workflowType: quote.name,
    workflowId: quoteWorkflowId(quoteId),
    args: [input] as [QuoteInput],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
    typedSearchAttributes: [{ key: PROGRAMME, value: programme }, stage('awaiting acceptance')],
    staticSummary: `Quote ${quoteId} in ${programme}`,
    staticDetails: `\`GET /v1/quotes/${quoteId}\`. Expires at ${input.expiresAt}.`,
  });
}

/**
 * Tells the quote's workflow that it has ended; not waited for. Where Temporal is away, the workflow asks the row with its next
 * deadline; where none runs, there is nobody to tell.
 */
export function tellQuoteEnded(
  { temporal, log }: Starter & { log: { warn(details: object, message: string): void } },
  { quoteId, state }: { quoteId: string; state: QuoteState },
): void {
  temporal.workflow
    .getHandle(quoteWorkflowId(quoteId))
    .signal(quoteEnded, state)
    .catch((err: unknown) => {
      if (err instanceof WorkflowNotFoundError) return;
      log.warn(
        { err, quoteId },
        'the workflow of a quote was not told that it has ended; it asks with its next deadline',
      );
    });
}
