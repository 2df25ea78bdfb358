import type { UsageLine } from '../../domain/statement.js';
import type { LicensedDays } from '../../domain/usage.js';
import { formatDayOfYear } from '../../locales/index.js';
import { meterCell, placeCell, stepsCell, type DocumentContext, type ViewContext } from './context.js';
import { body, small, warning, type Cell, type CellLine, type Section } from './types.js';

/** One row per site, tenant and meter: count, billable quantity, formula and amount. */
export function usageSection(context: ViewContext, lines: readonly UsageLine[]): Section {
  const { usage, noUsage } = context.words.statement;
  const { columns } = usage;
  const { currency, pricePlan } = context.statement;
  return {
    title: usage.title,
    intro: lines.length === 0 ? noUsage : null,
    columns: [
      columns.no,
      columns.where,
      columns.meter,
      columns.count,
      columns.quantity,
      `${columns.price} (${pricePlan.currency})`,
      `${columns.amount} (${currency})`,
    ],
    rows: lines.map((line) => usageRow(context, line)),
  };
}

function usageRow(context: ViewContext, line: UsageLine): Cell[] {
  const day = line.peakOn === null ? [] : [small(formatDayOfYear(line.peakOn, context.locale))];
  return [
    [small(String(line.lineNo))],
    placeCell(context, line),
    meterCell(context, line.meter),
    [body(context.count(line.peak)), ...day],
    [body(context.count(line.quantity)), ...marksOf(context, line)],
    stepsCell(context, line.steps),
    [body(context.number(line.amountMinor))],
  ];
}

/** What the reader must know about a quantity besides its number. An ordinary, reported one needs no mark. */
function marksOf(context: ViewContext, line: UsageLine): CellLine[] {
  const { words } = context;
  const marks: CellLine[] = [];
  if (line.basis === 'estimated') marks.push(warning(words.bases.estimated));
  else if (line.basis !== 'reported') marks.push(small(words.bases[line.basis]));
  marks.push(...licenceMarks(context, line));
  if (line.firstMonthFree) marks.push(small(words.statement.usage.firstMonth));
  return marks;
}

/** What licences take off the count; where they begin or end within the month, the difference of each span of days. */
function licenceMarks(context: ViewContext, line: UsageLine): CellLine[] {
  const { words, count } = context;
  if (line.licensedDays !== undefined && line.licensedDays.length > 0)
    return licensedDaysMarks(context, line.licensedDays);
  return line.licensed > 0 ? [small(words.statement.usage.licensed(count(line.licensed)))] : [];
}

/** The difference of each span of days, of which the highest counts. */
export function licensedDaysMarks(
  { words, count, locale }: DocumentContext,
  licensedDays: readonly LicensedDays[],
): CellLine[] {
  const { usage, days } = words.statement;
  const spans = licensedDays.map((span) => {
    const when = days(formatDayOfYear(span.first, locale), formatDayOfYear(span.last, locale));
    const metered = count(Math.max(0, span.count - span.licensed));
    return small(usage.licensedDays(when, count(span.count), count(span.licensed), metered));
  });
  return [small(usage.highestDays), ...spans];
}
