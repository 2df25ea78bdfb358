/**
 * Languages: everything Kontor says to people, one dictionary per language, and how each writes numbers, amounts and
 * days. Pure: data in, text out; no file, no clock. English is complete, or does not compile. Any other language may lack
 * words: those are said in English, marked `[en]`. A new language is one folder and one line in TRANSLATIONS.
 */
import { PRODUCTS, unitOf, type MeterCode, type ProductCode } from '../domain/catalog/index.js';
import { ALL_KINDS } from '../domain/reconcile/index.js';
import { priceInWords, type Price, type Written } from '../domain/pricing/index.js';
import { de } from './de/index.js';
import { en } from './en/index.js';
import { formatQuantity, formatUnitPrice } from './format.js';
import { it } from './it/index.js';
import type { MailKind } from './mail.js';
import type { Messages } from './messages.js';
import { pl } from './pl/index.js';
import { inEnglishWhereMissing, type Translation } from './translation.js';

export type { MailInput, MailKind, MailMessages, MailParams, MailText } from './mail.js';
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

/** By their ISO 639-1 codes. */
export const TRANSLATIONS = {
  de,
  it,
  pl,
} satisfies Record<string, Translation>;

/** A language Kontor speaks, by its ISO 639-1 code. */
export type Locale = 'en' | keyof typeof TRANSLATIONS;

const MESSAGES: ReadonlyMap<string, Messages> = new Map([
  ['en', en],
  ...Object.entries(TRANSLATIONS).map(([code, own]): [string, Messages] => [code, inEnglishWhereMissing(own, en)]),
]);

function isLocale(code: string): code is Locale {
  return MESSAGES.has(code);
}

/** Every language, English first. */
export const LOCALES: readonly Locale[] = [...MESSAGES.keys()].filter(isLocale);

/** The language to write in: English for one Kontor does not speak. */
export function localeOf(code: string): Locale {
  return isLocale(code) ? code : 'en';
}

/** The dictionary of a language. */
export function messagesFor(locale: Locale): Messages {
  return MESSAGES.get(locale) ?? en;
}

/** Every kind of mail: English has words for each. */
export const MAIL_KINDS: readonly MailKind[] = Object.keys(en.mail).filter((kind): kind is MailKind => kind in en.mail);

const PRODUCT_OF: ReadonlyMap<string, ProductCode> = new Map(
  PRODUCTS.flatMap(({ code, meters }) => meters.map((meter): [string, ProductCode] => [meter.code, code])),
);

/** The name of a country (ISO 3166-1 alpha-2); its code where it has none. */
export function countryName(country: string, locale: Locale): string {
  return new Intl.DisplayNames([locale], { type: 'region' }).of(country) ?? country;
}

/** A meter in words, in two parts: its product and what is counted. Throws METER_UNKNOWN. */
export function meterParts(meter: MeterCode, locale: Locale): { product: string; unit: string } {
  const { products, unitTitles } = messagesFor(locale);
  const unit = unitOf(meter);
  const product = PRODUCT_OF.get(meter);
  return {
    product: product === undefined ? meter : products[product],
    unit: unitTitles[unit],
  };
}

/** A meter in one phrase: `Mail server: mailboxes`. Throws METER_UNKNOWN. */
export function meterName(meter: MeterCode, locale: Locale): string {
  const { product, unit } = meterParts(meter, locale);
  return `${product}: ${unit}`;
}

/** An MSP that waits, and the code of what parked it: an error's, or the kind of a case; null: nobody said. */
export interface ParkedBy {
  mspName: string;
  code: string | null;
}

/** Why an MSP is parked, in the reader's language. */
export function parkedReason(code: string | null, locale: Locale): string {
  const { summary, discrepancies } = messagesFor(locale);
  const { codes, byCase, other, unknown } = summary.parkedBy;
  if (code === null) return unknown;
  const own = new Map<string, string>(Object.entries(codes)).get(code);
  if (own !== undefined) return own;
  const kind = ALL_KINDS.find((one) => one === code);
  return kind === undefined ? other(code) : byCase(discrepancies[kind].name);
}

/** The same for a list. */
export function parkedReasons(parked: readonly ParkedBy[], locale: Locale): { mspName: string; reason: string }[] {
  return parked.map(({ mspName, code }) => ({ mspName, reason: parkedReason(code, locale) }));
}

/** How a price model works for one meter: `2.50 per unit`. Prices are in the price list's currency, not named. */
export function priceText(price: Price, currency: string, locale: Locale): string {
  const written: Written = {
    count: (units) => formatQuantity(units, locale),
    price: (decimal) => formatUnitPrice(decimal, currency, locale),
  };
  return priceInWords(price, written, messagesFor(locale).statement.prices);
}
