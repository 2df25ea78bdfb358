/**
 * Languages: everything Kontor says to people, one dictionary per language, and how each writes numbers, amounts and
 * days. Pure: data in, text out; no file, no clock. A new language is one folder, one member of `Locale` and one line
 * below; a key it lacks, and a unit, meter or discrepancy kind it cannot name, does not compile.
 */
import { PRODUCTS, unitOf, type MeterCode, type ProductCode } from '../domain/catalog/index.js';
import type { Locale } from '../domain/statement.js';
import { de } from './de/index.js';
import { en } from './en/index.js';
import { it } from './it/index.js';
import type { Messages } from './messages.js';
import { pl } from './pl/index.js';

export type { MailMessages, MailParams, MailText } from './mail.js';
export type { Messages } from './messages.js';
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
  withCurrency,
} from './format.js';

const MESSAGES: Record<Locale, Messages> = { en, de, it, pl };

/** The dictionary of a language. */
export function messagesFor(locale: Locale): Messages {
  return MESSAGES[locale];
}

const PRODUCT_OF: ReadonlyMap<string, ProductCode> = new Map(
  PRODUCTS.flatMap(({ code, meters }) => meters.map((meter): [string, ProductCode] => [meter.code, code])),
);

/** A meter in words, in two parts: its product and what is counted. Throws METER_UNKNOWN. */
export function meterParts(meter: MeterCode, locale: Locale): { product: string; unit: string } {
  const { products, unitTitles } = messagesFor(locale);
  const unit = unitTitles[unitOf(meter)];
  const product = PRODUCT_OF.get(meter);
  return { product: product === undefined ? meter : products[product], unit };
}

/** A meter in one phrase: `Mail server: mailboxes`. Throws METER_UNKNOWN. */
export function meterName(meter: MeterCode, locale: Locale): string {
  const { product, unit } = meterParts(meter, locale);
  return `${product}: ${unit}`;
}
