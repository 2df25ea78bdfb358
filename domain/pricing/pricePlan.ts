import { z } from 'zod';
import { METER_CODES } from '../catalog/index.js';
import type { TermPrices } from '../licences/termPrice.js';
import type { Day, Period } from '../period.js';
import { priceSchema } from './index.js';

/** A price list: at most one price a meter. */
export const pricesByMeter = z.partialRecord(z.enum(METER_CODES), priceSchema);

export type PricesByMeter = z.infer<typeof pricesByMeter>;

/** Prices per meter for a range of periods (rules 9 and 19). The base plan has no distributor; a distributor may have its own. */
export interface PricePlan {
  id: string;
  /** Code of the programme it belongs to. */
  programme: string;
  name: string;
  /** Null: the base plan, for every distributor without one of its own. */
  distributorId: string | null;
  currency: string;
  /** The periods it prices, both inclusive; open-ended when null. */
  fromPeriod: Period;
  untilPeriod: Period | null;
  /** Monthly minimum per MSP in minor units of `currency`. */
  monthlyMinimumMinor: bigint | null;
  /** Rule 8: whether a new site is billed in its first calendar month. */
  firstMonth: 'billed' | 'unbilled';
  prices: PricesByMeter;
  /** Of term licences (rule 22); a meter without one is not sold for a term. */
  termPrices: TermPrices;
}

/** Rule 10: units of `currency` for one unit of `base`, as published for `day` by `source`. */
export interface ExchangeRate {
  base: string;
  currency: string;
  /** Exact decimal. */
  rate: string;
  day: Day;
  source: string;
}
