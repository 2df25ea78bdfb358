import { KONTOR, type Actor } from '../../domain/access/actor.js';
import type { ExchangeRate } from '../../domain/pricing/pricePlan.js';
import type { Day } from '../../domain/period.js';
import type { RunKey } from '../../domain/run.js';
import { rows, type Trx } from '../connect.js';

/** Who loaded rates, and when. */
export interface Loading {
  at: Date;
  by: Actor;
}

/** Keeps published rates; a rate already known stays as it was. How many were new. */
export async function insertRates(
  trx: Trx,
  rates: readonly ExchangeRate[],
  { at, by }: Loading = { at: new Date(), by: KONTOR },
): Promise<number> {
  if (rates.length === 0) return 0;
  const added = await rows(
    trx,
    `insert into exchange_rate (source, base, currency, day, rate, loaded_at, loaded_by)
     select x.source, x.base, x.currency, x.day, x.rate, :at, :by
     from jsonb_to_recordset(:rates::jsonb) as x(source text, base text, currency text, day date, rate numeric)
     on conflict do nothing returning day`,
    { rates: JSON.stringify(rates), at, by: JSON.stringify(by) },
  );
  return added.length;
}

/** Rule 10: per pair the rate of the last day published from `first` to `last`, both inclusive, as it was last corrected. */
export async function lastPublishedRates(trx: Trx, first: Day, last: Day): Promise<ExchangeRate[]> {
  return rows<ExchangeRate>(
    trx,
    `select distinct on (base, currency) base, currency, rate::text as rate, day, source from exchange_rate
     where day >= :first and day <= :last order by base, currency, day desc, source, revision desc`,
    { first, last },
  );
}

/**
 * The same for a run that may have issued statements: a pair that one of them was converted by keeps the rate that it has
 * there, so that what is loaded later divides no month.
 */
export async function ratesOfRun(
  trx: Trx,
  { programme, period }: RunKey,
  { first, last }: { first: Day; last: Day },
): Promise<ExchangeRate[]> {
  const used = await rows<ExchangeRate>(
    trx,
    `select distinct on (x ->> 'base', x ->> 'currency') x ->> 'base' as base, x ->> 'currency' as currency,
       x ->> 'rate' as rate, x ->> 'day' as day, x ->> 'source' as source
     from statement s cross join lateral (select s.content -> 'exchange') as e(x)
     where s.programme_code = :programme and s.period = :period and jsonb_typeof(x) = 'object'
     order by x ->> 'base', x ->> 'currency', s.issued_at`,
    { programme, period },
  );
  const published = await lastPublishedRates(trx, first, last);
  return [
    ...used,
    ...published.filter((rate) => !used.some(({ base, currency }) => base === rate.base && currency === rate.currency)),
  ];
}
