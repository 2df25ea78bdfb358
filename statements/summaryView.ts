import type { Day } from '../domain/period.js';
import {
  counted,
  formatDay,
  formatMinor,
  formatMinorNumber,
  formatPeriod,
  formatQuantity,
  messagesFor,
} from '../locales/index.js';
import {
  totalsByCurrency,
  type BillingSummary,
  type SummarisedCredit,
  type SummarisedStatement,
} from './billingSummary.js';
import { partyView } from './views/party.js';
import { body, small, strong, warning, type AttachmentView, type Cell, type FooterView } from './views/types.js';
import type { HeaderView, Section } from './views/types.js';

/** Every string a billing summary prints, in its language and in the order of the document. */
export interface BillingSummaryView {
  lang: string;
  title: string;
  date: Day;
  header: HeaderView;
  intro: string;
  totals: Section | null;
  statements: Section;
  /** Null: there are none. */
  credits: Section | null;
  /** Null: nothing waits for a decision. */
  parked: Section | null;
  footer: FooterView;
  attachment: AttachmentView;
}

/** Data to words. Pure; amounts in different currencies stand side by side and are never added. */
export function buildBillingSummaryView(summary: BillingSummary): BillingSummaryView {
  const { locale, distributor, vendor } = summary;
  const words = messagesFor(locale).summary;
  const period = formatPeriod(summary.period, locale);
  const supplement = summary.supplement === 0 ? null : words.supplement(String(summary.supplement));
  return {
    lang: locale,
    title: [words.title(period, distributor.name), supplement].filter((part) => part !== null).join(', '),
    date: summary.date,
    header: headerView(summary, supplement ?? period),
    intro: words.intro(distributor.name, vendor.name),
    totals: totalsSection(summary),
    statements: statementsSection(summary),
    credits: creditsSection(summary),
    parked: parkedSection(summary),
    footer: {
      text: [words.documentName, distributor.name, period, supplement].filter((part) => part !== null).join(' · '),
      page: (page, pages) => messagesFor(locale).statement.page(String(page), String(pages)),
    },
    attachment: { name: `lines-${summary.period}-${summary.supplement}.csv`, description: words.attachment },
  };
}

function headerView(summary: BillingSummary, mark: string): HeaderView {
  const { locale, distributor, vendor, period, date, statements, credits } = summary;
  const { summary: words, statement } = messagesFor(locale);
  return {
    issuer: vendor.name,
    documentName: words.documentName,
    number: mark,
    parties: [
      partyView(words.facts.distributor, distributor, statement.registrationNumber),
      partyView(words.facts.vendor, vendor, statement.registrationNumber),
    ],
    facts: [
      { label: words.facts.period, value: formatPeriod(period, locale) },
      { label: words.facts.date, value: formatDay(date, locale) },
      { label: words.facts.statements, value: counted(statements.length, words.statements, locale) },
      ...(credits.length > 0 ? [{ label: words.credits.title, value: formatQuantity(credits.length, locale) }] : []),
    ],
  };
}

function totalsSection(summary: BillingSummary): Section | null {
  const { locale } = summary;
  const { totals: words, credits } = messagesFor(locale).summary;
  const { title, columns } = words;
  const totals = totalsByCurrency(summary);
  if (totals.length === 0) return null;
  return {
    title,
    intro: null,
    columns: [columns.currency, columns.statements, columns.total],
    rows: totals.map((total) => [
      [body(total.currency)],
      [
        body(formatQuantity(total.statements, locale)),
        ...(total.credits > 0 ? [small(counted(total.credits, credits.counted, locale))] : []),
      ],
      [strong(formatMinor(total.totalMinor, total.currency, locale))],
    ]),
  };
}

function statementsSection({ locale, statements }: BillingSummary): Section {
  const words = messagesFor(locale).summary;
  const { columns } = words;
  return {
    title: words.list,
    intro: statements.length === 0 ? words.none : null,
    columns: [columns.number, columns.msp, columns.lines, columns.marks, columns.total, ''],
    rows: statements.map((statement) => statementRow(statement, locale)),
  };
}

function statementRow(statement: SummarisedStatement, locale: BillingSummary['locale']): Cell[] {
  const words = messagesFor(locale).statement;
  const { estimatedLines, correctionLines, currency } = statement;
  return [
    [body(statement.number)],
    [body(statement.mspName), small(words.registrationNumber(statement.registrationNumber))],
    [body(formatQuantity(statement.lineCount, locale))],
    [
      ...(estimatedLines > 0 ? [warning(counted(estimatedLines, words.estimatedLines, locale))] : []),
      ...(correctionLines > 0 ? [small(counted(correctionLines, words.correctionLines, locale))] : []),
    ],
    [body(formatMinorNumber(statement.totalMinor, currency, locale))],
    [body(currency)],
  ];
}

function creditsSection({ locale, credits }: BillingSummary): Section | null {
  if (credits.length === 0) return null;
  const { credits: words, columns } = messagesFor(locale).summary;
  return {
    title: words.title,
    intro: words.text,
    columns: [columns.number, words.columns.date, columns.msp, words.columns.corrects, words.columns.amount, ''],
    rows: credits.map((credit) => creditRow(credit, locale)),
  };
}

function creditRow(credit: SummarisedCredit, locale: BillingSummary['locale']): Cell[] {
  const { number, creditDate, mspName, registrationNumber, statementNumber, totalMinor, currency } = credit;
  return [
    [body(number)],
    [body(formatDay(creditDate, locale))],
    [body(mspName), small(messagesFor(locale).statement.registrationNumber(registrationNumber))],
    [body(statementNumber)],
    [body(formatMinorNumber(totalMinor, currency, locale))],
    [body(currency)],
  ];
}

function parkedSection({ locale, parked }: BillingSummary): Section | null {
  if (parked.length === 0) return null;
  const words = messagesFor(locale).summary.parked;
  return {
    title: words.title,
    intro: words.text,
    columns: [words.columns.msp, words.columns.reason],
    rows: parked.map(({ mspName, reason }) => [[body(mspName)], [body(reason)]]),
  };
}
