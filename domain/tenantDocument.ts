/**
 * What an MSP bills a tenant for a month, before tax and number, which are the MSP's own: the quantities of its issued statement
 * at its own prices. Derived from what is frozen, so that it is the same whenever it is asked for; nothing of it is stored.
 */
import type { MeterCode } from './catalog/index.js';
import { listFor, type CustomerPriceList } from './customerPrices.js';
import { decimal, roundToMinor, sumMinor } from './money.js';
import type { Day, Period } from './period.js';
import type { Party, StatementLine } from './statement.js';

/** A tenant, or a unit below it. */
export interface DocumentUnit {
  id: string;
  ref: string;
  name: string;
}

/** A line by hand of a credit that took back part of the statement. */
export interface CreditedLine {
  creditNumber: string;
  line: StatementLine;
}

/** Everything a tenant's document is made of. */
export interface TenantDocumentFacts {
  statementNumber: string;
  /** Of the statement's latest document: with it its parties may be others. */
  revision: number;
  statementDate: Day;
  period: Period;
  locale: string;
  zone: string;
  /** The sender, and its picture: a PNG or JPEG of three colours or one (statements/logo.ts); null: it has none. */
  msp: Party;
  logo: Uint8Array | null;
  tenant: DocumentUnit;
  /** The tenant and every unit below it. */
  units: readonly DocumentUnit[];
  /** Of the statement, of these units, in the order of the statement. */
  lines: readonly StatementLine[];
  /** Of credits of that statement, of these units. */
  credited: readonly CreditedLine[];
  lists: readonly CustomerPriceList[];
}

/** `no_price`: the list has none. `licence`: counted, and agreed for a term. `by_hand`: partly taken off before, by hand. */
export type UnpricedBecause = 'no_price' | 'licence' | 'by_hand';

export interface TenantDocumentRow {
  kind: 'usage' | 'correction' | 'credit' | 'licence';
  /** Of the statement, or of the credit. */
  lineNo: number;
  creditNumber: string | null;
  unit: DocumentUnit;
  siteName: string;
  meter: MeterCode;
  /** The month whose prices it has: the statement's, or of a correction the month that it corrects. */
  forPeriod: Period;
  /** Of a correction and a credit what is added, or taken off. */
  quantity: number;
  /** Of a correction and a credit: before and after. */
  changed: { from: number; to: number } | null;
  /** Of usage: whether it was estimated; the next months correct it. */
  isEstimated: boolean;
  /** Exact decimal in major units of `currency`, and the amount in its minor units; null: it has no price, and why. */
  price: { unitPrice: string; currency: string; amountMinor: bigint } | null;
  unpriced: UnpricedBecause | null;
}

export interface TenantDocument extends Omit<TenantDocumentFacts, 'units' | 'lines' | 'credited' | 'lists'> {
  /** Number of the statement and reference of the tenant. */
  reference: string;
  rows: TenantDocumentRow[];
  /** By currency, in alphabetical order: amounts in different currencies are never added. */
  totals: { currency: string; totalMinor: bigint }[];
}

/** Rule 11: quantity × price, rounded once, half up. */
function amountOf(quantity: number, unitPrice: string, currency: string): bigint {
  return roundToMinor(decimal(unitPrice).times(quantity), currency);
}

type Priced = Pick<TenantDocumentRow, 'price' | 'unpriced'>;

/**
 * At the prices of the month that the row is of. A change comes to what the month's quantity costs after it less what it cost
 * before, each rounded, so that both documents together come to what the right quantity costs.
 */
function priced(
  lists: readonly CustomerPriceList[],
  { meter, forPeriod, quantity, changed }: Pick<TenantDocumentRow, 'meter' | 'forPeriod' | 'quantity' | 'changed'>,
): Priced {
  const list = listFor(lists, forPeriod);
  const unitPrice = list?.prices[meter]?.unitPrice;
  if (list === undefined || unitPrice === undefined) return { price: null, unpriced: 'no_price' };
  const { currency } = list;
  const of = (units: number) => amountOf(units, unitPrice, currency);
  const amountMinor = changed === null ? of(quantity) : of(changed.to) - of(changed.from);
  return { price: { unitPrice, currency, amountMinor }, unpriced: null };
}

/** A document's row but its unit and price; undefined: the line says nothing of how much a tenant used. */
type Counted = Omit<TenantDocumentRow, 'unit' | 'price' | 'unpriced'> & { because?: UnpricedBecause };

function countedOf(line: StatementLine, period: Period, creditNumber: string | null): Counted | undefined {
  const of = { lineNo: line.lineNo, creditNumber, changed: null, isEstimated: false };
  switch (line.kind) {
    case 'usage': {
      const { siteName, meter, quantity, basis } = line;
      return { ...of, kind: 'usage', siteName, meter, forPeriod: period, quantity, isEstimated: basis === 'estimated' };
    }
    case 'term':
    case 'extension': {
      const { siteName, meter, count } = line;
      return { ...of, kind: 'licence', siteName, meter, forPeriod: period, quantity: count, because: 'licence' };
    }
    case 'correction':
    case 'manual_correction': {
      const { siteName, meter, oldQuantity: from, newQuantity: to, forPeriod } = line;
      if (siteName === null || meter === null || from === null || to === null || from === to) return undefined;
      const withheld = line.kind === 'correction' && line.withheldMinor !== undefined;
      return {
        ...{ ...of, kind: creditNumber === null ? 'correction' : 'credit', siteName, meter, forPeriod },
        ...{ quantity: to - from, changed: { from, to } },
        ...(withheld ? { because: 'by_hand' } : {}),
      };
    }
    case 'minimum':
    case 'minimum_correction':
      return undefined;
  }
}

function tenantIdOf(line: StatementLine): string | null {
  return 'tenantId' in line ? line.tenantId : null;
}

/**
 * A row for each line that counts something of these units. What is money between the MSP and its distributor alone (a minimum, an
 * amount by hand, a waiver) is in none.
 */
export function documentRows({
  units,
  lines,
  credited,
  lists,
  period,
}: Pick<TenantDocumentFacts, 'units' | 'lines' | 'credited' | 'lists' | 'period'>): TenantDocumentRow[] {
  const unitOf = new Map(units.map((unit) => [unit.id, unit]));
  const all = [...lines.map((line) => ({ creditNumber: null, line })), ...credited];
  return all.flatMap(({ creditNumber, line }): TenantDocumentRow[] => {
    const unit = unitOf.get(tenantIdOf(line) ?? '');
    const counted = countedOf(line, period, creditNumber);
    if (unit === undefined || counted === undefined) return [];
    const { because, ...row } = counted;
    return [{ ...row, unit, ...(because === undefined ? priced(lists, row) : { price: null, unpriced: because }) }];
  });
}

/** A tenant's document of a month. Pure. */
export function tenantDocument({ units, lines, credited, lists, ...facts }: TenantDocumentFacts): TenantDocument {
  const rows = documentRows({ units, lines, credited, lists, period: facts.period });
  const currencies = [...new Set(rows.flatMap(({ price }) => (price === null ? [] : [price.currency])))].sort();
  return {
    ...facts,
    reference: `${facts.statementNumber} / ${facts.tenant.ref}`,
    rows,
    totals: currencies.map((currency) => ({
      currency,
      totalMinor: sumMinor(rows.flatMap(({ price }) => (price?.currency === currency ? [price.amountMinor] : []))),
    })),
  };
}
