import { productByCode } from '../domain/catalog/index.js';
import type { Day } from '../domain/period.js';
import { quoteLineMinor, quoteTotalMinor, type QuotePaper } from '../domain/quote.js';
import {
  counted,
  formatDay,
  formatMinor,
  formatMinorNumber,
  formatQuantity,
  formatUnitPrice,
  localeOf,
  messagesFor,
  withCurrency,
} from '../locales/index.js';
import { partyView } from './views/party.js';
import { body, small, type FooterView, type HeaderView, type PartyView } from './views/types.js';
import type { Section, SumRow, TotalView } from './views/types.js';

/** Every string a service quote prints, in the language of the company that asked and in the order of the document. */
export interface QuoteView {
  lang: string;
  title: string;
  date: Day;
  header: HeaderView;
  total: TotalView;
  rows: Section;
  sums: SumRow[];
  notes: string[];
  footer: FooterView;
}

/** A company need not have said where it is. */
function partyOf(label: string, of: QuotePaper['company'], numbered: (number: string) => string): PartyView {
  const { lines, ...party } = partyView(label, of, numbered);
  return { ...party, lines: lines.filter((line) => line !== '') };
}

/** Data to words. Pure. */
export function buildQuoteView(paper: QuotePaper): QuoteView {
  const locale = localeOf(paper.locale);
  const { quote: words, statement } = messagesFor(locale);
  const { number, vendor, company, currency, lines, product, quantity, years } = paper;
  const validUntil = formatDay(paper.validUntil, locale);
  const total = formatMinor(quoteTotalMinor(lines, currency), currency, locale);
  const { columns } = statement.usage;
  return {
    lang: locale,
    title: words.title(number, company.name),
    date: paper.date,
    header: {
      issuer: vendor.name,
      documentName: words.documentName,
      number,
      parties: [
        partyOf(words.parties.from, vendor, statement.registrationNumber),
        partyOf(words.parties.for, company, statement.registrationNumber),
      ],
      facts: [
        { label: words.facts.programme, value: paper.programmeName },
        { label: words.facts.product, value: productByCode(product)?.name ?? product },
        { label: columns.quantity, value: formatQuantity(quantity, locale) },
        ...(years === null ? [] : [{ label: words.facts.term, value: counted(years, words.years, locale) }]),
        { label: statement.facts.date, value: formatDay(paper.date, locale) },
        { label: words.facts.validUntil, value: validUntil },
        { label: statement.facts.zone, value: paper.zone },
      ],
    },
    total: { label: words.total, amount: total, details: [words.until(validUntil)], notInvoice: words.bindsNobody },
    rows: {
      title: words.rows,
      intro: words.wished(paper.wish),
      columns: [columns.no, words.columns.what, columns.quantity, words.columns.price, columns.amount],
      rows: lines.map((line, index) => [
        [small(String(index + 1))],
        [body(line.text)],
        [body(formatQuantity(line.quantity, locale))],
        [body(withCurrency(formatUnitPrice(line.unitPrice, currency, locale), currency, locale))],
        [body(formatMinorNumber(quoteLineMinor(line, currency), currency, locale))],
      ]),
    },
    sums: [{ label: words.total, amount: total, isTotal: true }],
    notes: [
      ...(paper.note === null ? [] : [paper.note]),
      ...(paper.isOrder ? [words.notes.order] : []),
      words.notes.tax,
    ],
    footer: {
      text: [number, vendor.name, company.name].join(' · '),
      page: (page, pages) => statement.page(String(page), String(pages)),
    },
  };
}
