import { minorToDecimalString } from '../domain/money.js';
import type { TenantDocument, TenantDocumentRow } from '../domain/tenantDocument.js';
import { number, recordsCsv, text, type Columns, type CsvForm } from './records.js';

interface DocumentRecord {
  document: TenantDocument;
  row: TenantDocumentRow;
}

/** Amounts are exact decimals in major units; the names are stable, whatever the language. */
const COLUMNS: Columns<DocumentRecord> = [
  ['reference', ({ document }) => text(document.reference)],
  ['statement_number', ({ document }) => text(document.statementNumber)],
  ['revision', ({ document }) => number(document.revision)],
  ['statement_date', ({ document }) => text(document.statementDate)],
  ['period', ({ document }) => text(document.period)],
  ['msp_name', ({ document }) => text(document.msp.name)],
  ['tenant', ({ document }) => text(document.tenant.name)],
  ['tenant_ref', ({ document }) => text(document.tenant.ref)],
  ['line_no', ({ row }) => number(row.lineNo)],
  ['kind', ({ row }) => text(row.kind)],
  ['credit_number', ({ row }) => text(row.creditNumber)],
  ['unit', ({ row }) => text(row.unit.name)],
  ['unit_ref', ({ row }) => text(row.unit.ref)],
  ['site', ({ row }) => text(row.siteName)],
  ['meter', ({ row }) => text(row.meter)],
  ['for_period', ({ row }) => text(row.forPeriod)],
  ['old_quantity', ({ row }) => number(row.changed?.from ?? null)],
  ['new_quantity', ({ row }) => number(row.changed?.to ?? null)],
  ['quantity', ({ row }) => number(row.quantity)],
  ['estimated', ({ row }) => text(row.isEstimated ? 'yes' : 'no')],
  ['unit_price', ({ row }) => number(row.price?.unitPrice ?? null)],
  [
    'amount',
    ({ row: { price } }) => number(price === null ? null : minorToDecimalString(price.amountMinor, price.currency)),
  ],
  ['currency', ({ row }) => text(row.price?.currency ?? null)],
  // Why a record has no price.
  ['unpriced', ({ row }) => text(row.unpriced)],
];

/** The lines of a tenant's document as CSV, a record for each. */
export function tenantDocumentCsv(document: TenantDocument, form: CsvForm = 'plain'): Buffer {
  return recordsCsv(
    COLUMNS,
    document.rows.map((row) => ({ document, row })),
    form,
  );
}
