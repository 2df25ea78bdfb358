import { sumMinor } from '../domain/money.js';
import { periodDays } from '../domain/period.js';
import type {
  ExtensionLine,
  LineOfEarlier,
  MinimumLine,
  Statement,
  StatementLine,
  TermLine,
  UsageLine,
} from '../domain/statement.js';
import { isOfEarlier } from '../domain/statement.js';
import { counted, formatDay, formatDecimal, formatMinor, formatPeriod } from '../locales/index.js';
import { arithmeticSection } from './views/arithmetic.js';
import { chartView } from './views/chart.js';
import { contextOf, rateText, type ViewContext } from './views/context.js';
import { correctionsSection } from './views/corrections.js';
import { findingsSection } from './views/findings.js';
import { partyView } from './views/party.js';
import type { HeaderView, StatementView, SumRow, TextBlock, TotalView } from './views/types.js';
import { termsSection } from './views/terms.js';
import { usageSection } from './views/usage.js';

export type { StatementView } from './views/types.js';

interface LinesByKind {
  usage: UsageLine[];
  corrections: LineOfEarlier[];
  minimum: MinimumLine[];
  terms: (TermLine | ExtensionLine)[];
}

function linesByKind(lines: readonly StatementLine[]): LinesByKind {
  return {
    usage: lines.filter((line) => line.kind === 'usage'),
    corrections: lines.filter(isOfEarlier),
    minimum: lines.filter((line) => line.kind === 'minimum'),
    terms: lines.filter((line) => line.kind === 'term' || line.kind === 'extension'),
  };
}

/** Data to words: every string a statement prints, in its language. Pure; the amounts are the frozen ones. */
export function buildStatementView(statement: Statement): StatementView {
  const context = contextOf(statement);
  const { locale, words } = context;
  const lines = linesByKind(statement.lines);
  const period = formatPeriod(statement.period, locale);
  return {
    lang: locale,
    title: words.statement.title(statement.number, period),
    date: statement.statementDate,
    header: headerView(context),
    total: totalView(context, lines),
    chart: chartView(context),
    arithmetic: arithmeticSection(context, lines.usage),
    exchange: exchangeView(context),
    usage: usageSection(context, lines.usage),
    terms: termsSection(context, lines.terms),
    corrections: correctionsSection(context, lines.corrections),
    sums: sumRows(context, lines),
    findings: findingsSection(context, statement.findings),
    notes: notesView(context, lines.usage),
    footer: {
      text: [statement.number, statement.msp.name, period].join(' · '),
      page: (page, pages) => words.statement.page(String(page), String(pages)),
    },
    attachment: { name: `${statement.number}.csv`, description: words.statement.attachment },
  };
}

function headerView({ statement, words, locale }: ViewContext): HeaderView {
  const { facts, parties, documentName, days, pricePlan } = words.statement;
  const day = (date: string) => formatDay(date, locale);
  const revision = statement.revision > 1 ? `${facts.revision} ${statement.revision}` : null;
  const { first, last } = periodDays(statement.period);
  return {
    issuer: statement.vendor.name,
    documentName,
    number: statement.number,
    parties: [
      partyView(parties.msp, statement.msp, words.statement.registrationNumber),
      partyView(parties.distributor, statement.distributor, words.statement.registrationNumber),
      partyView(parties.vendor, statement.vendor, words.statement.registrationNumber),
    ],
    facts: [
      { label: facts.number, value: revision === null ? statement.number : `${statement.number} (${revision})` },
      { label: facts.date, value: day(statement.statementDate) },
      { label: facts.period, value: days(day(first), day(last)) },
      { label: facts.zone, value: statement.zone },
      { label: facts.currency, value: statement.currency },
      {
        label: facts.pricePlan,
        value: pricePlan(statement.pricePlan.name, day(periodDays(statement.pricePlan.fromPeriod).first)),
      },
    ],
  };
}

function totalView({ statement, words, locale, amount }: ViewContext, lines: LinesByKind): TotalView {
  const { total, lines: lineForms, estimatedLines, correctionLines, notInvoice } = words.statement;
  const estimated = lines.usage.filter(({ basis }) => basis === 'estimated').length;
  return {
    label: total(formatPeriod(statement.period, locale)),
    amount: amount(statement.totalMinor),
    details: [
      counted(statement.lines.length, lineForms, locale),
      ...(estimated > 0 ? [counted(estimated, estimatedLines, locale)] : []),
      ...(lines.corrections.length > 0 ? [counted(lines.corrections.length, correctionLines, locale)] : []),
    ],
    notInvoice: notInvoice(statement.distributor.name),
  };
}

function exchangeView({ statement, words, locale }: ViewContext): TextBlock | null {
  if (statement.exchange === null) return null;
  const { title, rounding } = words.statement.exchange;
  const rate = rateText({ words, locale }, statement.exchange);
  return { title, paragraphs: [rate, rounding(statement.exchange.currency)] };
}

/** The minimum; where its currency is another, what it is converted from, by the rate that the document prints. */
function minimumText({ statement, amount, locale }: ViewContext, { minimumMinor }: MinimumLine): string {
  const { exchange, pricePlan } = statement;
  if (exchange === null || pricePlan.monthlyMinimumMinor === null) return amount(minimumMinor);
  const own = formatMinor(pricePlan.monthlyMinimumMinor, pricePlan.currency, locale);
  return `${own} × ${formatDecimal(exchange.rate, locale)} = ${amount(minimumMinor)}`;
}

function sumRows(context: ViewContext, lines: LinesByKind): SumRow[] {
  const { statement, words, amount } = context;
  const { totals, usage } = words.statement;
  const sumOf = (some: readonly StatementLine[]) => amount(sumMinor(some.map(({ amountMinor }) => amountMinor)));
  const rows: SumRow[] = [{ label: totals.usage, amount: sumOf(lines.usage), isTotal: false }];
  for (const line of lines.minimum) {
    // It has no row of its own above: its number stands here, so that none is missing.
    const label = `${usage.columns.no} ${line.lineNo}: ${totals.minimum(minimumText(context, line))}`;
    rows.push({ label, amount: amount(line.amountMinor), isTotal: false });
  }
  if (lines.terms.length > 0) rows.push({ label: totals.terms, amount: sumOf(lines.terms), isTotal: false });
  if (lines.corrections.length > 0) {
    rows.push({ label: totals.corrections, amount: sumOf(lines.corrections), isTotal: false });
  }
  const total: SumRow = { label: totals.total, amount: amount(statement.totalMinor), isTotal: true };
  return rows.length === 1 ? [total] : [...rows, total];
}

function notesView({ words }: ViewContext, usage: readonly UsageLine[]): TextBlock {
  const { notes } = words.statement;
  const bases = new Set(usage.map(({ basis }) => basis));
  return {
    title: notes.title,
    paragraphs: [
      ...(bases.has('estimated') ? [notes.estimated] : []),
      ...(bases.has('waived') ? [notes.waived] : []),
      ...(bases.has('deferred') ? [notes.deferred] : []),
      notes.rounding,
      notes.attachment,
    ],
  };
}
