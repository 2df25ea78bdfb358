import type { Actor } from '../../domain/access/actor.js';
import type { ExchangeRate } from '../../domain/pricing/pricePlan.js';
import { rows, type Trx } from '../connect.js';

/** A rate as it was loaded. */
export interface StoredRate extends ExchangeRate {
  /** The last one of a source, pair and day counts. */
  revision: number;
  loadedAt: Date;
  loadedBy: Actor;
}

/** Of one currency or all, of one day or all; the latest day first, every revision. Those after the cursor. */
export async function listExchangeRates(
  trx: Trx,
  filter: {
    currency?: string | undefined;
    day?: string | undefined;
    limit: number;
    after?: [day: string, currency: string, source: string, base: string, revision: number] | undefined;
  },
): Promise<StoredRate[]> {
  const [afterDay, afterCurrency, afterSource, afterBase, afterRevision] = filter.after ?? [
    null,
    null,
    null,
    null,
    null,
  ];
  return rows<StoredRate>(
    trx,
    `select base, currency, rate::text as rate, day, source, revision, loaded_at as "loadedAt", loaded_by as "loadedBy"
     from exchange_rate
     where (:currency::text is null or currency = :currency) and (:day::date is null or day = :day::date)
       and (:afterDay::date is null or (:afterDay::date - day, currency, source, base, revision)
         > (0, :afterCurrency, :afterSource, :afterBase, :afterRevision::int))
     order by day desc, currency, source, base, revision limit :limit`,
    {
      currency: filter.currency ?? null,
      day: filter.day ?? null,
      afterDay,
      afterCurrency,
      afterSource,
      afterBase,
      afterRevision,
      limit: filter.limit,
    },
  );
}
