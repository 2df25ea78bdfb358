import { formatPeriod, messagesFor } from '../locales/index.js';
import type { BillingSummary } from './billingSummary.js';
import { CONTENT_BOTTOM, PAGE } from './layout.js';
import { Sheet, STYLE, type RenderedDocument } from './sheet.js';
import type { Statement } from '../domain/statement.js';

/** Renders the summary of a billing pack. */
export function renderBillingSummary(summary: BillingSummary, _statements: readonly Statement[]): RenderedDocument {
  const messages = messagesFor(summary.locale);
  const sheet = new Sheet({
    lang: summary.locale,
    title: messages.summary.title(formatPeriod(summary.period, summary.locale), summary.distributor.name),
    date: summary.date,
  });
  sheet.tagged('H1', sheet.root, () => {
    sheet.text(messages.summary.documentName, PAGE.left, sheet.y, STYLE.title);
  });
  return sheet.finish((page, pages) => {
    sheet.text(messages.statement.page(String(page), String(pages)), PAGE.left, CONTENT_BOTTOM + 12, STYLE.small);
  });
}
