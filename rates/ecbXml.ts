import { XMLParser } from 'fast-xml-parser';
import { SyntaxValidator } from 'fast-xml-validator';
import { isCurrency } from '../domain/currency.js';
import type { FieldError } from '../domain/errors.js';
import { ECB_SOURCE, isPublishableRate, isRateDay } from '../domain/pricing/publishedRate.js';
import type { ExchangeRate } from '../domain/pricing/pricePlan.js';
import { ECB_BASE } from './ecb.js';
import { problemAt, refuse } from './refuse.js';

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseAttributeValue: false,
  processEntities: false,
  removeNSPrefix: true,
  captureMetaData: true,
  isArray: (name) => name === 'Cube',
});
const META = XMLParser.getMetaDataSymbol() as unknown as symbol;

interface Cube {
  Cube?: Cube[];
  time?: string;
  currency?: string;
  rate?: string;
}

/**
 * Reference rates from the European Central Bank's XML: of one day, of ninety, or of all. Currencies that Kontor cannot write
 * are left out.
 *
 * @throws KontorError VALIDATION_FAILED naming line and field of each thing that is wrong, at most ten of them
 */
export function ecbXml(text: string): ExchangeRate[] {
  if (/<!DOCTYPE/i.test(text)) refuse([problemAt(1, 'XML', 'A document type is not read.')]);
  const document = parsed(text) as { Envelope?: { Cube?: Cube[] } };
  const days = document.Envelope?.Cube?.flatMap((outer) => outer.Cube ?? []) ?? [];
  const lineOf = linesOf(text);
  const problems: FieldError[] = [];
  const rates: ExchangeRate[] = [];
  for (const cube of days) {
    const day = cube.time ?? '';
    if (!isRateDay(day)) {
      problems.push(problemAt(lineOf(cube), 'time', `"${day}" is not a day such as 2026-03-31.`));
      continue;
    }
    for (const one of cube.Cube ?? []) {
      const { currency = '', rate = '' } = one;
      if (!/^[A-Z]{3}$/.test(currency))
        problems.push(problemAt(lineOf(one), 'currency', `"${currency}" is no currency.`));
      else if (!isPublishableRate(rate))
        problems.push(problemAt(lineOf(one), 'rate', `"${rate}" is no rate of ${currency}.`));
      else if (currency === ECB_BASE)
        problems.push(problemAt(lineOf(one), 'currency', 'A rate is between two currencies.'));
      else if (isCurrency(currency)) rates.push({ base: ECB_BASE, currency, rate, day, source: ECB_SOURCE });
    }
  }
  if (problems.length > 0) refuse(problems);
  if (rates.length === 0) refuse([problemAt(1, 'Cube', 'There are no reference rates of the European Central Bank.')]);
  return rates;
}

/** The parser is lenient; a file that was cut off must not pass for a whole one. */
function parsed(text: string): unknown {
  try {
    SyntaxValidator.validate(text);
  } catch (error) {
    const { line = 1, message } = error as Error & { line?: number };
    return refuse([problemAt(line, 'XML', message)]);
  }
  return parser.parse(text);
}

function linesOf(text: string): (cube: Cube) => number {
  return (cube) => {
    const meta = Reflect.get(cube, META) as { startIndex?: number } | undefined;
    return text.slice(0, meta?.startIndex ?? 0).split('\n').length;
  };
}
