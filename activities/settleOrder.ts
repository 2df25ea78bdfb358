import { ALL } from '../db/connect.js';
import type { OrderState } from '../domain/order.js';
import type { ActivityDeps } from './deps.js';
import { settle, type SettleOrderInput } from './orders/settle.js';

export interface SettleOrderResult {
  orderId: string;
  state: OrderState;
  decidedAt: string;
}

/** Records a person's decision on an order, or its withdrawal. Throws as `settle`, and is as safe to repeat. */
export const settleOrder =
  (deps: Pick<ActivityDeps, 'db'>) =>
  async (input: SettleOrderInput): Promise<SettleOrderResult> => {
    const { state } = await deps.db.transaction(ALL, (trx) => settle(trx, input));
    return { orderId: input.orderId, state, decidedAt: input.at };
  };
