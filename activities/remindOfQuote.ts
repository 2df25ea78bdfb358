import { ALL } from '../db/connect.js';
import { enqueueAnswered } from '../db/quotes/quoteMails.js';
import { findQuote } from '../db/quotes/quoteStore.js';
import { KontorError } from '../domain/errors.js';
import type { QuoteState } from '../domain/quote.js';
import type { ActivityDeps } from './deps.js';

export interface RemindOfQuoteInput {
  quoteId: string;
  /** ISO instant of the reminder. */
  at: string;
}

/** Reminds who asked of a quote that is still open; answers the state it is in. The letter's identity is the quote's. */
export const remindOfQuote =
  ({ db }: Pick<ActivityDeps, 'db'>) =>
  ({ quoteId, at }: RemindOfQuoteInput): Promise<{ state: QuoteState }> =>
    db.transaction(ALL, async (trx) => {
      const quote = await findQuote(trx, quoteId);
      if (quote === undefined) throw new KontorError('NOT_FOUND', 'There is no such quote.');
      if (quote.state === 'answered') await enqueueAnswered(trx, quote, { reminder: true, at: new Date(at) });
      return { state: quote.state };
    });
