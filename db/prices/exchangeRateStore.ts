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

/**
 * The currencies whose rates concern the distributor that reads: of its own and those of the lists by which its months are priced,
 * where they differ, and those that its statements were converted between.
 */
async function currenciesOfReader(trx: Trx): Promise<string[]> {
  const found = await rows<{ currency: string }>(
    trx,
    `with pair as (
       select d.currency as own, p.currency as list from price_plan p join distributor_terms d on d.id = kontor_distributor()
       where p.currency <> d.currency
       union
       select s.content -> 'exchange' ->> 'currency', s.content -> 'exchange' ->> 'base' from statement s
       where jsonb_typeof(s.content -> 'exchange') = 'object')
     select own as currency from pair union select list from pair`,
    {},
  );
  return found.map(({ currency }) => currency);
}

/**
 * Of one currency or all, of one day or all; the latest day first, every revision. Those after the cursor. With `ofReader` those
 * alone that concern the distributor that reads.
 */
export async function listExchangeRates(
  trx: Trx,
  filter: {
    currency?: string | undefined;
    day?: string | undefined;
    ofReader?: boolean;
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
  const currencies = filter.ofReader === true ? await currenciesOfReader(trx) : null;
  return rows<StoredRate>(
    trx,
    `select base, currency, rate::text as rate, day, source, revision, loaded_at as "loadedAt", loaded_by as "loadedBy"
     from exchange_rate
     where (:currency::text is null or currency = :currency) and (:day::date is null or day = :day::date)
       and (:currencies::text[] is null or currency = any(:currencies::text[]))
       and (:afterDay::date is null or (:afterDay::date - day, currency, source, base, revision)
         > (0, :afterCurrency, :afterSource, :afterBase, :afterRevision::int))
     order by day desc, currency, source, base, revision limit :limit`,
    {
      currency: filter.currency ?? null,
      day: filter.day ?? null,
      currencies,
      afterDay,
      afterCurrency,
      afterSource,
      afterBase,
      afterRevision,
      limit: filter.limit,
    },
  );
}
