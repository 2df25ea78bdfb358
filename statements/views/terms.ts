import { dueMinor } from '../../domain/licences/termPrice.js';
import type { ExtensionLine, TermLine } from '../../domain/statement.js';
import { formatDay, formatUnitPrice } from '../../locales/index.js';
import { Temporal } from 'temporal-polyfill';
import { meterCell, rateText, type ViewContext } from './context.js';
import { body, small, type Cell, type Section } from './types.js';

/** One row per licence billed in the period (rule 22): its days, units, arithmetic and amount. Null: none. */
export function termsSection(context: ViewContext, lines: readonly (TermLine | ExtensionLine)[]): Section | null {
  if (lines.length === 0) return null;
  const { terms, usage } = context.words.statement;
  const { columns } = usage;
  return {
    title: terms.title,
    intro: terms.rule,
    columns: [
      columns.no,
      columns.where,
      columns.meter,
      terms.columns.days,
      columns.quantity,
      columns.price,
      `${columns.amount} (${context.statement.currency})`,
    ],
    rows: lines.map((line) => termRow(context, line)),
  };
}

function termRow(context: ViewContext, line: TermLine | ExtensionLine): Cell[] {
  const { words, locale, count } = context;
  const { terms, days } = words.statement;
  // People read the last day that is covered; what is kept is the first that is not.
  const last = Temporal.PlainDate.from(line.endsOn).subtract({ days: 1 }).toString();
  const { no, of } = line.instalment;
  return [
    [small(String(line.lineNo))],
    [body(line.siteName), small(line.tenantName ?? terms.wholeSite)],
    meterCell(context, line.meter),
    [
      body(days(formatDay(line.startsOn, locale), formatDay(last, locale))),
      ...(line.kind === 'extension' ? [small(terms.extension(count(line.daysLeft), count(line.termDays)))] : []),
    ],
    [body(count(line.count))],
    priceCell(context, line, { no: count(no), of: count(of) }),
    [body(context.number(line.amountMinor))],
  ];
}

/** `10 × 24.00 × 2`, for an extension `× 170 / 730`; then in which currency, which instalment, at which rate. */
function priceCell(context: ViewContext, line: TermLine | ExtensionLine, { no, of }: { no: string; of: string }): Cell {
  const { words, locale, count } = context;
  const { terms } = words.statement;
  const price = formatUnitPrice(line.unitPrice, line.priceCurrency, locale);
  const share = line.kind === 'extension' ? ` × ${count(line.daysLeft)} / ${count(line.termDays)}` : '';
  return [
    body(`${count(line.count)} × ${price} × ${count(line.years)}${share}`),
    small(terms.price(line.priceCurrency)),
    ...(line.instalment.of > 1 ? [small(terms.instalment(no, of))] : []),
    ...(line.instalment.no > 1 ? [small(dueText(context, line))] : []),
    ...(line.exchange === null ? [] : [small(rateText({ words, locale }, line.exchange))]),
  ];
}

/** Rule 11: both numbers are rounded, so a later instalment is not always its share of the whole. */
function dueText({ words, number, currency }: ViewContext, line: TermLine | ExtensionLine): string {
  const share = line.kind === 'term' ? null : line;
  const { no, of } = line.instalment;
  const upTo = (instalment: number) =>
    number(dueMinor({ ...line, share }, { no: instalment, of }, line.exchange?.rate ?? null, currency));
  return words.statement.terms.instalmentDue(upTo(no), upTo(no - 1));
}
