import type { Period } from '../../domain/period.js';
import type { PricePlan } from '../../domain/pricing/pricePlan.js';
import { rows, type Trx } from '../connect.js';
import { storedPrices, storedTermPrices } from './storedPrices.js';

interface PricePlanRow {
  id: string;
  programme_code: string;
  name: string;
  distributor_id: string | null;
  currency: string;
  from_period: Period;
  until_period: Period | null;
  monthly_minimum_minor: string | null;
  first_month: 'billed' | 'unbilled';
  prices: unknown;
  term_prices: unknown;
}

const COLUMNS = `id, programme_code, name, distributor_id, currency, from_period, until_period, monthly_minimum_minor,
  first_month, prices, term_prices`;

function toPricePlan(row: PricePlanRow): PricePlan {
  return {
    id: row.id,
    programme: row.programme_code,
    name: row.name,
    distributorId: row.distributor_id,
    currency: row.currency,
    fromPeriod: row.from_period,
    untilPeriod: row.until_period,
    monthlyMinimumMinor: row.monthly_minimum_minor === null ? null : BigInt(row.monthly_minimum_minor),
    firstMonth: row.first_month,
    prices: storedPrices(row.prices, `price plan ${row.id}`),
    termPrices: storedTermPrices(row.term_prices, `price plan ${row.id}`),
  };
}

/** Keeps a new plan. A plan of that id is there already after a repeated request: it stays as it is (false). */
export async function insertPricePlan(trx: Trx, plan: PricePlan, createdAt: Date): Promise<boolean> {
  const inserted = await rows(
    trx,
    `insert into price_plan (id, programme_code, name, distributor_id, currency, from_period, until_period,
       monthly_minimum_minor, first_month, prices, term_prices, created_at)
     values (:id, :programme, :name, :distributorId, :currency, :fromPeriod, :untilPeriod, :minimum, :firstMonth, :prices,
       :termPrices, :createdAt)
     on conflict (id) do nothing returning id`,
    {
      id: plan.id,
      programme: plan.programme,
      name: plan.name,
      distributorId: plan.distributorId,
      currency: plan.currency,
      fromPeriod: plan.fromPeriod,
      untilPeriod: plan.untilPeriod,
      minimum: plan.monthlyMinimumMinor?.toString() ?? null,
      firstMonth: plan.firstMonth,
      prices: JSON.stringify(plan.prices),
      termPrices: JSON.stringify(plan.termPrices),
      createdAt,
    },
  );
  return inserted.length > 0;
}

/** By first period, the latest first; those after the cursor. */
export async function listPricePlans(
  trx: Trx,
  filter: { programme?: string | undefined; limit: number; after?: [fromPeriod: string, id: string] | undefined },
): Promise<PricePlan[]> {
  const [afterPeriod, afterId] = filter.after ?? [null, null];
  const found = await rows<PricePlanRow>(
    trx,
    `select ${COLUMNS} from price_plan
     where (:programme::text is null or programme_code = :programme)
       and (:afterId::uuid is null or (from_period, id) < (:afterPeriod::text, :afterId::uuid))
     order by from_period desc, id desc limit :limit`,
    { programme: filter.programme ?? null, afterPeriod, afterId, limit: filter.limit },
  );
  return found.map(toPricePlan);
}

export async function findPricePlan(trx: Trx, id: string): Promise<PricePlan | undefined> {
  const [row] = await rows<PricePlanRow>(trx, `select ${COLUMNS} from price_plan where id = :id`, { id });
  return row && toPricePlan(row);
}

/** Sets the last period a plan prices; false where that is another by now than the plan says. */
export async function endPricePlan(trx: Trx, plan: PricePlan, untilPeriod: Period): Promise<boolean> {
  const ended = await rows(
    trx,
    `update price_plan set until_period = :untilPeriod
     where id = :id and until_period is not distinct from :before::text returning id`,
    { id: plan.id, before: plan.untilPeriod, untilPeriod },
  );
  return ended.length > 0;
}
