import { KONTOR } from '../domain/access/actor.js';
import { ALL } from '../db/connect.js';
import { findOrder } from '../db/orders/orderStore.js';
import { enqueueMails } from '../db/outbox/outboxStore.js';
import { programmeNow } from '../db/readModels/programmeOf.js';
import { KontorError } from '../domain/errors.js';
import { isApprovedByRule, type OrderState } from '../domain/order.js';
import { SHIPPED_PROGRAMME_SETTINGS } from '../domain/settings/index.js';
import type { ActivityDeps } from './deps.js';
import { orderMails } from './orders/mails.js';
import { settle } from './orders/settle.js';

export interface TakeOrderInput {
  mspId: string;
  orderId: string;
  /** ISO instant. */
  at: string;
}

/**
 * Approves a new order where a rule of its programme does, or else asks the partner team to decide (rule 21); answers its
 * state. Throws NOT_FOUND. What a rule would approve and cannot (the term it extends is over) waits for a person. Safe to repeat: only an order that waits moves, and the letter's identity is the order's.
 */
export const takeOrder =
  ({ db }: Pick<ActivityDeps, 'db'>) =>
  async ({ mspId, orderId, at }: TakeOrderInput): Promise<{ state: OrderState }> => {
    const approved = await db
      .transaction(ALL, async (trx) => {
        const order = await findOrder(trx, mspId, orderId);
        if (order === undefined) throw new KontorError('NOT_FOUND', 'There is no such order.');
        if (order.state !== 'placed') return order.state;
        const { orders } = (await programmeNow(trx, order.programme))?.settings ?? SHIPPED_PROGRAMME_SETTINGS;
        if (!isApprovedByRule(order, orders)) return 'placed';
        return (await settle(trx, { mspId, orderId, end: 'approve', reason: null, how: 'rule', actor: KONTOR, at }))
          .state;
      })
      .catch((error: unknown) => {
        if (error instanceof KontorError && !error.retryable && error.code !== 'NOT_FOUND') return 'placed' as const;
        throw error;
      });
    if (approved === 'placed') {
      await db.transaction(ALL, async (trx) => {
        const order = await findOrder(trx, mspId, orderId);
        if (order?.state === 'placed') await enqueueMails(trx, await orderMails(trx, order, null), new Date(at));
      });
    }
    return { state: approved };
  };
