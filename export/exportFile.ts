import type { Trx } from '../db/connect.js';
import type { RunKey } from '../domain/run.js';
import { spreadsheetText } from '../domain/spreadsheetText.js';

/** A value of one cell: text is guarded against spreadsheets, everything else is written as it is. */
export type Cell = { text: string | null } | { plain: string | number | boolean | Date | null };

export const text = (value: string | null): Cell => ({ text: value });
export const plain = (value: string | number | boolean | Date | null): Cell => ({ plain: value });

/** One CSV of the export. Rows come in a fixed order, so that the same month gives the same bytes. */
export interface ExportFile {
  name: string;
  columns: readonly string[];
  /** As many cells as columns. */
  rows(trx: Trx, run: RunKey): AsyncIterable<readonly Cell[]>;
}

/** What stands in the CSV: instants as ISO in UTC, nothing for null. */
export function written(cell: Cell): string {
  if ('text' in cell) return cell.text === null ? '' : spreadsheetText(cell.text);
  if (cell.plain === null) return '';
  return cell.plain instanceof Date ? cell.plain.toISOString() : String(cell.plain);
}

/** Columns and the cells of one row from one list, so that they cannot drift apart; the programme stands before them. */
export function tableOf<Row>(
  name: string,
  columns: Readonly<Record<string, (row: Row) => Cell>>,
  query: (trx: Trx, run: RunKey) => AsyncIterable<Row>,
): ExportFile {
  const cells = Object.values(columns);
  return {
    name,
    columns: ['programme', ...Object.keys(columns)],
    rows: async function* (trx, run) {
      for await (const row of query(trx, run)) yield [plain(run.programme), ...cells.map((cell) => cell(row))];
    },
  };
}
