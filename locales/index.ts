/**
 * Languages: everything Kontor says to people, one dictionary per language, and how each writes numbers, amounts and
 * days. Pure: data in, text out; no file, no clock. A new language is one folder, one member of `Locale` and one line
 * below; a key it lacks does not compile. Only products, units and price models may be missing: they are said in English.
 */
import { PRODUCTS, unitOf, type MeterCode, type ProductCode } from '../domain/catalog/index.js';
import { priceInWords, type Price, type Written } from '../domain/pricing/index.js';
import type { Locale } from '../domain/statement.js';
import { de } from './de/index.js';
import { en } from './en/index.js';
import { formatQuantity, formatUnitPrice } from './format.js';
import { it } from './it/index.js';
import type { Messages } from './messages.js';
import { pl } from './pl/index.js';

export type { MailMessages, MailParams, MailText } from './mail.js';
export type { Messages, WrittenEvidence } from './messages.js';
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

/** Words that a language lacks stand there in English, marked so that they are noticed. */
function orEnglish(own: string | undefined, english: string): string {
  return own ?? `${english} [en]`;
}

/** A meter in words, in two parts: its product and what is counted. Throws METER_UNKNOWN. */
export function meterParts(meter: MeterCode, locale: Locale): { product: string; unit: string } {
  const { products, unitTitles } = messagesFor(locale);
  const unit = unitOf(meter);
  const product = PRODUCT_OF.get(meter);
  return {
    product: product === undefined ? meter : orEnglish(products[product], en.products[product]),
    unit: orEnglish(unitTitles[unit], en.unitTitles[unit]),
  };
}

/** A meter in one phrase: `Mail server: mailboxes`. Throws METER_UNKNOWN. */
export function meterName(meter: MeterCode, locale: Locale): string {
  const { product, unit } = meterParts(meter, locale);
  return `${product}: ${unit}`;
}

/** How a price model works for one meter: `2.50 per unit`. Prices are in the price list's currency, not named. */
export function priceText(price: Price, currency: string, locale: Locale): string {
  const written: Written = {
    count: (units) => formatQuantity(units, locale),
    price: (decimal) => formatUnitPrice(decimal, currency, locale),
  };
  const own = priceInWords(price, written, messagesFor(locale).statement.prices);
  return orEnglish(own, priceInWords(price, written, en.statement.prices) ?? price.model);
}
