import { ALL } from '../db/connect.js';
import { loadEarlierMonths } from '../db/closing/earlierMonths.js';
import { rateAgain } from '../domain/corrections.js';
import { groupBy } from '../domain/groupBy.js';
import { minorToDecimalString } from '../domain/money.js';
import type { Period } from '../domain/period.js';
import type { DueCorrection } from '../domain/rating.js';
import { ask, type VerifyContext } from './context.js';
import { monthRules } from './monthRules.js';

const MSPS_AT_ONCE = 200;

interface Latest {
  mspId: string;
  period: Period;
}

/** The latest statement of each MSP in the programme, or that of the given period. */
const LATEST = `
  select distinct on (msp_id) msp_id, period, issued_at from statement
  where programme_code = :programme and (:period::text is null or period = :period) order by msp_id, period desc`;

/** MSPs that something reached after that statement was issued: their corrections are due in the next one. */
const REACHED_SINCE = `
  with latest as (${LATEST})
  select distinct l.msp_id as "mspId" from latest l join usage_report g on g.msp_id = l.msp_id and g.period < l.period
    and g.received_at >= l.issued_at - interval '1 minute'
  union
  select distinct l.msp_id from latest l join late_check_in c on c.msp_id = l.msp_id and c.period < l.period
    and c.last_received_at >= l.issued_at - interval '1 minute'`;

function leftToCorrect(due: DueCorrection): string {
  const [rated, billed] = [due.ratedMinor, due.billedMinor].map((minor) => minorToDecimalString(minor, due.currency));
  const what =
    due.kind === 'minimum_correction'
      ? 'the monthly minimum'
      : `site ${due.siteName}, ${due.tenantRef ?? 'unassigned'}, ${due.meter}`;
  return `${due.forPeriod}: ${what}: ${rated ?? ''} ${due.currency} by what was known before the latest statement, billed are ${billed ?? ''}`;
}

/** What came late or was deferred that the latest statement should have booked and did not (rules 4, 5 and 7). */
export async function lateUsageProblems(context: VerifyContext): Promise<string[]> {
  const { programme } = context;
  if (programme === null) return [];
  const rulesOf = await monthRules(context);
  const since = new Set((await ask<{ mspId: string }>(context, REACHED_SINCE)).map(({ mspId }) => mspId));
  const byPeriod = groupBy(
    await ask<Latest>(context, `with latest as (${LATEST}) select msp_id as "mspId", period from latest`),
    ({ period }) => period,
  );
  const problems: string[] = [];
  for (const [period, latest] of byPeriod) {
    const settled = latest.filter(({ mspId }) => !since.has(mspId));
    for (let from = 0; from < settled.length; from += MSPS_AT_ONCE) {
      const mspIds = settled.slice(from, from + MSPS_AT_ONCE).map(({ mspId }) => mspId);
      const { reachDays } = rulesOf(period);
      const months = await context.db.transaction(ALL, (trx) =>
        loadEarlierMonths(trx, { programme, mspIds, before: period, reachDays }),
      );
      // The latest statement is among what was billed: nothing may be left.
      problems.push(...months.flatMap(rateAgain).map(leftToCorrect));
    }
  }
  return problems;
}
