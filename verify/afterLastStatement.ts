import { exact, inWords, rounded, sum } from './evaluate/exact.js';
import { monthLater } from './evaluate/calendar.js';
import { lateReports } from './evaluate/lastKnown.js';
import { portfolioOf } from './evaluate/portfolio.js';
import { rulesByPeriod } from './evaluate/rules.js';
import { correctedBetween } from './correctedBetween.js';
import { ask, type VerifyContext } from './context.js';
import { monthsAgain, reachedOf } from './monthsAgain.js';

/** Cases are opened once a day: what came since may have none yet. */
const MAY_BE_OPEN_MS = 2 * 86_400_000;

/** MSPs that get no statement any more, and the month of their last one. */
const FORMER = `
  select s.msp_id as "mspId", max(s.period) as period from statement s
  join participation a on a.programme_code = s.programme_code and a.msp_id = s.msp_id
  join programme g on g.code = s.programme_code
  where s.programme_code = :programme group by s.msp_id, a.left_period, g.last_period
  having least(a.left_period, g.last_period) <= max(s.period) and (:period::text is null or max(s.period) = :period)
    and exists (select from billing_run b where b.programme_code = :programme and b.period = max(s.period)
      and jsonb_exists(b.rules -> 'kinds', 'after_last_statement'))
  order by 2, 1`;

const CASES = `
  select d.msp_id as "mspId", d.evidence ->> 'forPeriod' as period, array_agg(d.evidence ->> 'amount') as amounts
  from discrepancy d where d.programme_code = :programme and d.kind = 'after_last_statement' group by 1, 2`;

/**
 * Rules 7 and 20: what came after the last statement of an MSP that has left, and changes what one of its months comes to, is
 * named by cases with that amount, since no statement books it.
 */
export async function afterLastProblems(context: VerifyContext): Promise<string[]> {
  const former = await ask<{ mspId: string; period: string }>(context, FORMER);
  if (former.length === 0) return [];
  const rulesOf = await rulesByPeriod(context);
  const cases = await ask<{ mspId: string; period: string; amounts: string[] }>(context, CASES);
  const amountsOf = new Map(cases.map(({ mspId, period, amounts }) => [`${mspId} ${period}`, amounts]));
  const problems: string[] = [];
  for (const { mspId, period: last } of former) {
    const portfolio = await portfolioOf(context, [mspId]);
    const knowledge = { portfolio, late: await lateReports(context, portfolio) };
    const reached = await reachedOf(context, knowledge, [mspId]);
    const by = await correctedBetween(context, [mspId]);
    const dueBy = async (at: Date) => {
      const looking = { before: monthLater(last, 1), asOf: new Map([[mspId, at]]) };
      const { months } = await monthsAgain(context, knowledge, reached, looking, rulesOf);
      return new Map(
        months.map(({ frozen: { month, head }, rated, lines }) => {
          const billed = sum(lines.map(({ addsMinor }) => addsMinor));
          const comesTo = sum(rated.lines.map(({ amountMinor }) => amountMinor)) + rated.minimumMinor;
          return [month.period, { minor: comesTo - billed, currency: head.currency, number: head.number }];
        }),
      );
    };
    const early = await dueBy(new Date(context.now.getTime() - MAY_BE_OPEN_MS));
    const all = await dueBy(context.now);
    for (const [period, { minor, currency, number }] of all) {
      const said = sum((amountsOf.get(`${mspId} ${period}`) ?? []).map((amount) => rounded(exact(amount), currency)));
      // Two people have looked at it since.
      if (
        by
          .byHand(mspId, period, context.now)
          .some(({ whole, stands, allMinor }) => whole || stands.size > 0 || allMinor !== 0n)
      ) {
        continue;
      }
      const before = early.get(period)?.minor ?? 0n;
      if (said === minor || said === before) continue;
      const comesTo = inWords(before, currency);
      problems.push(
        `${period}: ${comesTo} came to ${number} after the last statement, cases name ${inWords(said, currency)}`,
      );
    }
  }
  return problems;
}
