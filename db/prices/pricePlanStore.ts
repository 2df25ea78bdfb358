import type { PricePlan } from '../../domain/pricing/pricePlan.js';
import { rows, type Trx } from '../connect.js';
import { storedPrices } from './storedPrices.js';

interface PricePlanRow {
  id: string;
  name: string;
  distributor_id: string | null;
  currency: string;
  valid_from: string;
  valid_until: string | null;
  monthly_minimum_minor: string | null;
  first_month: 'billed' | 'unbilled';
  prices: unknown;
}

const COLUMNS = `id, name, distributor_id, currency, valid_from, valid_until, monthly_minimum_minor, first_month, prices`;

function toPricePlan(row: PricePlanRow): PricePlan {
  return {
    id: row.id,
    name: row.name,
    distributorId: row.distributor_id,
    currency: row.currency,
    validFrom: row.valid_from,
    validUntil: row.valid_until,
    monthlyMinimumMinor: row.monthly_minimum_minor === null ? null : BigInt(row.monthly_minimum_minor),
    firstMonth: row.first_month,
    prices: storedPrices(row.prices, `price plan ${row.id}`),
  };
}

/** Keeps a new plan. A plan of that id is there already after a repeated request: it stays as it is (false). */
export async function insertPricePlan(trx: Trx, plan: PricePlan, createdAt: Date): Promise<boolean> {
  const inserted = await rows(
    trx,
    `insert into price_plan (id, name, distributor_id, currency, valid_from, valid_until, monthly_minimum_minor,
       first_month, prices, created_at)
     values (:id, :name, :distributorId, :currency, :validFrom, :validUntil, :minimum, :firstMonth, :prices, :createdAt)
     on conflict (id) do nothing returning id`,
    {
      id: plan.id,
      name: plan.name,
      distributorId: plan.distributorId,
      currency: plan.currency,
      validFrom: plan.validFrom,
      validUntil: plan.validUntil,
      minimum: plan.monthlyMinimumMinor?.toString() ?? null,
      firstMonth: plan.firstMonth,
      prices: JSON.stringify(plan.prices),
      createdAt,
    },
  );
  return inserted.length > 0;
}

/** By first day of validity, the latest first; those after the cursor. */
export async function listPricePlans(
  trx: Trx,
  page: { limit: number; after?: [string, string] | undefined },
): Promise<PricePlan[]> {
  const [validFrom, id] = page.after ?? [null, null];
  const found = await rows<PricePlanRow>(
    trx,
    `select ${COLUMNS} from price_plan
     where :id::uuid is null or (valid_from, id) < (:validFrom::date, :id::uuid)
     order by valid_from desc, id desc limit :limit`,
    { validFrom, id, limit: page.limit },
  );
  return found.map(toPricePlan);
}
