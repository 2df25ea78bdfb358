/**
 * What a service desk is told of a month: for each tenant or unit and meter how much there is now, how much there was the month
 * before, and what that costs at the MSP's own prices. Which fields, in which order and by which names, each MSP says itself.
 */
import { z } from 'zod';
import type { MeterCode } from './catalog/index.js';
import { compareTexts } from './compareTexts.js';
import { groupBy } from './groupBy.js';
import { listFor, type CustomerPriceList } from './customerPrices.js';
import { sumMinor } from './money.js';
import type { Period } from './period.js';
import type { DocumentUnit, TenantDocumentRow } from './tenantDocument.js';

/** What a column may hold. */
export const DESK_FIELDS = [
  'period',
  'statement_number',
  'tenant',
  'tenant_ref',
  'tenant_id',
  'meter',
  'product',
  'unit',
  'change',
  'quantity',
  'previous_quantity',
  'difference',
  'unit_price',
  'amount',
  'corrected_amount',
  'currency',
] as const;
export type DeskField = (typeof DESK_FIELDS)[number];

/** The columns of an MSP's file, in order: a field and what the desk calls it. */
export const deskColumns = z.array(z.object({ field: z.enum(DESK_FIELDS), header: z.string() }));
export type DeskColumns = z.infer<typeof deskColumns>;

/** Every field by its own name: where the MSP has said nothing. */
export const ALL_DESK_COLUMNS: DeskColumns = DESK_FIELDS.map((field) => ({ field, header: field }));

export interface DeskLine {
  unit: DocumentUnit;
  meter: MeterCode;
  /** `added`: there was none of it the month before; `removed`: there is none now. */
  change: 'added' | 'removed' | 'changed' | 'same';
  /** Of this month and the one before, by statement and credits; a month without a statement has none. */
  quantity: number;
  previousQuantity: number;
  difference: number;
  /** Of this month's list: exact decimal in major units of `currency`; null: it has no price. */
  unitPrice: string | null;
  currency: string | null;
  /** Minor units of `currency`: of this month, and of corrections of earlier ones that this statement books. */
  amountMinor: bigint | null;
  correctedMinor: bigint | null;
}

const keyOf = ({ unit, meter }: Pick<TenantDocumentRow, 'unit' | 'meter'>) => JSON.stringify([unit.id, meter]);
const isOfMonth = ({ kind }: TenantDocumentRow) => kind === 'usage' || kind === 'credit';

function quantityOf(rows: readonly TenantDocumentRow[]): number {
  return rows.filter(isOfMonth).reduce((sum, { quantity }) => sum + quantity, 0);
}

function amountIn(currency: string, rows: readonly TenantDocumentRow[]): bigint {
  return sumMinor(rows.flatMap(({ price }) => (price?.currency === currency ? [price.amountMinor] : [])));
}

function changeOf(quantity: number, before: number): DeskLine['change'] {
  if (quantity === before) return 'same';
  if (before === 0) return 'added';
  return quantity === 0 ? 'removed' : 'changed';
}

/**
 * The lines of a month, by unit and meter, from the rows of all its documents and those of the month before. Amounts are sums of
 * the documents' rows, so that both say the same; a correction in another currency than this month's list is left to them.
 */
export function deskLines(
  period: Period,
  rows: readonly TenantDocumentRow[],
  before: readonly TenantDocumentRow[],
  lists: readonly CustomerPriceList[],
): DeskLine[] {
  const list = listFor(lists, period);
  const counted = (one: TenantDocumentRow) => one.kind !== 'licence';
  const places = new Map([...before.filter(isOfMonth), ...rows.filter(counted)].map((row) => [keyOf(row), row]));
  const [ofNow, ofBefore] = [groupBy(rows.filter(counted), keyOf), groupBy(before, keyOf)];
  const lines = [...places].map(([key, { unit, meter }]): DeskLine => {
    const now = ofNow.get(key) ?? [];
    const quantity = quantityOf(now);
    const previousQuantity = quantityOf(ofBefore.get(key) ?? []);
    const unitPrice = list?.prices[meter]?.unitPrice ?? null;
    const currency = unitPrice === null ? null : (list?.currency ?? null);
    return {
      ...{ unit, meter, change: changeOf(quantity, previousQuantity) },
      ...{ quantity, previousQuantity, difference: quantity - previousQuantity, unitPrice, currency },
      amountMinor: currency === null ? null : amountIn(currency, now.filter(isOfMonth)),
      correctedMinor:
        currency === null
          ? null
          : amountIn(
              currency,
              now.filter((row) => !isOfMonth(row)),
            ),
    };
  });
  return lines.sort((a, b) => compareTexts(a.unit.ref, b.unit.ref) || compareTexts(a.meter, b.meter));
}
