import type { DeskColumns, DeskField, DeskLine } from '../domain/deskLines.js';
import { minorToDecimalString } from '../domain/money.js';
import { spreadsheetText } from '../domain/spreadsheetText.js';
import type { Period } from '../domain/period.js';
import { meterParts, type Locale } from '../locales/index.js';
import { number, recordsCsv, text, type Cell, type CsvForm } from './records.js';

/** What the lines of a file have in common. */
export interface DeskFile {
  statementNumber: string;
  period: Period;
  /** Of the names of products and units. */
  locale: Locale;
}

const amount = (minor: bigint | null, currency: string | null): Cell =>
  number(minor === null || currency === null ? null : minorToDecimalString(minor, currency));

/** Amounts are exact decimals in major units. */
const CELLS: Record<DeskField, (line: DeskLine, file: DeskFile) => Cell> = {
  period: (_line, { period }) => text(period),
  statement_number: (_line, { statementNumber }) => text(statementNumber),
  tenant: ({ unit }) => text(unit.name),
  tenant_ref: ({ unit }) => text(unit.ref),
  tenant_id: ({ unit }) => text(unit.id),
  meter: ({ meter }) => text(meter),
  product: ({ meter }, { locale }) => text(meterParts(meter, locale).product),
  unit: ({ meter }, { locale }) => text(meterParts(meter, locale).unit),
  change: ({ change }) => text(change),
  quantity: ({ quantity }) => number(quantity),
  previous_quantity: ({ previousQuantity }) => number(previousQuantity),
  difference: ({ difference }) => number(difference),
  unit_price: ({ unitPrice }) => number(unitPrice),
  amount: ({ amountMinor, currency }) => amount(amountMinor, currency),
  corrected_amount: ({ correctedMinor, currency }) => amount(correctedMinor, currency),
  currency: ({ currency }) => text(currency),
};

/** A record for each tenant or unit and meter, in the MSP's own columns. */
export function deskLinesCsv(file: DeskFile, lines: readonly DeskLine[], columns: DeskColumns, form: CsvForm): Buffer {
  const own = columns.map(
    ({ field, header }) => [spreadsheetText(header), (line: DeskLine) => CELLS[field](line, file)] as const,
  );
  return recordsCsv(own, lines, form);
}
