import type { View } from '../../domain/access/views.js';
import type { Actor } from '../../domain/access/actor.js';
import type { MeterCode } from '../../domain/catalog/index.js';
import type { TermBilling } from '../../domain/licences/termPrice.js';
import type { Order, OrderKind, OrderState } from '../../domain/order.js';
import type { Day } from '../../domain/period.js';
import { rows, type Trx } from '../connect.js';

interface OrderRow {
  mspId: string;
  id: string;
  programme: string;
  kind: OrderKind;
  product: string;
  siteId: string | null;
  tenantId: string | null;
  meter: MeterCode | null;
  count: number | null;
  years: number | null;
  licenceId: string | null;
  startsOn: Day | null;
  unitPrice: string | null;
  currency: string;
  billing: TermBilling | null;
  amountMinor: string;
  pricePlanId: string | null;
  state: OrderState;
  placedAt: Date;
  placedBy: Actor;
  placedView: View;
  decideUntil: Date;
  decidedAt: Date | null;
  decidedBy: Actor | null;
  decidedHow: 'rule' | 'person' | null;
  reason: string | null;
}

const SELECTED = `msp_id as "mspId", id, programme_code as programme, kind, product, site_id as "siteId",
  tenant_id as "tenantId", meter, count, years, licence_id as "licenceId", starts_on as "startsOn",
  unit_price::text as "unitPrice", price_currency as currency, billing, amount_minor as "amountMinor",
  price_plan_id as "pricePlanId", state, placed_at as "placedAt", placed_by as "placedBy", placed_view as "placedView",
  decide_until as "decideUntil", decided_at as "decidedAt", decided_by as "decidedBy", decided_how as "decidedHow", reason`;

function licenceOf(row: OrderRow): Order['licence'] {
  const { siteId, tenantId, meter, count, years, licenceId, startsOn, unitPrice, currency, billing, pricePlanId } = row;
  if (siteId === null || meter === null || count === null || years === null) return null;
  if (unitPrice === null || billing === null || pricePlanId === null) return null;
  const price = { unitPrice, priceCurrency: currency, billing, pricePlanId };
  return { siteId, tenantId, meter, count, years, licenceId, startsOn, ...price };
}

function toOrder(row: OrderRow): Order {
  const { mspId, id, programme, kind, product, currency, state, placedAt, placedBy, placedView, decideUntil } = row;
  return {
    ...{ mspId, id, programme, kind, product, licence: licenceOf(row), currency, amountMinor: BigInt(row.amountMinor) },
    ...{ state, placedAt, placedBy, placedView, decideUntil },
    decidedAt: row.decidedAt,
    decidedBy: row.decidedBy,
    decidedHow: row.decidedHow,
    reason: row.reason,
  };
}

/** Keeps a new order; one of that id stays as it is (false). */
export async function insertOrder(trx: Trx, order: Order): Promise<boolean> {
  const { licence } = order;
  const inserted = await rows(
    trx,
    `insert into purchase_order (msp_id, id, programme_code, kind, product, site_id, tenant_id, meter, count, years, licence_id,
       starts_on, unit_price, price_currency, billing, amount_minor, price_plan_id, state, placed_at, placed_by, placed_view,
       decide_until)
     values (:mspId, :id, :programme, :kind, :product, :siteId, :tenantId, :meter, :count, :years, :licenceId, :startsOn,
       :unitPrice, :currency, :billing, :amountMinor, :pricePlanId, 'placed', :placedAt, :placedBy, :placedView, :decideUntil)
     on conflict (msp_id, id) do nothing returning id`,
    {
      mspId: order.mspId,
      id: order.id,
      programme: order.programme,
      kind: order.kind,
      product: order.product,
      siteId: licence?.siteId ?? null,
      tenantId: licence?.tenantId ?? null,
      meter: licence?.meter ?? null,
      count: licence?.count ?? null,
      years: licence?.years ?? null,
      licenceId: licence?.licenceId ?? null,
      startsOn: licence?.startsOn ?? null,
      unitPrice: licence?.unitPrice ?? null,
      currency: order.currency,
      billing: licence?.billing ?? null,
      amountMinor: order.amountMinor.toString(),
      pricePlanId: licence?.pricePlanId ?? null,
      placedAt: order.placedAt,
      placedBy: JSON.stringify(order.placedBy),
      placedView: order.placedView,
      decideUntil: order.decideUntil,
    },
  );
  return inserted.length > 0;
}

export async function findOrder(trx: Trx, mspId: string, id: string): Promise<Order | undefined> {
  const [row] = await rows<OrderRow>(trx, `select ${SELECTED} from purchase_order where msp_id = :mspId and id = :id`, {
    mspId,
    id,
  });
  return row && toOrder(row);
}

/** The same, locked until the transaction ends. */
export async function lockOrder(trx: Trx, mspId: string, id: string): Promise<Order | undefined> {
  const [row] = await rows<OrderRow>(
    trx,
    `select ${SELECTED} from purchase_order where msp_id = :mspId and id = :id for update`,
    { mspId, id },
  );
  return row && toOrder(row);
}

export interface OrderFilter {
  mspId?: string | undefined;
  programme?: string | undefined;
  state?: OrderState | undefined;
  limit: number;
  after?: [placedAt: string, id: string] | undefined;
}

/** Orders, the latest first, by any of the filters; those after the cursor. */
export async function listOrders(trx: Trx, filter: OrderFilter): Promise<Order[]> {
  const [afterAt, afterId] = filter.after ?? [null, null];
  const found = await rows<OrderRow>(
    trx,
    `select ${SELECTED} from purchase_order
     where (:mspId::uuid is null or msp_id = :mspId) and (:programme::text is null or programme_code = :programme)
       and (:state::text is null or state = :state)
       and (:afterId::uuid is null or (placed_at, id) < (:afterAt::timestamptz, :afterId::uuid))
     order by placed_at desc, id desc limit :limit`,
    {
      mspId: filter.mspId ?? null,
      programme: filter.programme ?? null,
      state: filter.state ?? null,
      afterAt,
      afterId,
      limit: filter.limit,
    },
  );
  return found.map(toOrder);
}

/** Ends an order that is locked and still waits. */
export async function endOrder(
  trx: Trx,
  { mspId, id }: Pick<Order, 'mspId' | 'id'>,
  end: Pick<Order, 'state' | 'decidedAt' | 'decidedBy' | 'decidedHow' | 'reason'>,
): Promise<void> {
  await rows(
    trx,
    `update purchase_order set state = :state, decided_at = :decidedAt, decided_by = :decidedBy, decided_how = :decidedHow,
       reason = :reason
     where msp_id = :mspId and id = :id and state = 'placed'`,
    { mspId, id, ...end },
  );
}

/** How many orders were approved, and what they come to: minor units by currency. */
export async function orderTotals(trx: Trx): Promise<{ orders: number; totals: Record<string, string> }> {
  const found = await rows<{ currency: string; orders: number; total: string }>(
    trx,
    `select price_currency as currency, count(*)::int as orders, sum(amount_minor)::text as total from purchase_order
     where state = 'approved' group by price_currency order by price_currency`,
  );
  return {
    orders: found.reduce((sum, { orders }) => sum + orders, 0),
    totals: Object.fromEntries(found.map(({ currency, total }) => [currency, total])),
  };
}
