import type { ExchangeRate } from '../../domain/pricing/pricePlan.js';
import { rows, type Trx } from '../connect.js';

/** Of one currency or all, of one day or all; the latest day first. Those after the cursor. */
export async function listExchangeRates(
  trx: Trx,
  filter: {
    currency?: string | undefined;
    day?: string | undefined;
    limit: number;
    after?: [day: string, currency: string, source: string, base: string] | undefined;
  },
): Promise<ExchangeRate[]> {
  const [afterDay, afterCurrency, afterSource, afterBase] = filter.after ?? [null, null, null, null];
  return rows<ExchangeRate>(
    trx,
    `select base, currency, rate::text as rate, day, source from exchange_rate
     where (:currency::text is null or currency = :currency) and (:day::date is null or day = :day::date)
       and (:afterDay::date is null
         or (:afterDay::date - day, currency, source, base) > (0, :afterCurrency, :afterSource, :afterBase))
     order by day desc, currency, source, base limit :limit`,
    {
      currency: filter.currency ?? null,
      day: filter.day ?? null,
      afterDay,
      afterCurrency,
      afterSource,
      afterBase,
      limit: filter.limit,
    },
  );
}
