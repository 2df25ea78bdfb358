import type { ColumnLayout } from '../table.js';

/** Column widths as shares of the page's width. First the tables of a statement. */
export const ARITHMETIC_COLUMNS: readonly ColumnLayout[] = [
  { share: 22 },
  { share: 27, maxLines: 12 },
  { share: 11, align: 'right' },
  { share: 26, maxLines: 400 },
  { share: 14, align: 'right' },
];

export const USAGE_COLUMNS: readonly ColumnLayout[] = [
  { share: 5 },
  { share: 25.5 },
  { share: 15.5 },
  { share: 11, align: 'right' },
  // With what licences leave on each span of days.
  { share: 13.5, align: 'right', maxLines: 12 },
  // What a quantity is billed in: units of several steps, packages begun by an earlier line.
  { share: 16.5, align: 'right', maxLines: 12 },
  { share: 13, align: 'right' },
];

export const TERM_COLUMNS: readonly ColumnLayout[] = [
  { share: 5 },
  { share: 22 },
  { share: 16 },
  { share: 18, align: 'right', maxLines: 12 },
  { share: 9, align: 'right' },
  // With the exchange rate and its source.
  { share: 17, align: 'right', maxLines: 40 },
  { share: 13, align: 'right' },
];

export const CORRECTION_COLUMNS: readonly ColumnLayout[] = [
  { share: 6 },
  // With the reason, as people wrote it.
  { share: 23, maxLines: 40 },
  { share: 17 },
  { share: 18, maxLines: 12 },
  { share: 8, align: 'right' },
  { share: 8, align: 'right' },
  // With the exchange rate of that month, that of this one, and their sources.
  { share: 14, align: 'right', maxLines: 40 },
  { share: 13, align: 'right' },
];

export const FINDING_COLUMNS: readonly ColumnLayout[] = [
  { share: 19 },
  { share: 24 },
  { share: 28, maxLines: 6 },
  { share: 29, maxLines: 8 },
];

/** The lines of a service quote. */
export const QUOTE_COLUMNS: readonly ColumnLayout[] = [
  { share: 6 },
  { share: 48, maxLines: 12 },
  { share: 12, align: 'right' },
  { share: 18, align: 'right' },
  { share: 16, align: 'right' },
];

/** Tables of the billing summary. */
export const TOTALS_COLUMNS: readonly ColumnLayout[] = [
  { share: 20 },
  { share: 20, align: 'right' },
  { share: 60, align: 'right' },
];

export const STATEMENT_LIST_COLUMNS: readonly ColumnLayout[] = [
  { share: 20 },
  { share: 36 },
  { share: 8, align: 'right' },
  { share: 17 },
  { share: 14, align: 'right' },
  { share: 5 },
];

export const CREDIT_LIST_COLUMNS: readonly ColumnLayout[] = [
  { share: 20 },
  { share: 13 },
  { share: 28 },
  { share: 20 },
  { share: 14, align: 'right' },
  { share: 5 },
];

export const PARKED_COLUMNS: readonly ColumnLayout[] = [{ share: 40 }, { share: 60, maxLines: 6 }];

/** Tables of a usage report. */
export const REPORT_TOTALS_COLUMNS: readonly ColumnLayout[] = [
  { share: 40 },
  { share: 20, align: 'right' },
  { share: 20, align: 'right' },
  { share: 20, align: 'right' },
];

export const REPORTED_SITES_COLUMNS: readonly ColumnLayout[] = [
  { share: 24, maxLines: 40 },
  // With references as sites sent them: up to 500 characters, each of which may be a code.
  { share: 20, maxLines: 400 },
  { share: 16 },
  { share: 10, align: 'right' },
  { share: 10, align: 'right' },
  { share: 11, align: 'right' },
  { share: 9, align: 'right' },
];

/** The table of a tenant's document. */
export const TENANT_DOCUMENT_COLUMNS: readonly ColumnLayout[] = [
  { share: 5 },
  { share: 28 },
  { share: 21 },
  // With what a correction changed, and of which month or by which credit.
  { share: 18, align: 'right', maxLines: 6 },
  { share: 15, align: 'right' },
  { share: 13, align: 'right' },
];
