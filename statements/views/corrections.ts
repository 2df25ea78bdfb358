import type { CorrectionLine, LineOfEarlier, ManualCorrectionLine } from '../../domain/statement.js';
import { formatMinor, formatPeriod, formatUnitPrice } from '../../locales/index.js';
import { meterCell, placeCell, rateText, stepsCell, type DocumentContext } from './context.js';
import { licensedDaysMarks } from './usage.js';
import { body, small, warning, type Cell, type CellLine, type Section } from './types.js';

/**
 * One row per correction: what it corrects and why, the quantity before and after, what the line comes to by the prices
 * and the rate of then, what was billed for it so far, and the difference. Null: none.
 */
export function correctionsSection(context: DocumentContext, lines: readonly LineOfEarlier[]): Section | null {
  if (lines.length === 0) return null;
  const { corrections, usage } = context.words.statement;
  const { columns } = corrections;
  const { currency } = context;
  return {
    title: corrections.title,
    // How the rules reckon says nothing of what people changed.
    intro: lines.some(({ kind }) => kind !== 'manual_correction') ? corrections.prices : null,
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

/** What it comes to less what was billed, and the rate where that was in another currency (rules 10 and 20). */
function difference(context: DocumentContext, line: LineOfEarlier): CellLine[] {
  const { ratedMinor, billedMinor, currency, exchange } = line;
  const withheldMinor = line.kind === 'manual_correction' ? 0n : (line.withheldMinor ?? 0n);
  const { rated, billed, withheld } = context.words.statement.corrections;
  const amount = (minor: bigint) => formatMinor(minor, currency, context.locale);
  return [
    small(rated(amount(ratedMinor))),
    small(billed(amount(billedMinor))),
    ...(withheldMinor > 0n ? [small(withheld(amount(withheldMinor)))] : []),
    ...(exchange === null ? [] : [small(rateText(context, exchange))]),
  ];
}

function correctionRow(context: DocumentContext, line: LineOfEarlier): Cell[] {
  const { corrections } = context.words.statement;
  const corrects = [body(formatPeriod(line.forPeriod, context.locale)), small(line.correctsNumber)];
  const number = [small(String(line.lineNo))];
  const amount = [body(context.number(line.amountMinor))];
  if (line.kind === 'minimum_correction') {
    const minimum = corrections.minimum(formatMinor(line.minimumMinor, line.currency, context.locale));
    return [number, [body(minimum)], [], corrects, [], [], difference(context, line), amount];
  }
  if (line.kind === 'manual_correction') return [number, ...manualCells(context, line, corrects), amount];
  const ofThen = {
    ...context,
    price: (unitPrice: string) => formatUnitPrice(unitPrice, line.priceCurrency, context.locale),
  };
  return [
    number,
    placeCell(context, line),
    meterCell(context, line.meter),
    [...corrects, warning(corrections.reasons[line.reason]), ...marksOf(context, line)],
    [body(context.count(line.oldQuantity))],
    [body(context.count(line.newQuantity))],
    [
      ...stepsCell(ofThen, line.steps),
      ...(line.rate === null ? [] : [small(rateText(context, line.rate))]),
      ...difference(context, line),
    ],
    amount,
  ];
}

/** How the quantity of now comes about where it is not what was reported: as on a line of usage. */
function marksOf(context: DocumentContext, line: CorrectionLine): CellLine[] {
  const { words, count, locale } = context;
  const { usage } = words.statement;
  const { peak, basis, licensed, licensedDays = [], newQuantity } = line;
  const isSaid = basis !== 'reported' && (peak > 0 || basis === 'waived' || basis === 'deferred');
  const month = formatPeriod(line.forPeriod, locale);
  return [
    ...(isSaid ? [basis === 'estimated' ? warning(words.bases.estimated) : small(words.bases[basis])] : []),
    ...(licensedDays.length > 0 ? licensedDaysMarks(context, licensedDays) : []),
    ...(licensedDays.length === 0 && licensed > 0
      ? [small(usage.licensedDays(month, count(peak), count(licensed), count(newQuantity)))]
      : []),
    ...(line.firstMonthFree ? [small(usage.firstMonth)] : []),
  ];
}

/** What it corrects by hand, why, and how: the cells between number and amount. */
function manualCells(context: DocumentContext, line: ManualCorrectionLine, corrects: Cell): Cell[] {
  const { byHand } = context.words.statement.corrections;
  const { locale, count } = context;
  const ofThen = {
    ...context,
    price: (unitPrice: string) => formatUnitPrice(unitPrice, line.priceCurrency ?? line.currency, locale),
  };
  const where =
    line.correctsLine === null
      ? [body(context.words.statement.findings.wholeStatement)]
      : line.siteName === null
        ? [body(byHand.minimum)]
        : placeCell(context, { ...line, siteName: line.siteName });
  const quantity = (units: number | null) => (units === null ? [] : [body(count(units))]);
  return [
    [...where, small(byHand.reason(line.reason))],
    line.meter === null ? [] : meterCell(context, line.meter),
    [
      ...corrects,
      ...(line.correctsLine === null ? [] : [small(byHand.line(String(line.correctsLine)))]),
      warning(byHand.changes[line.change]),
    ],
    quantity(line.oldQuantity),
    quantity(line.newQuantity),
    [
      ...(line.change === 'quantity' ? stepsCell(ofThen, line.steps) : []),
      ...(line.rate === null ? [] : [small(rateText(context, line.rate))]),
      ...difference(context, line),
    ],
  ];
}
