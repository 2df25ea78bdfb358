import { cursorRows } from '../../db/cursorRows.js';
import { canonicalJson } from '../../domain/canonicalJson.js';
import { minorToDecimalString } from '../../domain/money.js';
import { plain, tableOf, text } from '../exportFile.js';

interface Row {
  id: string;
  name: string;
  distributor: string | null;
  currency: string;
  fromPeriod: string;
  untilPeriod: string | null;
  minimumMinor: string | null;
  firstMonth: string;
  prices: unknown;
  termPrices: unknown;
}

/** Price plans that hold for the period, used or not; `distributor` is empty for the programme's base list. */
export const pricePlans = tableOf<Row>(
  'price_plans.csv',
  {
    price_plan_id: (row) => plain(row.id),
    price_plan: (row) => text(row.name),
    distributor: (row) => plain(row.distributor),
    currency: (row) => plain(row.currency),
    from_period: (row) => plain(row.fromPeriod),
    until_period: (row) => plain(row.untilPeriod),
    monthly_minimum: ({ minimumMinor, currency }) =>
      plain(minimumMinor === null ? null : minorToDecimalString(BigInt(minimumMinor), currency)),
    first_month: (row) => plain(row.firstMonth),
    prices: (row) => text(canonicalJson(row.prices)),
    term_prices: (row) => text(canonicalJson(row.termPrices)),
  },
  (trx, { programme, period }) =>
    cursorRows<Row>(
      trx,
      `select p.id, p.name, d.code as distributor, p.currency, p.from_period as "fromPeriod",
         p.until_period as "untilPeriod", p.monthly_minimum_minor as "minimumMinor", p.first_month as "firstMonth", p.prices,
         p.term_prices as "termPrices"
       from price_plan p left join distributor d on d.id = p.distributor_id
       where p.programme_code = :programme and p.from_period <= :period
         and (p.until_period is null or p.until_period >= :period)
       order by d.code collate "C" nulls first, p.from_period, p.created_at, p.id`,
      { programme, period },
    ),
);
