import { randomUUID } from 'node:crypto';
import { appendAudit } from '../../db/access/auditStore.js';
import type { Trx } from '../../db/connect.js';
import type { Sender } from '../../db/access/senderStore.js';
import { endQuote, lockQuote } from '../../db/quotes/quoteStore.js';
import type { Actor } from '../../domain/access/actor.js';
import { may } from '../../domain/access/may.js';
import { KontorError } from '../../domain/errors.js';
import { minorToDecimalString } from '../../domain/money.js';
import { requireAcceptable } from '../../domain/quote.js';
import { readStored } from '../../domain/readStored.js';
import { placeOrder } from '../orders/placeOrder.js';
import { orderInput } from '../schemas/orders.js';

/**
 * Accepts a quote, once: where an order stands behind it, that is placed in the same transaction, at the price that the quote
 * says. Throws NOT_FOUND, STATE_CONFLICT (not answered, or its last day is over), ALREADY_DECIDED, FORBIDDEN where the sender orders
 * nothing, PRICE_NOT_CONFIRMED where the order costs something else by now, and what pricing an order throws.
 */
export async function acceptOnce(
  trx: Trx,
  id: string,
  { sender, actor, at }: { sender: Sender; actor: Actor; at: Date },
): Promise<void> {
  const quote = await lockQuote(trx, id);
  if (quote === undefined) throw new KontorError('NOT_FOUND', 'There is no such quote.');
  const { companyId: mspId, answer } = quote;
  requireAcceptable(quote.state, answer?.expiresAt ?? null, at);
  let orderId: string | null = null;
  if (answer !== null && answer.ordered !== null) {
    if (may(sender, 'licences.order', { mspId }) !== 'yes') {
      throw new KontorError('FORBIDDEN', 'Accepting this quote places an order: it takes somebody who may order.');
    }
    const ordered = readStored(orderInput, answer.ordered, `The order of quote ${answer.number}`);
    const confirmedPrice = {
      amount: minorToDecimalString(answer.totalMinor, answer.currency),
      currency: answer.currency,
    };
    orderId = randomUUID();
    const placed = { id: orderId, ordered, confirmedPrice, actor, mspId, view: sender.view, at };
    await placeOrder(trx, placed).catch((error: unknown) => {
      if (!(error instanceof KontorError) || error.code !== 'PRICE_NOT_CONFIRMED') throw error;
      const costs = error.fields[0]?.message ?? '';
      const said = `${confirmedPrice.amount} ${confirmedPrice.currency}`;
      throw new KontorError(
        'PRICE_NOT_CONFIRMED',
        `The quote says ${said}, and what it orders costs ${costs} by now: ask for another quote.`,
      );
    });
  }
  await endQuote(trx, id, { state: 'accepted', at, by: actor, reason: null, orderId });
  appendAudit(trx, { at, actor, action: 'quote.accepted', subject: `quote:${id}`, after: { orderId } });
}
