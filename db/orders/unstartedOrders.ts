import { rows, type Trx } from '../connect.js';

/** An order of which nobody knows yet that its workflow runs. */
export interface UnstartedOrder {
  programme: string;
  mspId: string;
  orderId: string;
  decideUntil: Date;
}

/** The oldest first. One that was decided meanwhile has had its workflow: the decision started it. */
export function unstartedOrders(trx: Trx, limit: number): Promise<UnstartedOrder[]> {
  return rows<UnstartedOrder>(
    trx,
    `select programme_code as programme, msp_id as "mspId", id as "orderId", decide_until as "decideUntil"
     from purchase_order where state = 'placed' and workflow_started_at is null order by placed_at limit :limit`,
    { limit },
  );
}

/** Keeps that the workflow of this order runs, or ran. */
export async function markOrderStarted(
  trx: Trx,
  { mspId, orderId, at }: Pick<UnstartedOrder, 'mspId' | 'orderId'> & { at: Date },
): Promise<void> {
  await rows(trx, 'update purchase_order set workflow_started_at = :at where msp_id = :mspId and id = :orderId', {
    mspId,
    orderId,
    at,
  });
}
