import { minorToDecimalString } from '../domain/money.js';
import type { Period } from '../domain/period.js';
import type { TenantTotals } from '../domain/tenantTotals.js';
import { number, recordsCsv, text, type Columns, type CsvForm } from './records.js';

/** A statement broken down by tenant and unit, with what its records name. */
export interface TenantTotalsFile {
  number: string;
  period: Period;
  currency: string;
  /** The MSP's own reference of a tenant or unit, and of the one above it, by its id. */
  refs: ReadonlyMap<string, { ref: string; parentRef: string | null }>;
  totals: TenantTotals;
}

interface TotalsRecord {
  tenantId: string | null;
  tenantName: string | null;
  /** `meter`: a unit's own lines of one; `shared`: its part of a line of several; `of_nobody`: a line that no rule divides. */
  kind: 'meter' | 'shared' | 'of_nobody';
  meter: string | null;
  quantity: number | null;
  corrected: number | null;
  licensed: number | null;
  lineNo: number | null;
  lineKind: string | null;
  byRemainder: boolean;
  amountMinor: bigint;
}

const NONE = { meter: null, quantity: null, corrected: null, licensed: null, lineNo: null, lineKind: null };

function recordsOf({ units, ofNobody }: TenantTotals): TotalsRecord[] {
  return [
    ...units.flatMap(({ tenantId, tenantName, meters, shared }): TotalsRecord[] => [
      ...meters.map((of): TotalsRecord => ({
        ...{ ...NONE, tenantId, tenantName, kind: 'meter', byRemainder: false },
        ...of,
      })),
      ...shared.map(({ lineNo, kind: lineKind, amountMinor, byRemainder }): TotalsRecord => ({
        ...{ ...NONE, tenantId, tenantName, kind: 'shared', lineNo, lineKind, amountMinor, byRemainder },
      })),
    ]),
    ...ofNobody.lines.map(({ lineNo, kind: lineKind, amountMinor }): TotalsRecord => ({
      ...{ ...NONE, tenantId: null, tenantName: null, kind: 'of_nobody', lineNo, lineKind, amountMinor },
      byRemainder: false,
    })),
  ];
}

/** A record for each unit and meter, each part of a line of several, and each line of nobody: together they are the total. */
export function tenantTotalsCsv(file: TenantTotalsFile, form: CsvForm = 'plain'): Buffer {
  const refOf = ({ tenantId }: TotalsRecord) => (tenantId === null ? undefined : file.refs.get(tenantId));
  const columns: Columns<TotalsRecord> = [
    ['statement_number', () => text(file.number)],
    ['period', () => text(file.period)],
    ['tenant', ({ tenantName }) => text(tenantName)],
    ['tenant_ref', (record) => text(refOf(record)?.ref ?? null)],
    ['parent_ref', (record) => text(refOf(record)?.parentRef ?? null)],
    ['tenant_id', ({ tenantId }) => text(tenantId)],
    ['kind', ({ kind }) => text(kind)],
    ['meter', ({ meter }) => text(meter)],
    ['quantity', ({ quantity }) => number(quantity)],
    ['corrected', ({ corrected }) => number(corrected)],
    ['licensed', ({ licensed }) => number(licensed)],
    ['line_no', ({ lineNo }) => number(lineNo)],
    ['line_kind', ({ lineKind }) => text(lineKind)],
    ['rounding_difference', ({ kind, byRemainder }) => text(kind !== 'shared' ? null : byRemainder ? 'yes' : 'no')],
    ['amount', ({ amountMinor }) => number(minorToDecimalString(amountMinor, file.currency))],
    ['currency', () => text(file.currency)],
  ];
  return recordsCsv(columns, recordsOf(file.totals), form);
}
