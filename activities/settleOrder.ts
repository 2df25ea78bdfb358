import { requireDecision } from '../db/access/decisionStore.js';
import { ALL } from '../db/connect.js';
import type { OrderState } from '../domain/order.js';
import type { ActivityDeps } from './deps.js';
import { settle } from './orders/settle.js';

export interface SettleOrderByPersonInput {
  mspId: string;
  orderId: string;
  decisionId: string;
  /** ISO instant: chosen by the workflow, the same for every attempt. */
  at: string;
}

export interface SettleOrderResult {
  orderId: string;
  state: OrderState;
  decidedAt: string;
}

/** Records a person's stored decision on an order, or its withdrawal. Throws as `settle`, and is as safe to repeat. */
export const settleOrder =
  (deps: Pick<ActivityDeps, 'db'>) =>
  async ({ mspId, orderId, decisionId, at }: SettleOrderByPersonInput): Promise<SettleOrderResult> => {
    const { state } = await deps.db.transaction(ALL, async (trx) => {
      const subject = `order:${orderId}`;
      const { content, actor } = await requireDecision(trx, decisionId, { kind: 'order', subject });
      return settle(trx, { mspId, orderId, ...content, how: 'person', actor, at });
    });
    return { orderId, state, decidedAt: at };
  };
