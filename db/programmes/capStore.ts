import type { Actor } from '../../domain/access/actor.js';
import type { Period } from '../../domain/period.js';
import { rows, type Trx } from '../connect.js';

/** Whose use of which meter. */
export interface CapKey {
  mspId: string;
  programme: string;
  tenantId: string;
  meter: string;
}

/** What holds from a period until a period (exclusive; null: no end is known): so many units, or none any more (null). */
export interface Cap {
  quantity: number | null;
  fromPeriod: Period;
  untilPeriod: Period | null;
  setAt: Date;
  setBy: Actor;
  reason: string | null;
}

/** All that was set, by first period, the latest first. */
export function capCourse(trx: Trx, key: CapKey, limit: number): Promise<Cap[]> {
  return rows<Cap>(
    trx,
    `select quantity, from_period as "fromPeriod", lead(from_period) over (order by from_period) as "untilPeriod",
       set_at as "setAt", set_by as "setBy", reason
     from subscription_cap where msp_id = :mspId and programme_code = :programme and tenant_id = :tenantId and meter = :meter
     order by from_period desc limit :limit`,
    { ...key, limit },
  );
}

/** Sets what holds from a period on, until the next; what was set for that very period before is replaced. */
export async function putCap(
  trx: Trx,
  cap: CapKey & Pick<Cap, 'quantity' | 'fromPeriod' | 'reason'> & { at: Date; by: Actor },
): Promise<void> {
  await rows(
    trx,
    `insert into subscription_cap (msp_id, programme_code, tenant_id, meter, from_period, quantity, set_at, set_by, reason)
     values (:mspId, :programme, :tenantId, :meter, :fromPeriod, :quantity, :at, :by, :reason)
     on conflict (msp_id, programme_code, tenant_id, meter, from_period) do update set quantity = excluded.quantity,
       set_at = excluded.set_at, set_by = excluded.set_by, reason = excluded.reason`,
    { ...cap, by: JSON.stringify(cap.by) },
  );
}
