import type { ExchangeRate } from '../domain/pricing/pricePlan.js';
import type { Day } from '../domain/period.js';

/** Where reference rates come from (rule 10). */
export interface RateSource {
  /** Every rate published from `first` to `last`, both inclusive; empty where none was. */
  published(first: Day, last: Day): Promise<ExchangeRate[]>;
}
