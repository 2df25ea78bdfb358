import { inWords, sum } from './evaluate/exact.js';
import { keyOf, nameOf } from './evaluate/known.js';
import { lateReports } from './evaluate/lastKnown.js';
import { portfolioOf, type Line } from './evaluate/portfolio.js';
import { rulesByPeriod, type Rules } from './evaluate/rules.js';
import { ask, type VerifyContext } from './context.js';
import { correctedBetween, MINIMUM, type ByHand } from './correctedBetween.js';
import { monthsAgain, reachedOf, type Frozen, type RatedMonth } from './monthsAgain.js';

const MSPS_AT_ONCE = 50;

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
    and c.last_received_at >= l.issued_at - interval '1 minute'
  union
  select distinct l.msp_id from latest l join metered_key k on k.msp_id = l.msp_id
    and k.end_noted_at >= l.issued_at - interval '1 minute'
  union
  select distinct l.msp_id from latest l join correction c on c.msp_id = l.msp_id and c.programme_code = :programme
    and c.period < l.period and c.state = 'confirmed' and c.decided_at between l.issued_at - interval '1 minute'
    and l.issued_at + interval '1 minute'`;

interface BilledFor {
  minor: bigint;
  quantity: number;
  name: string;
}

/** What was billed for each line of a month so far, and up to its minimum. */
function billedFor(lines: readonly Line[]): Map<string, BilledFor> {
  const billed = new Map<string, BilledFor>();
  for (const line of lines) {
    const isMinimum = line.kind === 'minimum' || line.kind === 'minimum_correction';
    const key = isMinimum ? MINIMUM : keyOf(line.siteId, line.tenantRef, line.meter);
    const name = isMinimum ? 'the monthly minimum' : nameOf(line.siteName, line.tenantRef, line.meter);
    const minor = (billed.get(key)?.minor ?? 0n) + line.addsMinor;
    billed.set(key, { minor, quantity: isMinimum ? 0 : line.quantity, name });
  }
  return billed;
}

/**
 * What was billed for a month so far and is not what it comes to. What people waived or counted by hand stands. An amount by hand
 * comes on top, and no less than nothing is left of a line or of the statement: what would be is not taken off. Of the
 * statement, on which line it is not taken off is left open.
 */
function differences(
  { month: { period }, head: { currency } }: Frozen,
  rated: RatedMonth,
  lines: readonly Line[],
  { byHand, licencesMinor }: { byHand: ByHand; licencesMinor: bigint },
): string[] {
  if (byHand.whole) return [];
  const billed = billedFor(lines);
  const before = licencesMinor + sum([...billed.values()].map(({ minor }) => minor)) + byHand.allMinor;
  const problems: string[] = [];
  const compared: { name: string; now: bigint; before: bigint }[] = [];
  const compare = (key: string, name: string, ratedMinor: bigint) => {
    const hand = byHand.amounts.get(key) ?? 0n;
    const now = ratedMinor + hand < 0n ? -hand : ratedMinor;
    compared.push({ name, now, before: billed.get(key)?.minor ?? 0n });
    billed.delete(key);
  };
  for (const key of byHand.stands) billed.delete(key);
  for (const line of rated.lines) {
    const key = keyOf(line.siteId, line.tenantRef, line.meter);
    if (byHand.stands.has(key)) continue;
    const name = nameOf(line.siteName, line.tenantRef, line.meter);
    const units = billed.get(key)?.quantity ?? 0;
    if (units !== line.quantity) {
      problems.push(
        `${period}: ${name}: ${line.quantity} units by what was known before the latest statement, billed are ${units}`,
      );
    }
    compare(key, name, line.amountMinor);
  }
  if (!byHand.stands.has(MINIMUM)) compare(MINIMUM, 'the monthly minimum', rated.minimumMinor);
  for (const [key, { name }] of billed) compare(key, name, 0n);
  // What is left of the statement, had all of it been taken off.
  const left = before - sum(compared.map((one) => one.before - one.now));
  let open = left < 0n ? -left : 0n;
  for (const one of compared) {
    const more = one.before - one.now;
    if (more >= 0n && more <= open) {
      open -= more;
      continue;
    }
    const allowed = more > 0n ? open : 0n;
    open -= allowed;
    problems.push(
      `${period}: ${one.name}: ${inWords(one.now + allowed, currency)} by what was known before the latest statement, billed are ${inWords(one.before, currency)}`,
    );
  }
  if (open > 0n)
    problems.push(`${period}: ${inWords(open, currency)} more was taken off than was left of the statement`);
  return problems;
}

/** The months of these MSPs before `before` that later knowledge may have reached, checked one after the other. */
async function problemsBefore(
  context: VerifyContext,
  before: string,
  msps: readonly string[],
  rulesOf: (period: string) => Rules,
): Promise<string[]> {
  const portfolio = await portfolioOf(context, msps);
  const latest = new Map(
    portfolio.months.flatMap(({ mspId, period, statement }) =>
      period === before && statement !== null ? [[mspId, statement.issuedAt] as const] : [],
    ),
  );
  const knowledge = { portfolio, late: await lateReports(context, portfolio) };
  const reached = await reachedOf(context, knowledge, msps);
  if (reached.since.size === 0) return [];
  const { months } = await monthsAgain(context, knowledge, reached, { before, asOf: latest }, rulesOf);
  if (months.length === 0) return [];
  const by = await correctedBetween(context, msps);
  return months.flatMap(({ frozen, rated, lines }) => {
    const { mspId, period, reach } = frozen.month;
    const licencesMinor = by.licencesMinor(mspId, period);
    const found = by
      .byHand(mspId, period, latest.get(mspId) ?? reach)
      .map((byHand) => differences(frozen, rated, lines, { byHand, licencesMinor }));
    return found.every((each) => each.length > 0) ? (found[0] ?? []) : [];
  });
}

/**
 * What came late or was deferred that the latest statement should have booked and did not, or booked otherwise (rules 4, 5
 * and 7): every month that anything reached after it was frozen is worked out anew from all that was received in time, and
 * compared with what was billed for it in all.
 */
export async function lateUsageProblems(context: VerifyContext): Promise<string[]> {
  const rulesOf = await rulesByPeriod(context);
  const since = new Set((await ask<{ mspId: string }>(context, REACHED_SINCE)).map(({ mspId }) => mspId));
  const latest = await ask<{ mspId: string; period: string }>(
    context,
    `with latest as (${LATEST}) select msp_id as "mspId", period from latest order by period, msp_id`,
  );
  const problems: string[] = [];
  for (const period of new Set(latest.map((one) => one.period))) {
    const msps = latest.flatMap((one) => (one.period === period && !since.has(one.mspId) ? [one.mspId] : []));
    for (let from = 0; from < msps.length; from += MSPS_AT_ONCE) {
      problems.push(...(await problemsBefore(context, period, msps.slice(from, from + MSPS_AT_ONCE), rulesOf)));
    }
  }
  return problems;
}
