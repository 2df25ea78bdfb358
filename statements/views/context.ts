import type { MeterCode } from '../../domain/catalog/index.js';
import { factorsOf, type PriceStep } from '../../domain/pricing/index.js';
import type { ExchangeRate } from '../../domain/pricing/pricePlan.js';
import { ECB_SOURCE } from '../../domain/pricing/publishedRate.js';
import type { Statement } from '../../domain/statement.js';
import {
  formatDay,
  formatDecimal,
  formatMinor,
  formatMinorNumber,
  formatQuantity,
  formatUnitPrice,
  localeOf,
  meterParts,
  messagesFor,
  withCurrency,
  type Locale,
  type Messages,
} from '../../locales/index.js';
import { body, small, type Cell } from './types.js';

/** What a document is written with: the words and number formats of its language. */
export interface DocumentContext {
  locale: Locale;
  words: Messages;
  /** Of the document. */
  currency: string;
  count: (quantity: number) => string;
  /** Amount with the document's currency. */
  amount: (minor: bigint) => string;
  /** The same for columns whose title names the currency. */
  number: (minor: bigint) => string;
  /** Unit price in the price list's currency, for columns whose title names it. */
  price: (unitPrice: string) => string;
}

/** A statement with all of that at hand. */
export interface ViewContext extends DocumentContext {
  statement: Statement;
}

export function contextOf(statement: Statement): ViewContext {
  const { currency, pricePlan } = statement;
  return { statement, ...documentContext(localeOf(statement.locale), currency, pricePlan.currency) };
}

export function documentContext(locale: Locale, currency: string, priceCurrency: string): DocumentContext {
  return {
    locale,
    words: messagesFor(locale),
    currency,
    count: (quantity) => formatQuantity(quantity, locale),
    amount: (minor) => formatMinor(minor, currency, locale),
    number: (minor) => formatMinorNumber(minor, currency, locale),
    price: (unitPrice) => formatUnitPrice(unitPrice, priceCurrency, locale),
  };
}

/** Rule 10: rate, day and source. */
export function rateText(
  { words, locale }: Pick<ViewContext, 'words' | 'locale'>,
  { base, currency, rate, day, source }: ExchangeRate,
): string {
  const equation = `${withCurrency('1', base, locale)} = ${withCurrency(formatDecimal(rate, locale), currency, locale)}`;
  return words.statement.exchange.text(equation, formatDay(day, locale), sourceText({ words, locale }, source));
}

/** The source in the reader's language where Kontor knows it; a rate made of two others names them. */
function sourceText({ words, locale }: Pick<ViewContext, 'words' | 'locale'>, source: string): string {
  const made = / \((1 [A-Z]{3} = [\d.]+ [A-Z]{3}(?:, 1 [A-Z]{3} = [\d.]+ [A-Z]{3})?)\)$/.exec(source);
  const publisher = made === null ? source : source.slice(0, made.index);
  const named = publisher === ECB_SOURCE ? words.statement.exchange.ecb : publisher;
  if (made?.[1] === undefined) return named;
  return `${named} (${made[1].replaceAll(/\d+\.\d+/g, (rate) => formatDecimal(rate, locale))})`;
}

export interface Place {
  siteName: string | null;
  tenantId?: string | null;
  tenantName: string | null;
  tenantRef: string | null;
}

/** Site, and below it the tenant; usage of no known tenant says so, with the site's own reference. */
export function placeCell(context: DocumentContext, place: Place): Cell {
  const { unassigned } = context.words.statement.usage;
  const reference = place.tenantRef === null ? unassigned : `${unassigned}: ${place.tenantRef}`;
  return [body(place.siteName ?? '–'), small(place.tenantName ?? reference)];
}

/** The product, and below it what is counted. */
export function meterCell({ locale }: DocumentContext, meter: MeterCode): Cell {
  const { product, unit } = meterParts(meter, locale);
  return [body(product), small(unit)];
}

/** The formula of one line: `100 × 2.50`, and below it `+ 20 × 2.00`; then what is to be known about packages. */
export function stepsCell(context: DocumentContext, steps: readonly PriceStep[]): Cell {
  const products = steps
    .map(factorsOf)
    .filter(({ count }) => count !== 0)
    .map(({ count, price }, i) => body(`${i > 0 ? '+ ' : ''}${context.count(count)} × ${context.price(price)}`));
  const notes = [...new Set(steps.flatMap((step) => packageNotes(context, step)))].map(small);
  return products.length + notes.length === 0 ? [body('–')] : [...products, ...notes];
}

/** A product of zero packages would mislead: the line says instead that an earlier one bears the package. */
function packageNotes({ words, count }: DocumentContext, step: PriceStep): string[] {
  if (step.kind !== 'package') return [];
  const { packagesOf, inOpenPackage } = words.statement.usage;
  return [
    ...(step.packages === 0 ? [] : [packagesOf(count(step.size))]),
    ...(step.inOpenPackage === 0 ? [] : [inOpenPackage(count(step.inOpenPackage))]),
  ];
}
