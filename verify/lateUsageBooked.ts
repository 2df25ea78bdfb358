import { ALL } from '../db/connect.js';
import { loadLateUsage } from '../db/closing/lateUsage.js';
import { correctionOf } from '../domain/corrections.js';
import { groupBy } from '../domain/groupBy.js';
import type { LateUsage } from '../domain/month/inputs.js';
import { addMonths, type Period } from '../domain/period.js';
import { ask, type VerifyContext } from './context.js';
import { monthRules, type MonthRules } from './monthRules.js';

const MSPS_AT_ONCE = 200;

interface Latest {
  mspId: string;
  period: Period;
}

/** The latest statement of each MSP in the programme, or that of the given period. */
const LATEST = `
  select distinct on (msp_id) msp_id, period, issued_at from statement
  where programme_code = :programme and (:period::text is null or period = :period) order by msp_id, period desc`;

/** Sites that reported again after that statement was issued: their correction is due in the next one. */
const REPORTED_SINCE = `
  with latest as (${LATEST})
  select distinct g.site_id || ' ' || g.period as key
  from latest l join usage_report g on g.msp_id = l.msp_id and g.period < l.period and g.received_at >= l.issued_at
  join site s on s.msp_id = g.msp_id and s.id = g.site_id and s.programme_code = :programme`;

function leftToCorrect(late: LateUsage, rules: MonthRules): string[] {
  if (late.firstMonthFree) return [];
  const { facts } = late;
  const change = correctionOf({
    ...late,
    ...rules,
    site: facts,
    usage: facts.usage.find(({ tenantRef, meter }) => tenantRef === late.tenantRef && meter === late.meter) ?? {
      tenantRef: late.tenantRef,
      tenantId: late.tenantId,
      meter: late.meter,
      installations: [],
      lastQuantity: null,
      licensed: 0,
      licensedDays: [],
    },
  });
  if (change === null) return [];
  return [
    `${late.period}: site ${late.siteName}, ${late.tenantRef ?? 'unassigned'}, ${late.meter}: ` +
      `${change.newQuantity} is known since before the latest statement, billed are ${change.oldQuantity}`,
  ];
}

/** Late reports and deferred quantities that the next statement should have booked and did not (rules 4, 5 and 7). */
export async function lateUsageProblems(context: VerifyContext): Promise<string[]> {
  const { programme } = context;
  if (programme === null) return [];
  const rulesOf = await monthRules(context);
  const since = new Set((await ask<{ key: string }>(context, REPORTED_SINCE)).map(({ key }) => key));
  const byPeriod = groupBy(
    await ask<Latest>(context, `with latest as (${LATEST}) select msp_id as "mspId", period from latest`),
    ({ period }) => period,
  );
  const problems: string[] = [];
  for (const [period, latest] of byPeriod) {
    for (let from = 0; from < latest.length; from += MSPS_AT_ONCE) {
      const mspIds = latest.slice(from, from + MSPS_AT_ONCE).map(({ mspId }) => mspId);
      const late = await context.db.transaction(ALL, (trx) =>
        loadLateUsage(trx, { programme, mspIds, earliest: addMonths(period, -rulesOf(period).reach), before: period }),
      );
      problems.push(
        ...late
          .filter((item) => !since.has(`${item.siteId} ${item.period}`))
          .flatMap((item) => leftToCorrect(item, rulesOf(item.period))),
      );
    }
  }
  return problems;
}
