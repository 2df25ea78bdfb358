import { dayLater, lastDayOf } from './evaluate/calendar.js';
import { divided, exact, type Exact } from './evaluate/exact.js';
import { canonical } from './evaluate/canonical.js';
import { rulesByPeriod } from './evaluate/rules.js';
import { ask, type VerifyContext } from './context.js';
import type { PriceList, Rate, StoredStatement } from './statementBatches.js';

interface Plan extends PriceList {
  distributorId: string | null;
  fromPeriod: string;
  untilPeriod: string | null;
}

/** A reference rate as it was published. */
interface Published {
  base: string;
  currency: string;
  day: string;
  rate: string;
  loadedAt: Date;
}

const WINDOW_DAYS = 7;
/** Decimal places of a rate that two published ones give. */
const CROSS_PLACES = 10n ** 8n;

const said = ({ currency, prices, monthlyMinimumMinor, firstMonth }: PriceList) =>
  canonical({ currency, prices, monthlyMinimumMinor: monthlyMinimumMinor ?? null, firstMonth });

/** Rule 9: the distributor's own list where it has one for the month, else the base list; of several what began last. */
function holds(plans: readonly Plan[], { distributorId, head }: StoredStatement): boolean {
  const { period, pricePlan } = head;
  const valid = plans.filter(
    ({ fromPeriod, untilPeriod }) => fromPeriod <= period && (untilPeriod === null || untilPeriod >= period),
  );
  const own = valid.filter((plan) => plan.distributorId === distributorId);
  const group = own.length > 0 ? own : valid.filter((plan) => plan.distributorId === null);
  const latest = group
    .map(({ fromPeriod }) => fromPeriod)
    .sort()
    .at(-1);
  // One that only adds prices may have come since, for the same months.
  return group.some((plan) => plan.fromPeriod === latest && said(plan) === said(pricePlan));
}

const isSame = (a: Exact, b: Exact) => a.over * b.under === b.over * a.under;

/** Half up, to the places of a cross rate. */
function crossed({ over, under }: Exact): Exact {
  return { over: (2n * over * CROSS_PLACES + under) / (2n * under), under: CROSS_PLACES };
}

/** Rule 10: whether a printed rate is what was published for its day, or follows from two that were. */
function isPublished(printed: Rate, published: readonly Published[]): boolean {
  const value = exact(printed.rate);
  const ofDay = published.filter(({ day }) => day === printed.day);
  const between = (base: string, currency: string) =>
    ofDay.filter((one) => one.base === base && one.currency === currency).map(({ rate }) => exact(rate));
  const direct = between(printed.base, printed.currency);
  if (direct.length > 0) return direct.some((rate) => isSame(rate, value));
  return [...new Set(ofDay.map(({ base }) => base))].some((base) => {
    const dividends = base === printed.currency ? [exact(1)] : between(base, printed.currency);
    const divisors = between(base, printed.base);
    return dividends.some((dividend) => divisors.some((divisor) => isSame(crossed(divided(dividend, divisor)), value)));
  });
}

function rateProblem(
  rate: Rate | null,
  [base, currency]: [string, string],
  { period, issuedAt, days }: { period: string; issuedAt: Date; days: number },
  published: readonly Published[],
): string | null {
  if (rate === null) return base === currency ? null : `no rate from ${base} to ${currency}`;
  if (rate.base !== base || rate.currency !== currency) return `a rate from ${rate.base} to ${rate.currency}`;
  const last = lastDayOf(period);
  if (rate.day > last || rate.day < dayLater(last, 1 - days)) return `a rate of ${rate.day}`;
  if (!isPublished(rate, published)) return `a rate of ${rate.rate} that nobody published for ${rate.day}`;
  const later = published.some(
    (one) =>
      one.base === base &&
      one.currency === currency &&
      one.day > rate.day &&
      one.day <= last &&
      one.loadedAt < issuedAt,
  );
  return later ? `a rate of ${rate.day}, and a later one was there` : null;
}

/** I2: the frozen price list is the one that holds for the month and distributor, and every rate is the month's own. */
export async function pricesProblems(context: VerifyContext, batch: readonly StoredStatement[]): Promise<string[]> {
  const plans = await ask<Plan>(
    context,
    `select distributor_id as "distributorId", from_period as "fromPeriod", until_period as "untilPeriod", name, currency,
       monthly_minimum_minor::text as "monthlyMinimumMinor", first_month as "firstMonth", prices
     from price_plan where programme_code = :programme`,
  );
  const issued = await ask<{ id: string; issuedAt: Date }>(
    context,
    `select id, issued_at as "issuedAt" from statement where id = any(:ids::uuid[])`,
    { ids: batch.map(({ id }) => id) },
  );
  const issuedAt = new Map(issued.map((one) => [one.id, one.issuedAt]));
  const rulesOf = await rulesByPeriod(context);
  const used = batch.flatMap(({ head, lines }) => [
    ...(head.exchange === null ? [] : [head.exchange]),
    ...lines.flatMap(({ exchange }) => exchange ?? []),
  ]);
  const periods = batch.map(({ head }) => head.period).sort();
  const published =
    used.length === 0
      ? []
      : await ask<Published>(
          context,
          `select base, currency, day, rate::text as rate, loaded_at as "loadedAt" from exchange_rate
           where day >= :from and day <= :to`,
          { from: `${periods[0] ?? ''}-01`, to: lastDayOf(periods.at(-1) ?? '') },
        );
  return batch.flatMap((statement) => {
    const { head, lines, id } = statement;
    const { currency, period, pricePlan } = head;
    const of = {
      period,
      issuedAt: issuedAt.get(id) ?? new Date(0),
      days: rulesOf(period).publishedWithinDays ?? WINDOW_DAYS,
    };
    const problems = holds(plans, statement) ? [] : ['its price list is not the one that holds for its month'];
    const problem = rateProblem(head.exchange, [pricePlan.currency, currency], of, published);
    if (problem !== null) problems.push(`it has ${problem}`);
    for (const line of lines) {
      const from = line.kind === 'term' || line.kind === 'extension' ? line.priceCurrency : line.currency;
      if (!['term', 'extension', 'correction', 'minimum_correction'].includes(line.kind)) continue;
      const wrong = rateProblem(line.exchange ?? null, [from, currency], of, published);
      if (wrong !== null) problems.push(`line ${line.lineNo} has ${wrong}`);
    }
    return problems.map((text) => `${head.number}: ${text}`);
  });
}
