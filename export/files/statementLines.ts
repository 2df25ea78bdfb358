import { cursorRows } from '../../db/cursorRows.js';
import { lineFromJson } from '../../db/statements/statementCodec.js';
import { canonicalJson } from '../../domain/canonicalJson.js';
import { minorToDecimalString } from '../../domain/money.js';
import { formulaOf } from '../../domain/pricing/index.js';
import type { ExchangeRate } from '../../domain/pricing/pricePlan.js';
import {
  licensedDaysText,
  termFormula,
  isOfEarlier,
  type CorrectionLine,
  type ExtensionLine,
  type LineOfEarlier,
  type ManualCorrectionLine,
  type StatementLine,
  type TermLine,
  type UsageLine,
} from '../../domain/statement.js';
import { plain, tableOf, text, type Cell } from '../exportFile.js';

interface StoredRow {
  number: string;
  mspId: string;
  currency: string;
  listCurrency: string;
  exchange: ExchangeRate | null;
  content: unknown;
}

type Row = StoredRow & { line: StatementLine };

const NONE = plain(null);
type OfLicence = TermLine | ExtensionLine;

const metered = (cell: (line: UsageLine | CorrectionLine | ManualCorrectionLine) => Cell) => (row: Row) =>
  'tenantRef' in row.line ? cell(row.line) : NONE;
const licence = (cell: (line: OfLicence) => Cell) => (row: Row) =>
  row.line.kind === 'term' || row.line.kind === 'extension' ? cell(row.line) : NONE;
const placed = (cell: (line: UsageLine | CorrectionLine | ManualCorrectionLine | OfLicence) => Cell) => (row: Row) =>
  'siteId' in row.line ? cell(row.line) : NONE;
const usage = (cell: (line: UsageLine, row: Row) => Cell) => (row: Row) =>
  row.line.kind === 'usage' ? cell(row.line, row) : NONE;
const correction = (cell: (line: CorrectionLine | ManualCorrectionLine) => Cell) => (row: Row) =>
  row.line.kind === 'correction' || row.line.kind === 'manual_correction' ? cell(row.line) : NONE;
const corrected = (cell: (line: LineOfEarlier) => Cell) => (row: Row) =>
  isOfEarlier(row.line) ? cell(row.line) : NONE;
const byHand = (cell: (line: ManualCorrectionLine) => Cell) => (row: Row) =>
  row.line.kind === 'manual_correction' ? cell(row.line) : NONE;

/** Whether the price list of the statement gives it its price, and the statement's rate its amount. */
function byList(line: StatementLine): boolean {
  return line.kind === 'usage' || line.kind === 'minimum';
}

/** From the currency of the line's prices: a correction's is that of the statement it corrects. */
function rateOf(line: StatementLine, exchange: ExchangeRate | null): ExchangeRate | null {
  if (byList(line)) return exchange;
  if (line.kind === 'correction' || line.kind === 'manual_correction') return line.rate;
  return 'licenceId' in line ? line.exchange : null;
}

/** Every line, corrections of other periods among them, with the formula it was rated by. */
export const statementLines = tableOf<Row>(
  'statement_lines.csv',
  {
    statement_number: (row) => plain(row.number),
    line_no: (row) => plain(row.line.lineNo),
    kind: (row) => plain(row.line.kind),
    msp_id: (row) => plain(row.mspId),
    site_id: placed((line) => plain(line.siteId)),
    site: placed((line) => text(line.siteName)),
    tenant_id: placed((line) => plain(line.tenantId)),
    tenant: placed((line) => text(line.tenantName)),
    tenant_ref: metered((line) => text(line.tenantRef)),
    meter: placed((line) => plain(line.meter)),
    peak: usage((line) => plain(line.peak)),
    peak_on: usage((line) => plain(line.peakOn)),
    basis: usage((line) => plain(line.basis)),
    licensed: usage((line) => plain(line.licensed)),
    licensed_days: usage((line) => text(licensedDaysText(line))),
    quantity: ({ line }) => plain(line.kind === 'usage' ? line.quantity : 'licenceId' in line ? line.count : null),
    first_month_free: usage((line) => plain(line.firstMonthFree ? 'yes' : 'no')),
    for_period: corrected((line) => plain(line.forPeriod)),
    corrects_number: corrected((line) => plain(line.correctsNumber)),
    correction_reason: correction((line) => (line.kind === 'correction' ? plain(line.reason) : text(line.reason))),
    corrects_line: byHand((line) => plain(line.correctsLine)),
    change: byHand((line) => plain(line.change)),
    old_quantity: correction((line) => plain(line.oldQuantity)),
    new_quantity: correction((line) => plain(line.newQuantity)),
    licence_id: licence((line) => plain(line.licenceId)),
    licence_from: licence((line) => plain(line.startsOn)),
    licence_until: licence((line) => plain(line.endsOn)),
    instalment: licence(({ instalment: { no, of } }) => plain(`${no}/${of}`)),
    formula: placed((line) => text('steps' in line ? formulaOf(line.steps) : termFormula(line))),
    // A correction is priced as the statement it corrects was: by its price list and rate.
    price_currency: ({ line, listCurrency }) =>
      plain(byList(line) ? listCurrency : 'priceCurrency' in line ? line.priceCurrency : null),
    exchange_rate: ({ line, exchange }) => plain(rateOf(line, exchange)?.rate ?? null),
    rated_amount: corrected((line) => plain(minorToDecimalString(line.ratedMinor, line.currency))),
    billed_amount: corrected((line) => plain(minorToDecimalString(line.billedMinor, line.currency))),
    // Taken off by hand before: it is added.
    withheld_amount: corrected((line) =>
      plain(
        line.kind === 'manual_correction' || line.withheldMinor === undefined
          ? null
          : minorToDecimalString(line.withheldMinor, line.currency),
      ),
    ),
    corrected_currency: corrected((line) => plain(line.currency)),
    correction_rate: corrected((line) => plain(line.exchange?.rate ?? null)),
    // The minimum in the statement's currency; what is missing to it is the amount.
    minimum: ({ line, currency }) =>
      plain(line.kind === 'minimum' ? minorToDecimalString(line.minimumMinor, currency) : null),
    amount: (row) => plain(minorToDecimalString(row.line.amountMinor, row.currency)),
    currency: (row) => plain(row.currency),
    // Every member of the line as it is stored and hashed, also those that have no column of their own.
    content: (row) => text(canonicalJson(row.content)),
  },
  async function* (trx, { programme, period }) {
    const stored = cursorRows<StoredRow>(
      trx,
      `select s.number, s.msp_id as "mspId", s.currency, s.content -> 'pricePlan' ->> 'currency' as "listCurrency",
         nullif(s.content -> 'exchange', 'null') as exchange, l.content
       from statement s join statement_line l on l.msp_id = s.msp_id and l.statement_id = s.id
       where s.programme_code = :programme and s.period = :period order by s.number collate "C", l.line_no`,
      { programme, period },
    );
    for await (const row of stored) yield { ...row, line: lineFromJson(row.content, row.number) };
  },
);
