import type { z } from 'zod';
import { appendAudit } from '../../db/access/auditStore.js';
import type { Trx } from '../../db/connect.js';
import { findOrder, insertOrder } from '../../db/orders/orderStore.js';
import type { Actor } from '../../domain/access/actor.js';
import { KontorError } from '../../domain/errors.js';
import { minorToDecimalString } from '../../domain/money.js';
import type { Order } from '../../domain/order.js';
import type { order, orderInput } from '../schemas/orders.js';
import { quoteOrder, type Orderer } from './quoteOrder.js';

/** An amount as it is sent: an exact decimal in major units. */
export interface Price {
  amount: string;
  currency: string;
}

export function termsOf(licence: Order['licence']): z.input<typeof order>['licence'] {
  if (licence === null) return null;
  const { siteId, tenantId, meter, count, years, licenceId, startsOn, unitPrice, billing } = licence;
  return { siteId, tenantId, meter, count, years, licenceId, startsOn, unitPrice, billing };
}

export function priceOf({ amountMinor, currency }: Pick<Order, 'amountMinor' | 'currency'>): Price {
  return { amount: minorToDecimalString(amountMinor, currency), currency };
}

export function orderJson({ licence, currency, amountMinor, ...rest }: Order): z.input<typeof order> {
  return { ...rest, licence: termsOf(licence), price: priceOf({ amountMinor, currency }) };
}

/**
 * Keeps an order at the price that was confirmed (rule 21); one of that id stays as it is. Throws PRICE_NOT_CONFIRMED on
 * `/confirmedPrice` where it is another by now, and what pricing it throws. Afterwards its workflow is to be started.
 */
export async function placeOrder(
  trx: Trx,
  {
    id,
    ordered,
    confirmedPrice,
    actor,
    ...orderer
  }: Orderer & { id: string; ordered: z.output<typeof orderInput>; confirmedPrice: Price; actor: Actor },
): Promise<Order> {
  const { mspId, view, at } = orderer;
  const known = await findOrder(trx, mspId, id);
  if (known !== undefined) return known;
  const { order: priced } = await quoteOrder(trx, ordered, orderer);
  const { amount, currency } = priceOf(priced);
  if (amount !== confirmedPrice.amount || currency !== confirmedPrice.currency) {
    throw new KontorError('PRICE_NOT_CONFIRMED', `The price is ${amount} ${currency}: confirm that one.`, [
      { field: '/confirmedPrice', code: 'PRICE_NOT_CONFIRMED', message: `${amount} ${currency}` },
    ]);
  }
  const made: Order = {
    ...{ ...priced, mspId, id, state: 'placed', placedAt: at, placedBy: actor, placedView: view },
    ...{ decidedAt: null, decidedBy: null, decidedHow: null, reason: null },
  };
  await insertOrder(trx, made);
  appendAudit(trx, { at, actor, action: 'order.placed', subject: `order:${id}`, mspId, after: orderJson(made) });
  return made;
}
