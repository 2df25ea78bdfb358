import { KONTOR } from '../domain/access/actor.js';
import { ALL } from '../db/connect.js';
import { findOrder } from '../db/orders/orderStore.js';
import type { OrderState } from '../domain/order.js';
import type { ActivityDeps } from './deps.js';
import { settle } from './orders/settle.js';

export interface ExpireOrderInput {
  mspId: string;
  orderId: string;
  /** ISO instant at which the time to decide ended. */
  at: string;
}

/** Expires an order that nobody decided; answers the state it is in afterwards. Idempotent by state: only one that waits moves. */
export const expireOrder =
  (deps: Pick<ActivityDeps, 'db'>) =>
  async ({ mspId, orderId, at }: ExpireOrderInput): Promise<{ state: OrderState | null }> =>
    deps.db.transaction(ALL, async (trx) => {
      const order = await findOrder(trx, mspId, orderId);
      if (order?.state !== 'placed') return { state: order?.state ?? null };
      const reason = 'Not decided in time.';
      const { state } = await settle(trx, { mspId, orderId, end: 'expire', reason, how: 'rule', actor: KONTOR, at });
      return { state };
    });
