import type { StoredPrice, StoredStep } from './evaluate/price.js';
import type { Span } from './evaluate/known.js';
import { ask, type VerifyContext } from './context.js';

/** A rate as printed. */
export interface Rate {
  base: string;
  currency: string;
  rate: string;
  day: string;
}

export interface PriceList {
  name: string;
  currency: string;
  prices: Record<string, StoredPrice>;
  monthlyMinimumMinor: string | null;
  firstMonth: string;
}

/** `statement.content` as it is stored; amounts are minor units as text. */
export interface Head {
  number: string;
  period: string;
  currency: string;
  totalMinor: string;
  templateVersion: number;
  pricePlan: PriceList;
  exchange: Rate | null;
}

/** `statement_line.content` as it is stored, of any kind. */
export interface StoredLine {
  kind: string;
  lineNo: number;
  amountMinor: string;
  siteId: string;
  siteName: string;
  tenantName: string | null;
  tenantRef: string | null;
  meter: string;
  steps: StoredStep[];
  peak: number;
  basis: string;
  licensed: number;
  licensedDays?: Span[];
  quantity: number;
  firstMonthFree: boolean;
  minimumMinor: string;
  /** Of corrections. */
  forPeriod: string;
  correctsNumber: string;
  currency: string;
  rate: Rate | null;
  ratedMinor: string;
  billedMinor: string;
  /** Of corrections by the rules: taken off by hand before. */
  withheldMinor?: string;
  /** Of corrections by hand: 'amount', 'quantity' or 'waiver'. */
  change?: string;
  /** Of corrections and licences. */
  exchange?: Rate | null;
  /** Of licences. */
  licenceId: string;
  count: number;
  years: number;
  unitPrice: string;
  priceCurrency: string;
  instalment: { no: number; of: number };
  daysLeft: number;
  termDays: number;
}

export interface StoredStatement {
  id: string;
  mspId: string;
  distributorId: string;
  head: Head;
  lines: StoredLine[];
}

/** Statements in memory at once. */
const BATCH = 200;

/** Every issued statement of the programme as it is stored, in the order of numbers, in batches; reports progress as it goes. */
export async function* statementBatches(context: VerifyContext): AsyncGenerator<StoredStatement[]> {
  const ids = await ask<{ id: string }>(
    context,
    `select id from statement
     where programme_code = :programme and (:period::text is null or period = :period) order by number`,
  );
  for (let from = 0; from < ids.length; from += BATCH) {
    context.progress(from, ids.length);
    yield await ask<StoredStatement>(
      context,
      `select s.id, s.msp_id as "mspId", s.distributor_id as "distributorId", s.content as head,
         coalesce((select jsonb_agg(l.content order by l.line_no) from statement_line l
           where l.msp_id = s.msp_id and l.statement_id = s.id), '[]') as lines
       from statement s where s.id = any(:ids::uuid[]) order by s.number`,
      { ids: ids.slice(from, from + BATCH).map(({ id }) => id) },
    );
  }
  context.progress(ids.length, ids.length);
}
