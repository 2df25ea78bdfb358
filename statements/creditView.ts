import type { Credit } from '../domain/credit.js';
import type { Day } from '../domain/period.js';
import { formatDay, formatPeriod, localeOf } from '../locales/index.js';
import { documentContext } from './views/context.js';
import { correctionsSection } from './views/corrections.js';
import { partyView } from './views/party.js';
import type { AttachmentView, FooterView, HeaderView, Section, SumRow, TextBlock } from './views/types.js';

/** Every string a credit prints, in its language and in the order of the document. */
export interface CreditView {
  lang: string;
  title: string;
  date: Day;
  header: HeaderView;
  intro: string;
  lines: Section | null;
  sums: SumRow[];
  notes: TextBlock;
  footer: FooterView;
  attachment: AttachmentView;
}

/** Data to words. Pure; the amounts are the frozen ones. */
export function buildCreditView(credit: Credit): CreditView {
  const { number, statementNumber, currency, totalMinor, creditDate, msp, distributor, vendor, lines } = credit;
  const locale = localeOf(credit.locale);
  const context = documentContext(locale, currency, currency);
  const { credit: words, statement } = context.words;
  const period = formatPeriod(credit.period, locale);
  const section = correctionsSection(context, lines);
  return {
    lang: locale,
    title: words.title(number, statementNumber),
    date: creditDate,
    header: {
      issuer: vendor.name,
      documentName: words.documentName,
      number,
      parties: [
        partyView(statement.parties.msp, msp, statement.registrationNumber),
        partyView(statement.parties.distributor, distributor, statement.registrationNumber),
        partyView(statement.parties.vendor, vendor, statement.registrationNumber),
      ],
      facts: [
        { label: words.facts.number, value: number },
        { label: statement.facts.date, value: formatDay(creditDate, locale) },
        { label: words.facts.corrects, value: statementNumber },
        { label: statement.facts.period, value: period },
        { label: statement.facts.zone, value: credit.zone },
        { label: statement.facts.currency, value: currency },
      ],
    },
    intro: words.intro(statementNumber, formatDay(credit.statementDate, locale), period),
    lines: section === null ? null : { ...section, title: words.lines },
    sums: [{ label: words.total, amount: context.amount(totalMinor), isTotal: true }],
    notes: {
      title: statement.notes.title,
      paragraphs: [words.notInvoice(distributor.name), statement.notes.rounding, statement.notes.attachment],
    },
    footer: {
      text: [number, msp.name, period].join(' · '),
      page: (page, pages) => statement.page(String(page), String(pages)),
    },
    attachment: { name: `${number}.csv`, description: words.attachment },
  };
}
