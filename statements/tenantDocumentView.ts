import type { Day } from '../domain/period.js';
import type { TenantDocument, TenantDocumentRow } from '../domain/tenantDocument.js';
import {
  formatDay,
  formatMinor,
  formatMinorNumber,
  formatPeriod,
  formatQuantity,
  formatUnitPrice,
  localeOf,
  messagesFor,
  meterParts,
  withCurrency,
  type Locale,
} from '../locales/index.js';
import { partyView } from './views/party.js';
import { body, small, warning, type AttachmentView, type Cell, type FooterView } from './views/types.js';
import type { HeaderView, Section, SumRow, TotalView } from './views/types.js';

/** Every string a tenant's document prints, in the language of the statement and in the order of the document. */
export interface TenantDocumentView {
  lang: string;
  title: string;
  date: Day;
  header: HeaderView;
  total: TotalView;
  rows: Section;
  sums: SumRow[];
  notes: string[];
  footer: FooterView;
  attachment: AttachmentView;
}

/** Data to words. Pure. */
export function buildTenantDocumentView(document: TenantDocument): TenantDocumentView {
  const locale = localeOf(document.locale);
  const { tenantDocument: words, statement } = messagesFor(locale);
  const { reference, period, statementDate, statementNumber, revision, msp, tenant } = document;
  const month = formatPeriod(period, locale);
  return {
    lang: locale,
    title: words.title(reference, month),
    date: statementDate,
    header: {
      issuer: msp.name,
      documentName: words.documentName,
      number: reference,
      parties: [
        partyView(words.parties.from, msp, statement.registrationNumber),
        { label: words.parties.for, name: tenant.name, lines: [tenant.ref] },
      ],
      facts: [
        { label: words.facts.statement, value: statementNumber },
        { label: statement.facts.revision, value: String(revision) },
        { label: statement.facts.date, value: formatDay(statementDate, locale) },
        { label: statement.facts.period, value: month },
        { label: statement.facts.zone, value: document.zone },
      ],
    },
    total: totalView(document, locale, month),
    rows: rowsSection(document, locale),
    sums: document.totals.map(({ currency, totalMinor }) => ({
      label: words.total(currency),
      amount: formatMinor(totalMinor, currency, locale),
      isTotal: true,
    })),
    notes: [words.notes.statement(statementNumber, String(revision)), words.notes.rounding],
    footer: {
      text: [reference, msp.name, month].join(' · '),
      page: (page, pages) => statement.page(String(page), String(pages)),
    },
    attachment: { name: `${statementNumber}.csv`, description: words.attachment },
  };
}

function totalView({ totals, msp, rows }: TenantDocument, locale: Locale, month: string): TotalView {
  const { tenantDocument: words, statement } = messagesFor(locale);
  const reasons = new Set(rows.flatMap(({ unpriced }) => (unpriced === null ? [] : [words.unpriced[unpriced]])));
  return {
    label: statement.total(month),
    amount:
      totals.length === 0
        ? '–'
        : totals.map(({ totalMinor, currency }) => formatMinor(totalMinor, currency, locale)).join(' + '),
    // That lines are left out of the amount is said beside it.
    details: [...reasons],
    notInvoice: words.notInvoice(msp.name),
  };
}

function rowsSection({ rows }: TenantDocument, locale: Locale): Section {
  const { tenantDocument: words, statement } = messagesFor(locale);
  const { columns } = statement.usage;
  return {
    title: words.rows,
    intro: rows.length === 0 ? words.nothing : null,
    columns: [columns.no, words.columns.where, columns.meter, columns.quantity, words.columns.price, columns.amount],
    rows: rows.map((row) => rowCells(row, locale)),
  };
}

function rowCells(row: TenantDocumentRow, locale: Locale): Cell[] {
  const { tenantDocument: words, bases } = messagesFor(locale);
  const { product, unit } = meterParts(row.meter, locale);
  const { price, unpriced } = row;
  return [
    [small(String(row.lineNo))],
    [body(row.siteName), small(row.unit.name)],
    [body(product), small(unit)],
    [
      body(formatQuantity(row.quantity, locale)),
      ...(row.isEstimated ? [warning(bases.estimated)] : []),
      ...changeOf(row, locale).map(small),
    ],
    price === null
      ? unpriced === null
        ? []
        : [small(words.unpriced[unpriced])]
      : [body(withCurrency(formatUnitPrice(price.unitPrice, price.currency, locale), price.currency, locale))],
    price === null ? [body('–')] : [body(formatMinorNumber(price.amountMinor, price.currency, locale))],
  ];
}

function changeOf({ changed, creditNumber, forPeriod }: TenantDocumentRow, locale: Locale): string[] {
  if (changed === null) return [];
  const words = messagesFor(locale).tenantDocument;
  const because = creditNumber === null ? [formatPeriod(forPeriod, locale)] : [words.credited, creditNumber];
  return [...because, words.changed(formatQuantity(changed.from, locale), formatQuantity(changed.to, locale))];
}
