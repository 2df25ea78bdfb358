import type { CorrectionLine } from '../../domain/statement.js';
import { formatPeriod } from '../../locales/index.js';
import { meterCell, placeCell, rateText, stepsCell, type ViewContext } from './context.js';
import { body, small, warning, type Cell, type Section } from './types.js';

/** One row per correction: what it corrects and why, the quantity before and after, the difference. Null: none. */
export function correctionsSection(context: ViewContext, lines: readonly CorrectionLine[]): Section | null {
  if (lines.length === 0) return null;
  const { corrections, usage } = context.words.statement;
  const { columns } = corrections;
  const { currency } = context.statement;
  return {
    title: corrections.title,
    intro: corrections.prices,
    columns: [
      columns.no,
      columns.where,
      columns.meter,
      columns.corrects,
      columns.was,
      columns.now,
      usage.columns.price,
      `${columns.amount} (${currency})`,
    ],
    rows: lines.map((line) => correctionRow(context, line)),
  };
}

function correctionRow(context: ViewContext, line: CorrectionLine): Cell[] {
  const { reasons } = context.words.statement.corrections;
  return [
    [small(String(line.lineNo))],
    placeCell(context, line),
    meterCell(context, line.meter),
    [body(formatPeriod(line.forPeriod, context.locale)), small(line.correctsNumber), warning(reasons[line.reason])],
    [body(context.count(line.oldQuantity))],
    [body(context.count(line.newQuantity))],
    [...stepsCell(context, line.steps), ...(line.exchange == null ? [] : [small(rateText(context, line.exchange))])],
    [body(context.number(line.amountMinor))],
  ];
}
