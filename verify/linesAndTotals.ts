import type { IssuedStatement } from '../db/statements/statementStore.js';
import type { MeterCode } from '../domain/catalog/index.js';
import { canonicalJson } from '../domain/canonicalJson.js';
import { decimal, minorToDecimalString, roundToMinor, sumMinor } from '../domain/money.js';
import { amountOf, priceLine, type PriceStep } from '../domain/pricing/index.js';
import type { ExchangeRate } from '../domain/pricing/pricePlan.js';
import type { CorrectionLine, MinimumCorrectionLine, MinimumLine, Statement, UsageLine } from '../domain/statement.js';
import { ask, problemsOf, type Checker, type VerifyContext } from './context.js';
import { checkTermLine, licenceProblems } from './licencesBilled.js';
import { settledUsage, type SettledUsage } from './settledUsage.js';
import { firstKept, keptFrom } from './kept.js';
import { statementBatches } from './statementBatches.js';

type Say = (problem: string) => void;

function amountIsRated(
  line: { lineNo: number; steps: PriceStep[]; amountMinor: bigint },
  exchange: ExchangeRate | null,
  currency: string,
  say: Say,
): void {
  const exact = amountOf(line.steps);
  const rated = roundToMinor(exchange === null ? exact : exact.times(decimal(exchange.rate)), currency);
  if (rated !== line.amountMinor) {
    const [printed, billed] = [rated, line.amountMinor].map((minor) => minorToDecimalString(minor, currency));
    say(`line ${line.lineNo}: its formula gives ${printed ?? ''} ${currency}, billed are ${billed ?? ''}`);
  }
}

/** Prices the usage lines again, in their printed order, at the frozen price list. */
function checkUsageLines(statement: Statement, lines: readonly UsageLine[], say: Say): void {
  const counted = (line: UsageLine) => (line.firstMonthFree ? 0 : line.quantity);
  const totals = new Map<MeterCode, number>();
  for (const line of lines) totals.set(line.meter, (totals.get(line.meter) ?? 0) + counted(line));
  const used = new Map<MeterCode, number>();
  for (const line of lines) {
    const from = used.get(line.meter) ?? 0;
    used.set(line.meter, from + counted(line));
    if (line.quantity !== Math.max(0, line.peak - line.licensed)) {
      say(`line ${line.lineNo}: peak ${line.peak} less ${line.licensed} licensed is not ${line.quantity}`);
    }
    const price = statement.pricePlan.prices[line.meter];
    if (price === undefined) {
      say(`line ${line.lineNo}: the frozen price list has no price for ${line.meter}`);
      continue;
    }
    if (
      canonicalJson(priceLine(price, from, counted(line), totals.get(line.meter) ?? 0)) !== canonicalJson(line.steps)
    ) {
      say(`line ${line.lineNo}: its formula is not what the price list says for ${line.quantity} units`);
    }
    amountIsRated(line, statement.exchange, statement.currency, say);
  }
}

function checkMinimum(usage: readonly UsageLine[], minimum: MinimumLine, say: Say): void {
  const missing = minimum.minimumMinor - sumMinor(usage.map(({ amountMinor }) => amountMinor));
  if (missing !== minimum.amountMinor || missing <= 0n)
    say(`line ${minimum.lineNo}: not what is missing to the minimum`);
}

/** A correction is what its formula comes to at the rate of then, less what was billed, converted where it must be. */
function checkCorrection(
  line: CorrectionLine | MinimumCorrectionLine,
  rate: ExchangeRate | null,
  currency: string,
  say: Say,
): void {
  const { lineNo, ratedMinor, billedMinor, exchange } = line;
  if (line.kind === 'correction') amountIsRated({ ...line, amountMinor: ratedMinor }, rate, line.currency, say);
  const difference = decimal(minorToDecimalString(ratedMinor - billedMinor, line.currency));
  const booked = roundToMinor(exchange === null ? difference : difference.times(decimal(exchange.rate)), currency);
  if (booked !== line.amountMinor) say(`line ${lineNo}: its difference is not its amount`);
}

const describe = (line: SettledUsage | UsageLine) =>
  `${line.siteName}, ${line.tenantRef ?? 'unassigned'}, ${line.meter}`;
const keyOf = (line: SettledUsage | UsageLine) => JSON.stringify([line.siteId, line.tenantRef, line.meter]);

/** What was billed is what the frozen facts and the settled cases come to, no more and no less. */
function checkPeaks(lines: readonly UsageLine[], settled: readonly SettledUsage[], say: Say): void {
  const billed = new Map(lines.map((line) => [keyOf(line), line]));
  if (billed.size < lines.length) say('a site, tenant and meter is billed twice');
  for (const usage of settled) {
    const line = billed.get(keyOf(usage));
    billed.delete(keyOf(usage));
    if (line === undefined) {
      say(`${describe(usage)}: reconciled and not billed`);
    } else if (
      line.peak !== usage.peak ||
      line.basis !== usage.basis ||
      line.licensed !== usage.licensed ||
      canonicalJson(line.licensedDays ?? []) !== canonicalJson(usage.licensedDays)
    ) {
      say(
        `line ${line.lineNo} (${describe(usage)}): bills a peak of ${line.peak} (${line.basis}), ` +
          `reconciled and decided was ${usage.peak} (${usage.basis})`,
      );
    }
  }
  for (const line of billed.values()) say(`line ${line.lineNo} (${describe(line)}): billed and never reconciled`);
}

function checkStatement(
  { statement }: IssuedStatement,
  settled: readonly SettledUsage[],
  kept: string,
  rateOf: (number: string) => ExchangeRate | null | undefined,
): string[] {
  const problems: string[] = [];
  const say: Say = (problem) => problems.push(`${statement.number}: ${problem}`);
  const { lines, totalMinor, currency } = statement;
  const sum = sumMinor(lines.map(({ amountMinor }) => amountMinor));
  if (sum !== totalMinor) {
    const [added, total] = [sum, totalMinor].map((minor) => minorToDecimalString(minor, currency));
    say(`its lines add up to ${added ?? ''} ${currency}, its total says ${total ?? ''}`);
  }
  if (lines.some(({ lineNo }, index) => lineNo !== index + 1)) say('its lines are not numbered 1, 2, 3, …');
  const usage = lines.filter((line): line is UsageLine => line.kind === 'usage');
  checkUsageLines(statement, usage, say);
  for (const line of lines) {
    if (line.kind === 'minimum') checkMinimum(usage, line, say);
    if (line.kind === 'term' || line.kind === 'extension') checkTermLine(line, currency, say);
  }
  for (const line of lines) {
    if (line.kind !== 'correction' && line.kind !== 'minimum_correction') continue;
    const rate = rateOf(line.correctsNumber);
    // What it corrects may have gone by rule 15.
    if (rate === undefined && line.forPeriod < kept) continue;
    if (rate === undefined) say(`line ${line.lineNo}: corrects ${line.correctsNumber}, which is not there`);
    else checkCorrection(line, rate, currency, say);
  }
  checkPeaks(usage, settled, say);
  return problems;
}

/** The rates of statements that others correct, by number; corrections are converted as their statement was (rule 10). */
async function correctedRates(context: VerifyContext, batch: readonly IssuedStatement[]) {
  const numbers = batch.flatMap(({ statement }) =>
    statement.lines.flatMap((line) => ('correctsNumber' in line ? [line.correctsNumber] : [])),
  );
  if (numbers.length === 0) return new Map<string, ExchangeRate | null>();
  const found = await ask<{ number: string; exchange: ExchangeRate | null }>(
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
        else (l.content ->> 'ratedMinor')::bigint - (l.content ->> 'billedMinor')::bigint end), 0) as minor
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

/**
 * I2: lines add up to the total; each line's formula, multiplied and rounded once, is its amount; formulas are the frozen
 * price list's; licences are billed by what was agreed, each with its instalment; peaks are what the frozen facts and the settled cases come to, for every reconciled usage exactly once.
 */
export const checkLinesAndTotals: Checker = async (context) => {
  const problems: string[] = [];
  const kept = await firstKept(context, 'documents');
  for await (const batch of statementBatches(context)) {
    const settled = await settledUsage(context, batch);
    const rates = await correctedRates(context, batch);
    problems.push(...(await licenceProblems(context, batch)));
    for (const issued of batch) {
      problems.push(
        ...checkStatement(issued, settled.get(issued.statementId) ?? [], kept, (number) => rates.get(number)),
      );
    }
  }
  return [...problems, ...(await problemsOf(context, [CORRECTED_QUANTITIES]))];
};
