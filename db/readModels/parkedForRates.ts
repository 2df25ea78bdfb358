import type { Day } from '../../domain/period.js';
import { rows, type Trx } from '../connect.js';

/** An MSP whose statement waits for a rate of exchange. */
export interface ParkedForRate {
  programme: string;
  period: string;
  mspId: string;
}

/** MSPs that are parked for want of a rate; with `days`, those whose month one of them lies in. */
export function parkedForRates(trx: Trx, days: readonly Day[] | null): Promise<ParkedForRate[]> {
  return rows<ParkedForRate>(
    trx,
    `select programme_code as programme, period, msp_id as "mspId" from run_participant
     where state = 'parked' and parked_code = 'EXCHANGE_RATE_MISSING' and (:periods::text[] is null or period = any(:periods))
     order by programme_code, period, shard, position`,
    { periods: days === null ? null : [...new Set(days.map((day) => day.slice(0, 7)))] },
  );
}

/** The last day of which the source has any rate; null: none. */
export async function lastRateDay(trx: Trx, source: string): Promise<Day | null> {
  const [found] = await rows<{ day: Day | null }>(
    trx,
    'select max(day) as day from exchange_rate where source = :source',
    { source },
  );
  return found?.day ?? null;
}
