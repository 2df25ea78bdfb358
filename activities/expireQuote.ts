import { KONTOR } from '../domain/access/actor.js';
import { appendAudit } from '../db/access/auditStore.js';
import { ALL } from '../db/connect.js';
import { endQuote, lockQuote } from '../db/quotes/quoteStore.js';
import { KontorError } from '../domain/errors.js';
import type { QuoteState } from '../domain/quote.js';
import type { ActivityDeps } from './deps.js';

export interface ExpireQuoteInput {
  quoteId: string;
  /** ISO instant at which it ended. */
  at: string;
}

/** Expires a quote that nobody accepted; answers the state it is in afterwards. Idempotent by state: only one that waits moves. */
export const expireQuote =
  ({ db }: Pick<ActivityDeps, 'db'>) =>
  ({ quoteId, at }: ExpireQuoteInput): Promise<{ state: QuoteState }> =>
    db.transaction(ALL, async (trx) => {
      const quote = await lockQuote(trx, quoteId);
      if (quote === undefined) throw new KontorError('NOT_FOUND', 'There is no such quote.');
      if (quote.state !== 'answered') return { state: quote.state };
      const end = { state: 'expired' as const, at: new Date(at), reason: 'Not accepted in time.' };
      await endQuote(trx, quoteId, { ...end, by: KONTOR, orderId: null });
      appendAudit(trx, {
        ...{ at: end.at, actor: KONTOR, action: 'quote.expired', subject: `quote:${quoteId}`, reason: end.reason },
        ...{ before: { state: quote.state }, after: { state: end.state } },
      });
      return { state: end.state };
    });
