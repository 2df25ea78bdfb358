import { exact, inWords, major, rounded, sum, times } from './evaluate/exact.js';
import { keyOf } from './evaluate/known.js';
import { printedProducts, productsOf, sameProducts } from './evaluate/price.js';
import { ask, problemsOf, type Checker, type VerifyContext } from './context.js';
import { byHandProblems } from './correctedByHand.js';
import { creditsInPacks } from './creditsInPacks.js';
import { amountIsRated, checkCorrection, type Say } from './correctionLine.js';
import { checkTermLine, licenceProblems } from './licencesBilled.js';
import { pricesProblems } from './pricesThen.js';
import { settledUsage, type SettledUsage } from './settledUsage.js';
import { firstKept, keptFrom } from './kept.js';
import {
  statementBatches,
  type PriceList,
  type Rate,
  type StoredLine,
  type StoredStatement,
} from './statementBatches.js';

const minor = (line: { amountMinor: string }) => BigInt(line.amountMinor);

/** Prices the usage lines again, in their printed order, at the frozen price list. */
function checkUsageLines({ head }: StoredStatement, lines: readonly StoredLine[], say: Say): void {
  const { pricePlan, exchange, currency } = head;
  const counted = (line: StoredLine) => (line.firstMonthFree ? 0 : line.quantity);
  const totals = new Map<string, number>();
  for (const line of lines) totals.set(line.meter, (totals.get(line.meter) ?? 0) + counted(line));
  const used = new Map<string, number>();
  for (const line of lines) {
    const before = used.get(line.meter) ?? 0;
    used.set(line.meter, before + counted(line));
    if (line.quantity !== Math.max(0, line.peak - line.licensed)) {
      say(`line ${line.lineNo}: peak ${line.peak} less ${line.licensed} licensed is not ${line.quantity}`);
    }
    const price = pricePlan.prices[line.meter];
    if (price === undefined) {
      say(`line ${line.lineNo}: the frozen price list has no price for ${line.meter}`);
      continue;
    }
    const products = productsOf(price, { before, units: counted(line), total: totals.get(line.meter) ?? 0 });
    if (products === undefined) {
      say(`line ${line.lineNo}: prices of the model ${price.model} are not known to verify (verify/evaluate/price)`);
    } else if (!sameProducts(products, printedProducts(line.steps))) {
      say(`line ${line.lineNo}: its formula is not what the price list says for ${line.quantity} units`);
    }
    amountIsRated(line, minor(line), exchange, currency, say);
  }
}

/** Rule 9: a list's monthly minimum in the statement's currency, converted and rounded once; null: none. */
export function minimumOf(list: PriceList, rate: Rate | null, currency: string): bigint | null {
  if (list.monthlyMinimumMinor === null) return null;
  const listed = BigInt(list.monthlyMinimumMinor);
  return rate === null ? listed : rounded(times(major(listed, list.currency), exact(rate.rate)), currency);
}

function checkMinimum({ head, lines }: StoredStatement, usage: readonly StoredLine[], say: Say): void {
  const minimum = minimumOf(head.pricePlan, head.exchange, head.currency);
  const missing = minimum === null ? 0n : minimum - sum(usage.map(minor));
  const printed = lines.filter(({ kind }) => kind === 'minimum');
  for (const { lineNo, minimumMinor } of printed) {
    if (BigInt(minimumMinor) !== minimum) say(`line ${lineNo}: the minimum is another`);
  }
  const billed = sum(printed.map(minor));
  if (billed === (missing > 0n ? missing : 0n) && printed.length < 2) return;
  const where = printed.map(({ lineNo }) => `line ${lineNo}: `).join('');
  say(`${where}not what is missing to the minimum: ${inWords(billed, head.currency)}`);
}

const describe = (line: { siteName: string; tenantRef: string | null; meter: string }) =>
  `${line.siteName}, ${line.tenantRef ?? 'unassigned'}, ${line.meter}`;
const keyOfLine = (line: { siteId: string; tenantRef: string | null; meter: string }) =>
  keyOf(line.siteId, line.tenantRef, line.meter);
const days = (spans: SettledUsage['licensedDays']) =>
  spans.map(({ first, last, count, licensed }) => `${first} ${last} ${count} ${licensed}`).join();

/** What was billed is what the frozen facts and the settled cases come to, no more and no less. */
function checkPeaks(
  { head }: StoredStatement,
  lines: readonly StoredLine[],
  settled: readonly SettledUsage[],
  say: Say,
): void {
  const billed = new Map(lines.map((line) => [keyOfLine(line), line]));
  if (billed.size < lines.length) say('a site, tenant and meter is billed twice');
  for (const usage of settled) {
    const line = billed.get(keyOfLine(usage));
    billed.delete(keyOfLine(usage));
    if (line === undefined) {
      say(`${describe(usage)}: reconciled and not billed`);
      continue;
    }
    const { lineNo } = line;
    if (
      line.peak !== usage.peak ||
      line.basis !== usage.basis ||
      line.licensed !== usage.licensed ||
      days(line.licensedDays ?? []) !== days(usage.licensedDays)
    ) {
      say(
        `line ${lineNo} (${describe(usage)}): bills a peak of ${line.peak} (${line.basis}), ` +
          `reconciled and decided was ${usage.peak} (${usage.basis})`,
      );
    } else if (line.quantity !== usage.quantity) {
      say(`line ${lineNo} (${describe(usage)}): bills ${line.quantity}, licences leave ${usage.quantity}`);
    }
    // Rule 8.
    if (line.firstMonthFree !== (usage.firstMonth && head.pricePlan.firstMonth === 'unbilled')) {
      say(`line ${lineNo} (${describe(usage)}): its first month is ${line.firstMonthFree ? 'not billed' : 'billed'}`);
    }
  }
  for (const line of billed.values()) say(`line ${line.lineNo} (${describe(line)}): billed and never reconciled`);
}

function checkStatement(
  statement: StoredStatement,
  settled: readonly SettledUsage[],
  kept: string,
  rateOf: (number: string) => Rate | null | undefined,
): string[] {
  const problems: string[] = [];
  const { head, lines } = statement;
  const { number, totalMinor, currency } = head;
  const say: Say = (problem) => problems.push(`${number}: ${problem}`);
  const added = sum(lines.map(minor));
  if (added !== BigInt(totalMinor)) {
    say(`its lines add up to ${inWords(added, currency)}, its total says ${inWords(BigInt(totalMinor), currency)}`);
  }
  if (lines.some(({ lineNo }, index) => lineNo !== index + 1)) say('its lines are not numbered 1, 2, 3, …');
  const usage = lines.filter(({ kind }) => kind === 'usage');
  checkUsageLines(statement, usage, say);
  checkMinimum(statement, usage, say);
  for (const line of lines) {
    if (line.kind === 'manual_correction') checkCorrection(line, line.rate, currency, say);
    if (line.kind === 'term' || line.kind === 'extension') checkTermLine(line, currency, say);
    if (line.kind !== 'correction' && line.kind !== 'minimum_correction') continue;
    const rate = rateOf(line.correctsNumber);
    // What it corrects may have gone by rule 15.
    if (rate === undefined && line.forPeriod < kept) continue;
    if (rate === undefined) say(`line ${line.lineNo}: corrects ${line.correctsNumber}, which is not there`);
    else checkCorrection(line, rate, currency, say);
  }
  checkPeaks(statement, usage, settled, say);
  return problems;
}

/** The rates of statements that others correct, by number; corrections are converted as their statement was (rule 10). */
async function correctedRates(context: VerifyContext, batch: readonly StoredStatement[]) {
  const numbers = batch.flatMap(({ lines }) =>
    lines.flatMap(({ kind, correctsNumber }) =>
      kind === 'correction' || kind === 'minimum_correction' ? [correctsNumber] : [],
    ),
  );
  if (numbers.length === 0) return new Map<string, Rate | null>();
  const found = await ask<{ number: string; exchange: Rate | null }>(
    context,
    `select number, nullif(content -> 'exchange', 'null') as exchange from statement where number = any(:numbers)`,
    { numbers: [...new Set(numbers)] },
  );
  return new Map(found.map(({ number, exchange }) => [number, exchange]));
}

/** What a correction says was billed before, in units and money: the corrected line, and the corrections between. */
const CORRECTED_QUANTITIES = `
  select format('%s: line %s corrects %s from %s (%s minor units), billed were %s (%s)', s.number, c.line_no,
    c.content ->> 'correctsNumber', c.content ->> 'oldQuantity', c.content ->> 'billedMinor', f.billed, f.minor) as problem
  from statement_line c
  join statement s on s.msp_id = c.msp_id and s.id = c.statement_id
  cross join lateral (
    select coalesce(sum(l.quantity), 0) as billed,
      coalesce(sum(case l.kind when 'usage' then l.amount_minor
        else (l.content ->> 'ratedMinor')::bigint - (l.content ->> 'billedMinor')::bigint
          + coalesce((l.content ->> 'withheldMinor')::bigint, 0) end), 0) as minor
    from statement_line l
    where l.msp_id = c.msp_id and l.site_id = c.site_id and l.meter = c.meter
      and l.tenant_ref is not distinct from c.tenant_ref
      and (l.kind = 'usage' and l.period = c.for_period
        or l.kind = 'correction' and l.for_period = c.for_period and l.period < c.period)
  ) f
  where c.programme_code = :programme and c.kind = 'correction' and (:period::text is null or c.period = :period)
    and c.for_period >= ${keptFrom('documents')}
    and (f.billed <> (c.content ->> 'oldQuantity')::int or f.minor <> (c.content ->> 'billedMinor')::bigint
      or c.quantity <> (c.content ->> 'newQuantity')::int - (c.content ->> 'oldQuantity')::int)
  order by 1`;

/** The same of what was missing to the minimum. */
const CORRECTED_MINIMUMS = `
  select format('%s: line %s corrects the minimum of %s from %s minor units, billed were %s', s.number, c.line_no,
    c.content ->> 'correctsNumber', c.content ->> 'billedMinor', f.minor) as problem
  from statement_line c
  join statement s on s.msp_id = c.msp_id and s.id = c.statement_id
  cross join lateral (
    select coalesce(sum(case l.kind when 'minimum' then l.amount_minor
      else (l.content ->> 'ratedMinor')::bigint - (l.content ->> 'billedMinor')::bigint
          + coalesce((l.content ->> 'withheldMinor')::bigint, 0) end), 0) as minor
    from statement_line l
    where l.msp_id = c.msp_id and l.programme_code = c.programme_code
      and (l.kind = 'minimum' and l.period = c.for_period
        or l.kind = 'minimum_correction' and l.for_period = c.for_period and l.period < c.period)
  ) f
  where c.programme_code = :programme and c.kind = 'minimum_correction' and (:period::text is null or c.period = :period)
    and f.minor <> (c.content ->> 'billedMinor')::bigint
  order by 1`;

/** The day that a line names is the peak's of the installation that was seen with most; what people set has none. */
const PEAK_DAYS = `
  with frozen as (
    select distinct on (r.period, r.msp_id, r.site_id, u ->> 'tenantRef', u ->> 'meter') r.period, r.msp_id, r.site_id,
      u ->> 'tenantRef' as tenant_ref, u ->> 'meter' as meter,
      case when i.part ->> 'observed' is not null then i.part ->> 'observedOn' end as day
    from reconciled_site r cross join jsonb_array_elements(r.facts -> 'usage') u
    left join jsonb_array_elements(u -> 'installations') with ordinality i(part, place) on true
    where r.programme_code = :programme and (:period::text is null or r.period = :period)
    order by r.period, r.msp_id, r.site_id, u ->> 'tenantRef', u ->> 'meter', (i.part ->> 'observed')::int desc nulls last,
      i.place
  )
  select format('%s: line %s says %s for the day of its peak, by the frozen facts it is %s', s.number, l.line_no,
    coalesce(l.content ->> 'peakOn', 'nothing'), coalesce(d.day, 'none')) as problem
  from statement_line l join statement s on s.msp_id = l.msp_id and s.id = l.statement_id
  join frozen f on f.period = s.period and f.msp_id = s.msp_id and f.site_id = l.site_id and f.meter = l.meter
    and coalesce(f.tenant_ref, E'\\x01') = coalesce(l.tenant_ref, E'\\x01')
  cross join lateral (select case when l.basis not in ('decided', 'waived', 'deferred') then f.day end as day) d
  where s.programme_code = :programme and l.kind = 'usage' and (:period::text is null or s.period = :period)
    and l.content ->> 'peakOn' is distinct from d.day
  order by 1`;

/**
 * I2: lines add up to the total; each line's formula, multiplied and rounded once, is its amount; formulas are the frozen
 * price list's, which is the one that holds for the month; licences are billed by what was agreed, each with its instalment;
 * peaks are what the frozen facts and the settled cases come to, for every reconciled usage exactly once.
 */
export const checkLinesAndTotals: Checker = async (context) => {
  const problems: string[] = [];
  const kept = await firstKept(context, 'documents');
  for await (const batch of statementBatches(context)) {
    const settled = await settledUsage(context, batch);
    const rates = await correctedRates(context, batch);
    problems.push(...(await licenceProblems(context, batch)), ...(await pricesProblems(context, batch)));
    for (const statement of batch) {
      problems.push(...checkStatement(statement, settled.get(statement.id) ?? [], kept, (number) => rates.get(number)));
    }
  }
  return [
    ...problems,
    ...(await problemsOf(context, [PEAK_DAYS, CORRECTED_QUANTITIES, CORRECTED_MINIMUMS])),
    ...(await byHandProblems(context)),
    ...(await creditsInPacks(context)),
  ];
};
