import type { Actor } from '../../domain/access/actor.js';
import { fieldError } from '../../domain/errors.js';
import { SHIPPED_PROGRAMME_SETTINGS } from '../../domain/settings/index.js';
import { rows, type Trx } from '../connect.js';
import { programmeNow } from '../readModels/programmeOf.js';

/** Lets an MSP use a product of a programme; one that it may use already stays as it is. */
export async function enableProduct(
  trx: Trx,
  row: {
    mspId: string;
    programme: string;
    product: string;
    orderId: string | null;
    at: Date;
    by: Actor;
    reason: string | null;
  },
): Promise<void> {
  await rows(
    trx,
    `insert into enabled_product (msp_id, programme_code, product, order_id, enabled_at, enabled_by, reason)
     values (:mspId, :programme, :product, :orderId, :at, :by, :reason) on conflict do nothing`,
    { ...row, by: JSON.stringify(row.by) },
  );
}

/** Rule 21: throws STATE_CONFLICT on `/product` where the programme asks for an order of it and none was approved. */
export async function requireProductEnabled(
  trx: Trx,
  { mspId, programme, product }: { mspId: string; programme: string; product: string },
): Promise<void> {
  const { orders } = (await programmeNow(trx, programme))?.settings ?? SHIPPED_PROGRAMME_SETTINGS;
  if (!orders.enabledByOrder.some((code) => code === product)) return;
  const [enabled] = await rows(
    trx,
    `select product from enabled_product
     where msp_id = :mspId and programme_code = :programme and product = :product`,
    { mspId, programme, product },
  );
  if (enabled !== undefined) return;
  throw fieldError('STATE_CONFLICT', '/product', `In "${programme}" an order enables ${product}: order it first.`);
}
