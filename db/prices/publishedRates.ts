import type { ExchangeRate } from '../../domain/pricing/pricePlan.js';
import type { Day } from '../../domain/period.js';
import { rows, type Trx } from '../connect.js';

/** Keeps published rates; a rate already known stays as it was. */
export async function insertRates(trx: Trx, rates: readonly ExchangeRate[]): Promise<void> {
  if (rates.length === 0) return;
  await rows(
    trx,
    `insert into exchange_rate (source, base, currency, day, rate)
     select x.source, x.base, x.currency, x.day, x.rate
     from jsonb_to_recordset(:rates::jsonb) as x(source text, base text, currency text, day date, rate numeric)
     on conflict do nothing`,
    { rates: JSON.stringify(rates) },
  );
}

/** Rule 10: per pair the rate of the last day published from `first` to `last`, both inclusive. */
export async function lastPublishedRates(trx: Trx, first: Day, last: Day): Promise<ExchangeRate[]> {
  return rows<ExchangeRate>(
    trx,
    `select distinct on (base, currency) base, currency, rate::text as rate, day, source from exchange_rate
     where day >= :first and day <= :last order by base, currency, day desc, source`,
    { first, last },
  );
}
