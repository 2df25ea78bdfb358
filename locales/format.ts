import { exponentOf } from '../domain/currency.js';
import { minorToDecimalString } from '../domain/money.js';
import type { Day, Period } from '../domain/period.js';
import type { Locale } from './index.js';

/** English as in Britain, so that 6 May is never 5 June; every other language as where most of its speakers are. */
function tagOf(locale: Locale): string {
  return locale === 'en' ? 'en-GB' : locale;
}

/** U+2212: as wide as a digit's plus sign, and never mistaken for a hyphen. */
const MINUS = '\u2212';
const NO_BREAK_SPACE = '\u00a0';

interface Separators {
  group: string;
  decimal: string;
}

/** Runs `make` once per locale: Intl objects are expensive to make and cheap to keep. */
function perLocale<T>(make: (tag: string) => T): (locale: Locale) => T {
  const made = new Map<Locale, T>();
  return (locale) => {
    let value = made.get(locale);
    if (value === undefined) {
      value = make(tagOf(locale));
      made.set(locale, value);
    }
    return value;
  };
}

const separatorsOf = perLocale((tag): Separators => {
  const parts = new Intl.NumberFormat(tag, { useGrouping: 'always', minimumFractionDigits: 1 }).formatToParts(12345.6);
  const valueOf = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  return { group: valueOf('group'), decimal: valueOf('decimal') };
});

function dateFormat(options: Intl.DateTimeFormatOptions): (locale: Locale) => Intl.DateTimeFormat {
  return perLocale(
    (tag) =>
      new Intl.DateTimeFormat(tag, { ...options, calendar: 'gregory', numberingSystem: 'latn', timeZone: 'UTC' }),
  );
}

const longDay = dateFormat({ day: 'numeric', month: 'long', year: 'numeric' });
const dayAndMonth = dateFormat({ day: 'numeric', month: 'long' });
const monthAndYear = dateFormat({ month: 'long', year: 'numeric' });
const pluralRules = perLocale((tag) => new Intl.PluralRules(tag));

function utc(day: Day): Date {
  return new Date(`${day}T00:00:00Z`);
}

/** A calendar day in full: `6 May 2026`, `6. Mai 2026`. A day has no zone; it is printed as it is. */
export function formatDay(day: Day, locale: Locale): string {
  return longDay(locale).format(utc(day));
}

/** A day within a year that is clear from the context: `6 May`, `6. Mai`. */
export function formatDayOfYear(day: Day, locale: Locale): string {
  return dayAndMonth(locale).format(utc(day));
}

/** A month in words: `May 2026`, `maj 2026`. */
export function formatPeriod(period: Period, locale: Locale): string {
  return monthAndYear(locale).format(utc(`${period}-01`));
}

/** A month in figures, the same in every language: `05/2026`. */
export function formatPeriodShort(period: Period): string {
  return `${period.slice(5, 7)}/${period.slice(0, 4)}`;
}

/**
 * An exact decimal as written in `locale`, digit for digit: it never passes through a float, and no digit is added or
 * rounded away. Throws a RangeError on anything but a plain decimal.
 */
export function formatDecimal(text: string, locale: Locale): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null) throw new RangeError(`"${text}" is not a plain decimal`);
  const [, sign, whole = '', fraction] = match;
  const { group, decimal } = separatorsOf(locale);
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, group);
  return `${sign === '-' ? MINUS : ''}${grouped}${fraction === undefined ? '' : decimal + fraction}`;
}

/** A unit price in major units of `currency`: exact, with at least the currency's own digits (`2.5` EUR → `2.50`). */
export function formatUnitPrice(text: string, currency: string, locale: Locale): string {
  const [whole = '', fraction = ''] = text.split('.');
  const padded = fraction.padEnd(exponentOf(currency), '0');
  return formatDecimal(padded === '' ? whole : `${whole}.${padded}`, locale);
}

/** A count of units: whole, grouped. */
export function formatQuantity(quantity: number, locale: Locale): string {
  return formatDecimal(quantity.toFixed(0), locale);
}

/** An amount in minor units without its currency, for columns that name the currency once: `-1234n` EUR → `−12.34`. */
export function formatMinorNumber(minor: bigint, currency: string, locale: Locale): string {
  return formatDecimal(minorToDecimalString(minor, currency), locale);
}

/**
 * An amount in minor units with its ISO 4217 code, kept together by a no-break space: `EUR 12.34` in English, `12,34 EUR`
 * elsewhere. Digits come from ISO 4217, never from Intl (rule 11).
 */
export function formatMinor(minor: bigint, currency: string, locale: Locale): string {
  return withCurrency(formatMinorNumber(minor, currency, locale), currency, locale);
}

/** Puts the currency's code on the side where the language expects it. */
export function withCurrency(number: string, currency: string, locale: Locale): string {
  const parts = locale === 'en' ? [currency, number] : [number, currency];
  return parts.join(NO_BREAK_SPACE);
}

/** The decimal separator of the language; CSV in its local form depends on it. */
export function decimalSeparator(locale: Locale): string {
  return separatorsOf(locale).decimal;
}

/** One form per plural category the language has; `other` serves the categories left out. */
export type PluralForms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** `count` and the right form of its noun: `1 site`, `2 sites`; `2 lokalizacje`, `5 lokalizacji`. */
export function counted(count: number, forms: PluralForms, locale: Locale): string {
  const form = forms[pluralRules(locale).select(count)] ?? forms.other;
  return `${formatQuantity(count, locale)}${NO_BREAK_SPACE}${form}`;
}

/** A sentence that ends in a name: names such as `S.p.A.` bring their own full stop. */
export function fullStop(sentence: string): string {
  return sentence.endsWith('.') ? sentence : `${sentence}.`;
}
