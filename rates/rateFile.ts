import { parse } from 'csv-parse/sync';
import { isCurrency } from '../domain/currency.js';
import type { FieldError } from '../domain/errors.js';
import { nameProblem } from '../domain/name.js';
import { ECB_SOURCE, isPublishableRate, isRateDay } from '../domain/pricing/publishedRate.js';
import type { ExchangeRate } from '../domain/pricing/pricePlan.js';
import { ECB_BASE, isEcbSource } from './ecb.js';
import { ecbXml } from './ecbXml.js';
import { problemAt, refuse } from './refuse.js';

/** Columns of a file by hand: one rate a row. */
const COLUMNS = ['day', 'base', 'currency', 'rate', 'source'] as const;

interface Row {
  line: number;
  cells: Record<string, string>;
}

/**
 * Reference rates from a file: the European Central Bank's XML, its CSV (a column per currency, a row per day, `N/A` where
 * none was published), or one rate a row under `day,base,currency,rate,source`, separated by commas or semicolons.
 *
 * @throws KontorError VALIDATION_FAILED naming line and field of each thing that is wrong, at most ten of them
 */
export function readRateFile(text: string): ExchangeRate[] {
  const content = text.replace(/^\uFEFF/, '');
  return content.trimStart().startsWith('<') ? ecbXml(content) : fromCsv(content);
}

function fromCsv(text: string): ExchangeRate[] {
  const { header, rows } = table(text);
  const problems: FieldError[] = [];
  // Of two columns of one name the parser keeps the last. The bank's own last one has none.
  const repeated = header.find((name, index) => name !== '' && header.indexOf(name) !== index);
  if (repeated !== undefined) refuse([problemAt(1, repeated, 'A column is named twice.')]);
  const say = (line: number, field: string, message: string) => void problems.push(problemAt(line, field, message));
  const found = header[0] === 'Date' ? fromEcbCsv(rows, say) : fromRows(header, rows, say);
  const seen = new Map<string, { line: number; rate: string }>();
  for (const { line, rate } of found) {
    const key = JSON.stringify([rate.source, rate.base, rate.currency, rate.day]);
    const before = seen.get(key);
    if (before !== undefined && before.rate !== rate.rate) {
      say(line, 'rate', `Line ${before.line} has another rate of ${rate.currency} for ${rate.day}.`);
    }
    seen.set(key, { line, rate: rate.rate });
  }
  if (problems.length === 0 && found.length === 0) say(1, 'rate', 'There are no rates in it.');
  if (problems.length > 0) refuse(problems);
  return found.map(({ rate }) => rate);
}

type Say = (line: number, field: string, message: string) => void;
type Found = { line: number; rate: ExchangeRate }[];

function fromEcbCsv(rows: readonly Row[], say: Say): Found {
  const found: Found = [];
  for (const { line, cells } of rows) {
    const { Date: day = '', ...columns } = cells;
    if (!isRateDay(day)) say(line, 'Date', `"${day}" is not a day such as 2026-03-31.`);
    for (const [currency, rate] of Object.entries(columns)) {
      if (currency === '' || rate === '' || rate === 'N/A') continue;
      if (!isPublishableRate(rate)) say(line, currency, `"${rate}" is no rate: a number above zero, with a point.`);
      else if (currency === ECB_BASE) say(line, currency, 'A rate is between two currencies.');
      else if (isCurrency(currency)) {
        found.push({ line, rate: { base: ECB_BASE, currency, rate, day, source: ECB_SOURCE } });
      }
    }
  }
  return found;
}

function fromRows(header: readonly string[], rows: readonly Row[], say: Say): Found {
  const missing = COLUMNS.filter((name) => !header.includes(name));
  if (missing.length > 0) {
    say(
      1,
      missing.join(', '),
      `The first line names the columns: ${COLUMNS.join(',')}, or Date,USD,… as the bank has it.`,
    );
    return [];
  }
  return rows.map(({ line, cells }) => {
    const { day = '', base = '', currency = '', rate = '', source = '' } = cells;
    if (!isRateDay(day)) say(line, 'day', `"${day}" is not a day such as 2026-03-31.`);
    if (!isCurrency(base)) say(line, 'base', `"${base}" is not an ISO 4217 code.`);
    if (!isCurrency(currency)) say(line, 'currency', `"${currency}" is not an ISO 4217 code.`);
    else if (base === currency) say(line, 'currency', 'A rate is between two currencies.');
    if (!isPublishableRate(rate)) say(line, 'rate', `"${rate}" is no rate: a number above zero, with a point.`);
    if (source === '' || source.length > 200) say(line, 'source', 'Says who published it, in at most 200 letters.');
    else if (nameProblem(source) !== null) say(line, 'source', nameProblem(source) ?? '');
    else if (isEcbSource(source)) {
      say(line, 'source', 'Rates of the European Central Bank are loaded from its own files, XML or CSV.');
    }
    return { line, rate: { base, currency, rate, day, source } };
  });
}

function table(text: string): { header: string[]; rows: Row[] } {
  const delimiter = (text.split('\n', 1)[0] ?? '').includes(';') ? ';' : ',';
  let header: string[] = [];
  try {
    const records = parse(text, {
      delimiter,
      trim: true,
      skip_empty_lines: true,
      relax_column_count_less: true,
      info: true,
      // The bank ends its lines with a comma.
      columns: (names: string[]) => (header = names),
    }) as unknown as { record: Record<string, string>; info: { lines: number } }[];
    return { header, rows: records.map(({ record, info }) => ({ line: info.lines, cells: record })) };
  } catch (error) {
    const line = (error as { lines?: number }).lines ?? 1;
    const message = error instanceof Error ? error.message : String(error);
    return refuse([problemAt(line, 'CSV', message)]);
  }
}
