/**
 * Languages: everything Kontor says to people, one dictionary per language, and how each writes numbers, amounts and
 * days. Pure: data in, text out; no file, no clock. A new language is one folder, one member of `Locale` and one line
 * below; a key it lacks, and a unit, meter or discrepancy kind it cannot name, does not compile.
 */
import type { Locale } from '../domain/statement.js';
import { de } from './de/index.js';
import { en } from './en/index.js';
import { it } from './it/index.js';
import type { Messages } from './messages.js';
import { pl } from './pl/index.js';

export type { MailMessages, MailParams, MailText, ParkedMsp, Total } from './mail.js';
export type { EvidenceParams, Messages, StatementMessages, SummaryMessages } from './messages.js';
export {
  counted,
  decimalSeparator,
  formatDay,
  formatDayOfYear,
  formatDecimal,
  formatMinor,
  formatMinorNumber,
  formatPeriod,
  formatPeriodShort,
  formatQuantity,
  formatUnitPrice,
  pluralForm,
  withCurrency,
  type PluralForms,
} from './format.js';

const MESSAGES: Record<Locale, Messages> = { en, de, it, pl };

/** The dictionary of a language. */
export function messagesFor(locale: Locale): Messages {
  return MESSAGES[locale];
}
