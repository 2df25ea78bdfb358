import { minorToDecimalString } from '../domain/money.js';
import { formulaOf } from '../domain/pricing/index.js';
import type { ExchangeRate } from '../domain/pricing/pricePlan.js';
import type { Credit } from '../domain/credit.js';
import { licensedDaysText, termFormula, type Statement, type StatementLine } from '../domain/statement.js';
import { number, recordsCsv, text, type Cell, type CsvForm } from './records.js';

const none = text(null);

/** What a record says of the document that its line is of; of a credit the price list and its rate are with the line. */
type CsvDocument = Pick<
  Statement,
  'number' | 'revision' | 'statementDate' | 'period' | 'msp' | 'currency' | 'exchange' | 'lines'
> & { pricePlan: Pick<Statement['pricePlan'], 'currency'> | null };

/** Columns, in order. Amounts are exact decimals in major units; the names are stable, whatever the language. */
const COLUMNS: readonly [name: string, cell: (line: StatementLine, document: CsvDocument) => Cell][] = [
  ['statement_number', (_l, s) => text(s.number)],
  ['revision', (_l, s) => number(s.revision)],
  ['statement_date', (_l, s) => text(s.statementDate)],
  ['period', (_l, s) => text(s.period)],
  ['msp_name', (_l, s) => text(s.msp.name)],
  ['msp_registration_number', (_l, s) => text(s.msp.registrationNumber)],
  ['line_no', (l) => number(l.lineNo)],
  ['kind', (l) => text(l.kind)],
  ['site', (l) => ('siteName' in l ? text(l.siteName) : none)],
  ['tenant', (l) => ('tenantName' in l ? text(l.tenantName) : none)],
  ['tenant_ref', (l) => ('tenantRef' in l ? text(l.tenantRef) : none)],
  ['meter', (l) => ('meter' in l ? text(l.meter) : none)],
  ['peak', (l) => (l.kind === 'usage' ? number(l.peak) : none)],
  ['peak_on', (l) => (l.kind === 'usage' ? text(l.peakOn) : none)],
  ['basis', (l) => (l.kind === 'usage' ? text(l.basis) : none)],
  ['licensed', (l) => (l.kind === 'usage' ? number(l.licensed) : none)],
  ['licensed_days', (l) => (l.kind === 'usage' ? text(licensedDaysText(l)) : none)],
  ['quantity', (l) => (l.kind === 'usage' ? number(l.quantity) : 'licenceId' in l ? number(l.count) : none)],
  ['first_month_free', (l) => (l.kind === 'usage' ? text(l.firstMonthFree ? 'yes' : 'no') : none)],
  ['for_period', (l) => ('forPeriod' in l ? text(l.forPeriod) : none)],
  ['corrects_number', (l) => ('forPeriod' in l ? text(l.correctsNumber) : none)],
  ['correction_reason', (l) => ('reason' in l ? text(l.reason) : none)],
  ['old_quantity', (l) => ('oldQuantity' in l ? number(l.oldQuantity) : none)],
  ['new_quantity', (l) => ('newQuantity' in l ? number(l.newQuantity) : none)],
  ['licence_id', (l) => ('licenceId' in l ? text(l.licenceId) : none)],
  // The first day that is billed, and the first that is not covered.
  ['licence_from', (l) => ('licenceId' in l ? text(l.startsOn) : none)],
  ['licence_until', (l) => ('licenceId' in l ? text(l.endsOn) : none)],
  ['instalment', (l) => ('licenceId' in l ? text(`${l.instalment.no}/${l.instalment.of}`) : none)],
  ['formula', (l) => ('steps' in l ? text(formulaOf(l.steps)) : 'licenceId' in l ? text(termFormula(l)) : none)],
  // A correction is priced as the statement it corrects was: by its price list and rate.
  ['price_currency', (l, s) => text(priceCurrencyOf(l, s))],
  ['exchange_rate', (l, s) => number(exchangeOf(l, s)?.rate ?? null)],
  // Of corrections: what the line comes to less what was billed for it, plus what was taken off by hand before, in that statement's currency; and from it into this one's.
  ['rated_amount', (l) => ('forPeriod' in l ? number(minorToDecimalString(l.ratedMinor, l.currency)) : none)],
  ['billed_amount', (l) => ('forPeriod' in l ? number(minorToDecimalString(l.billedMinor, l.currency)) : none)],
  ['withheld_amount', (l) => number(withheldOf(l))],
  ['corrected_currency', (l) => ('forPeriod' in l ? text(l.currency) : none)],
  ['correction_rate', (l) => ('forPeriod' in l ? number(l.exchange?.rate ?? null) : none)],
  ['amount', (l, s) => number(minorToDecimalString(l.amountMinor, s.currency))],
  ['currency', (_l, s) => text(s.currency)],
];

function withheldOf(line: StatementLine): string | null {
  if (line.kind !== 'correction' && line.kind !== 'minimum_correction') return null;
  return line.withheldMinor === undefined ? null : minorToDecimalString(line.withheldMinor, line.currency);
}

function exchangeOf(line: StatementLine, statement: CsvDocument): ExchangeRate | null {
  switch (line.kind) {
    case 'usage':
      return statement.exchange;
    case 'correction':
    case 'manual_correction':
      return line.rate;
    case 'term':
    case 'extension':
      return line.exchange;
    case 'minimum':
    case 'minimum_correction':
      return null;
  }
}

function priceCurrencyOf(line: StatementLine, { pricePlan }: CsvDocument): string | null {
  if (line.kind === 'usage') return pricePlan?.currency ?? null;
  return 'priceCurrency' in line ? line.priceCurrency : null;
}

function toCsv(statements: readonly CsvDocument[], form: CsvForm): Buffer {
  const columns = COLUMNS.map(
    ([name, cell]) =>
      [name, ({ line, document }: { line: StatementLine; document: CsvDocument }) => cell(line, document)] as const,
  );
  const records = statements.flatMap((document) => document.lines.map((line) => ({ line, document })));
  return recordsCsv(columns, records, form);
}

/** The lines of one statement as CSV, one record a line, UTF-8 and CRLF. `local` opens in a spreadsheet as it is. */
export function statementCsv(statement: Statement, form: CsvForm = 'plain'): Buffer {
  return toCsv([statement], form);
}

/** The lines of a credit in the columns of a statement's; the period is that of the statement it corrects. */
export function creditCsv(credit: Credit, form: CsvForm = 'plain'): Buffer {
  return toCsv([documentOf(credit)], form);
}

function documentOf({ number, creditDate: statementDate, period, msp, currency, lines }: Credit): CsvDocument {
  return { number, revision: 1, statementDate, period, msp, currency, lines, exchange: null, pricePlan: null };
}

/** The lines of all statements and credits of a billing pack as one CSV, in the order given, under the number of each. */
export function billingLinesCsv(
  statements: readonly Statement[],
  credits: readonly Credit[] = [],
  form: CsvForm = 'plain',
): Buffer {
  return toCsv([...statements, ...credits.map(documentOf)], form);
}
