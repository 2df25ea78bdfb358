import { stringify } from 'csv-stringify/sync';
import { spreadsheetText } from '../domain/spreadsheetText.js';
import { decimalSeparator, type Locale } from '../locales/index.js';

/** `plain`: RFC 4180, decimal points. `local`: as spreadsheet programmes of that language open it. */
export type CsvForm = 'plain' | { local: Locale };

export interface Cell {
  text: string;
  /** Numbers are written as they are: an escaped "-5.50" would be a text. */
  isNumber: boolean;
}

export const text = (value: string | null): Cell => ({ text: value ?? '', isNumber: false });
export const number = (value: string | number | null): Cell => ({
  text: value === null ? '' : String(value),
  isNumber: true,
});

/** Columns of a file, in order. The names are stable, whatever the language. */
export type Columns<Row> = readonly (readonly [name: string, cell: (row: Row) => Cell])[];

/** One record for each row, UTF-8 and CRLF. What a spreadsheet would take for a formula is written as text. */
export function recordsCsv<Row>(columns: Columns<Row>, found: readonly Row[], form: CsvForm = 'plain'): Buffer {
  const decimal = form === 'plain' ? '.' : decimalSeparator(form.local);
  const written = (cell: Cell) => (cell.isNumber ? cell.text.replace('.', decimal) : spreadsheetText(cell.text));
  const records = found.map((row) => columns.map(([, cell]) => written(cell(row))));
  const csv = stringify([columns.map(([name]) => name), ...records], {
    bom: form !== 'plain',
    delimiter: decimal === ',' ? ';' : ',',
    record_delimiter: '\r\n',
  });
  return Buffer.from(csv, 'utf8');
}
