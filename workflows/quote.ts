/**
 * One service quote from its answer on, until it is accepted, declined, withdrawn or its last day is over. The API keeps what
 * people do with it, in the row that is the guard; a signal tells this workflow that there is nothing left to wait for, and where
 * that is lost, the row is asked at the next of its two instants, which were fixed with the answer. Only ids and instants travel here.
 */
import { condition, defineSignal, setCurrentDetails, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import type { QuoteState } from '../domain/quote.js';
import { mailing, msUntil, quick } from './policies.js';
import { stage } from './searchAttributes.js';

export interface QuoteInput {
  quoteId: string;
  /** ISO instants: of the reminder, and from which on it cannot be accepted. */
  remindAt: string;
  expiresAt: string;
}

export const quoteEnded = defineSignal<[QuoteState]>('quoteEnded');

export function quoteWorkflowId(quoteId: string): string {
  return `quote:${quoteId}`;
}

export async function quote({ quoteId, remindAt, expiresAt }: QuoteInput): Promise<{ state: QuoteState }> {
  const title = `**Quote** \`${quoteId}\``;
  let state: QuoteState = 'answered';
  const over = () => state !== 'answered';
  setHandler(quoteEnded, (ended) => {
    state = ended;
  });
  const until = async (instant: string, summary: string): Promise<void> => {
    const waitMs = msUntil(instant, Date.now());
    if (waitMs > 0) await condition(over, waitMs, { summary });
  };

  setCurrentDetails(`${title}\n\nCan be accepted until ${expiresAt}; who asked is reminded at ${remindAt}.`);
  await until(remindAt, `who asked; reminder at ${remindAt}`);
  if (!over() && msUntil(expiresAt, Date.now()) > 0) {
    const found = await quick.remindOfQuote.executeWithOptions({ summary: 'remind who asked' }, [
      { quoteId, at: remindAt },
    ]);
    // What was signalled meanwhile is newer.
    if (!over()) state = found.state;
    if (!over()) await mailing.drainOutbox.executeWithOptions({ summary: 'mail the reminder' }, [{}]);
  }
  if (!over()) await until(expiresAt, `who asked; expires at ${expiresAt}`);
  if (!over()) {
    ({ state } = await quick.expireQuote.executeWithOptions({ summary: 'expire it' }, [{ quoteId, at: expiresAt }]));
  }
  upsertSearchAttributes([stage(state)]);
  setCurrentDetails(`${title}: ${state}.`);
  return { state };
}
