import { cursorRows } from '../../db/cursorRows.js';
import { canonicalJson } from '../../domain/canonicalJson.js';
import { minorToDecimalString } from '../../domain/money.js';
import { plain, tableOf, text } from '../exportFile.js';

interface PriceRow {
  distributor: string;
  plan: string;
  currency: string;
  fromPeriod: string;
  meter: string;
  price: { model: string };
  minimumMinor: string | null;
  period: string;
  statements: number;
}

/**
 * Price lists as frozen, of the period's statements and of those that its corrections go back to, one row a meter, with how many
 * statements they priced.
 */
export const prices = tableOf<PriceRow>(
  'prices.csv',
  {
    distributor: (row) => plain(row.distributor),
    price_plan: (row) => text(row.plan),
    currency: (row) => plain(row.currency),
    from_period: (row) => plain(row.fromPeriod),
    meter: (row) => plain(row.meter),
    model: (row) => plain(row.price.model),
    price: (row) => text(canonicalJson(row.price)),
    monthly_minimum: ({ minimumMinor, currency }) =>
      plain(minimumMinor === null ? null : minorToDecimalString(BigInt(minimumMinor), currency)),
    statement_period: (row) => plain(row.period),
    statements: (row) => plain(row.statements),
  },
  (trx, { programme, period }) =>
    cursorRows<PriceRow>(
      trx,
      `select d.code as distributor, p.plan ->> 'name' as plan, p.plan ->> 'currency' as currency,
         p.plan ->> 'fromPeriod' as "fromPeriod", m.key as meter, m.value as price,
         p.plan ->> 'monthlyMinimumMinor' as "minimumMinor", p.period, p.statements
       from (
         select s.distributor_id, s.period, s.content -> 'pricePlan' as plan, count(*)::int as statements from statement s
         where s.programme_code = :programme and (s.period = :period or s.number in (
           select l.content ->> 'correctsNumber' from statement_line l
           where l.programme_code = :programme and l.kind in ('correction', 'manual_correction') and l.period = :period))
         group by 1, 2, 3
       ) p
       join distributor d on d.id = p.distributor_id
       cross join lateral jsonb_each(p.plan -> 'prices') m
       order by p.period, d.code collate "C", p.plan ->> 'name' collate "C", p.plan ->> 'fromPeriod', m.key collate "C", m.value`,
      { programme, period },
    ),
);

interface RateRow {
  base: string;
  currency: string;
  rate: string;
  day: string;
  source: string;
  period: string;
  statements: number;
}

/**
 * Reference rates as frozen: of the period's statements, of their licences in other currencies, and of the statements that its
 * corrections go back to.
 */
export const exchangeRates = tableOf<RateRow>(
  'exchange_rates.csv',
  {
    base: (row) => plain(row.base),
    currency: (row) => plain(row.currency),
    rate: (row) => plain(row.rate),
    day: (row) => plain(row.day),
    source: (row) => text(row.source),
    statement_period: (row) => plain(row.period),
    statements: (row) => plain(row.statements),
  },
  (trx, { programme, period }) =>
    cursorRows<RateRow>(
      trx,
      `select x.rate ->> 'base' as base, x.rate ->> 'currency' as currency, x.rate ->> 'rate' as rate,
         x.rate ->> 'day' as day, x.rate ->> 'source' as source, x.period, count(distinct x.id)::int as statements
       from (
         select s.id, s.content -> 'exchange' as rate, s.period from statement s
         where s.programme_code = :programme and jsonb_typeof(s.content -> 'exchange') = 'object' and (s.period = :period or s.number in (
           select l.content ->> 'correctsNumber' from statement_line l
           where l.programme_code = :programme and l.kind in ('correction', 'manual_correction') and l.period = :period))
         union all
         select l.statement_id, l.content -> 'exchange', l.period from statement_line l where l.programme_code = :programme
           and l.period = :period and l.kind in ('term', 'extension') and jsonb_typeof(l.content -> 'exchange') = 'object'
       ) x
       group by x.rate, x.period order by x.period, x.rate ->> 'base', x.rate ->> 'currency', x.rate ->> 'day', x.rate`,
      { programme, period },
    ),
);
