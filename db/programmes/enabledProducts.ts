import type { Actor } from '../../domain/access/actor.js';
import { PRODUCTS } from '../../domain/catalog/index.js';
import { fieldError } from '../../domain/errors.js';
import { SHIPPED_PROGRAMME_SETTINGS } from '../../domain/settings/index.js';
import { rows, type Trx } from '../connect.js';
import { programmeNow } from '../readModels/programmeOf.js';

/** Of which product an MSP's use is meant. */
export interface ProductUse {
  mspId: string;
  programme: string;
  product: string;
}

/** Who let an MSP use a product, when; `orderId` null: by contract. */
export interface EnabledProduct {
  product: string;
  orderId: string | null;
  enabledAt: Date;
  enabledBy: Actor;
  reason: string | null;
}

const SELECTED = `product, order_id as "orderId", enabled_at as "enabledAt", enabled_by as "enabledBy", reason`;

/** Lets an MSP use a product of a programme; one that it may use already stays as it is (false). */
export async function enableProduct(
  trx: Trx,
  row: ProductUse & { orderId: string | null; at: Date; by: Actor; reason: string | null },
): Promise<boolean> {
  const enabled = await rows(
    trx,
    `insert into enabled_product (msp_id, programme_code, product, order_id, enabled_at, enabled_by, reason)
     values (:mspId, :programme, :product, :orderId, :at, :by, :reason) on conflict do nothing returning product`,
    { ...row, by: JSON.stringify(row.by) },
  );
  return enabled.length > 0;
}

/** Ends it; undefined where it was not enabled. */
export async function disableProduct(trx: Trx, use: ProductUse): Promise<EnabledProduct | undefined> {
  const [row] = await rows<EnabledProduct>(
    trx,
    `delete from enabled_product where msp_id = :mspId and programme_code = :programme and product = :product
     returning ${SELECTED}`,
    { ...use },
  );
  return row;
}

/** What of a product an MSP has in use. */
export interface InUse {
  /** Sites that are not retired. */
  sites: number;
  /** Keys of tenants that are not ended for good. */
  tenantKeys: number;
  /** Term licences that run or are yet to start. */
  licences: number;
  /** Orders that wait. */
  orders: number;
}

type CountedUse = InUse & { product: string };

/** By product; one that is not in use is left out. Days in the MSP's zone. */
async function inUse(trx: Trx, of: Pick<ProductUse, 'mspId' | 'programme'>, at: Date): Promise<CountedUse[]> {
  return rows<CountedUse>(
    trx,
    `select product, sum(sites)::int as sites, sum(keys)::int as "tenantKeys", sum(licences)::int as licences,
       sum(orders)::int as orders
     from (
       select s.product, 1 as sites, 0 as keys, 0 as licences, 0 as orders from site s
         where s.msp_id = :mspId and s.programme_code = :programme and s.state <> 'retired'
       union all
       select k.product, 0, 1, 0, 0 from metered_key k
         where k.msp_id = :mspId and k.programme_code = :programme and k.state in ('issued', 'active', 'disabled')
       union all
       select s.product, 0, 0, 1, 0 from term_licence l join site s on s.msp_id = l.msp_id and s.id = l.site_id
         where l.msp_id = :mspId and s.programme_code = :programme
           and l.ends_on > greatest(l.starts_on, (:at::timestamptz at time zone kontor_zone(l.msp_id))::date)
       union all
       select o.product, 0, 0, 0, 1 from purchase_order o
         where o.msp_id = :mspId and o.programme_code = :programme and o.state = 'placed') used
     group by product`,
    { ...of, at },
  );
}

const NOT_IN_USE: InUse = { sites: 0, tenantKeys: 0, licences: 0, orders: 0 };

/** A product of the catalogue, as an MSP may use it in a programme. */
export interface ProductOfMsp {
  product: string;
  /** `open`: to all in the programme; `none`: an order has to enable it first. */
  enabled: 'open' | 'contract' | 'order' | 'none';
  orderId: string | null;
  enabledAt: Date | null;
  enabledBy: Actor | null;
  reason: string | null;
  inUse: InUse;
}

async function enabledByOrder(trx: Trx, programme: string): Promise<readonly string[]> {
  return ((await programmeNow(trx, programme))?.settings ?? SHIPPED_PROGRAMME_SETTINGS).orders.enabledByOrder;
}

/** Every product of the catalogue, in its order: whether the MSP may use it and by what, and what of it is in use at `at`. */
export async function productsOf(
  trx: Trx,
  of: Pick<ProductUse, 'mspId' | 'programme'>,
  at: Date,
): Promise<ProductOfMsp[]> {
  const asked = await enabledByOrder(trx, of.programme);
  const enabled = await rows<EnabledProduct>(
    trx,
    `select ${SELECTED} from enabled_product where msp_id = :mspId and programme_code = :programme`,
    { ...of },
  );
  const used = await inUse(trx, of, at);
  return PRODUCTS.map(({ code: product }) => {
    const found = enabled.find((one) => one.product === product);
    const by = found?.orderId === null ? 'contract' : 'order';
    const { sites, tenantKeys, licences, orders } = used.find((one) => one.product === product) ?? NOT_IN_USE;
    return {
      product,
      enabled: found === undefined ? (asked.includes(product) ? 'none' : 'open') : by,
      orderId: found?.orderId ?? null,
      enabledAt: found?.enabledAt ?? null,
      enabledBy: found?.enabledBy ?? null,
      reason: found?.reason ?? null,
      inUse: { sites, tenantKeys, licences, orders },
    };
  });
}

/** Rule 21: throws STATE_CONFLICT on `field` where the programme asks for an order of it and none was approved. */
export async function requireProductEnabled(
  trx: Trx,
  { mspId, programme, product }: ProductUse,
  field = '/product',
): Promise<void> {
  if (!(await enabledByOrder(trx, programme)).includes(product)) return;
  const [enabled] = await rows(
    trx,
    `select product from enabled_product
     where msp_id = :mspId and programme_code = :programme and product = :product`,
    { mspId, programme, product },
  );
  if (enabled !== undefined) return;
  throw fieldError('STATE_CONFLICT', field, `In "${programme}" an order enables ${product}: order it first.`);
}
