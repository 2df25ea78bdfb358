import type { Statement } from '../domain/statement.js';
import { formatMinor, formatPeriod, messagesFor } from '../locales/index.js';
import { CONTENT_BOTTOM, PAGE } from './layout.js';
import { Sheet, STYLE, type RenderedDocument } from './sheet.js';

/** Renders a frozen statement: equal data gives equal bytes. */
export function renderStatement(statement: Statement): RenderedDocument {
  const m = messagesFor(statement.locale).statement;
  const sheet = new Sheet({
    lang: statement.locale,
    title: m.title(statement.number, formatPeriod(statement.period, statement.locale)),
    date: statement.statementDate,
  });
  sheet.tagged('H1', sheet.root, () => {
    sheet.text(m.documentName, PAGE.left, sheet.y, STYLE.title);
  });
  sheet.y += 40;
  for (const line of statement.lines) {
    sheet.reserve(14);
    sheet.tagged('P', sheet.root, () => {
      sheet.text(formatMinor(line.amountMinor, statement.currency, statement.locale), PAGE.left, sheet.y, STYLE.body);
    });
    sheet.y += 14;
  }
  return sheet.finish((page, pages) => {
    sheet.text(m.page(String(page), String(pages)), PAGE.left, CONTENT_BOTTOM + 12, STYLE.small);
  });
}
