import { rows, type Trx } from '../connect.js';
import { periodRange, type Period } from '../../domain/period.js';

/** How much usage of a month (UTC) has been acknowledged. */
export interface UsageCounts {
  checkIns: number;
  /** Revisions included. */
  reports: number;
}

export async function usageCounts(trx: Trx, period: Period): Promise<UsageCounts> {
  const { start, end } = periodRange(period, 'UTC');
  const [counts] = await rows<UsageCounts>(
    trx,
    `select (select count(*)::int from check_in where observed_at >= :start and observed_at < :end) as "checkIns",
       (select count(*)::int from usage_report where period = :period) as reports`,
    { period, start, end },
  );
  return counts ?? { checkIns: 0, reports: 0 };
}
