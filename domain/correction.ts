/**
 * Corrections by hand: what two people change of an issued statement (rules 5, 13 and 18), within what was billed for it. The
 * statement itself never changes. A line belongs to the statement that it is about: what a later one corrects of this month
 * counts here, and what this one corrects of an earlier month does not.
 */
import type { Actor } from './access/actor.js';
import { canonicalJson } from './canonicalJson.js';
import { fieldError, KontorError } from './errors.js';
import { addDays } from './instant.js';
import { decimal, minorToDecimalString, roundToMinor } from './money.js';
import type { Period } from './period.js';
import { amountOf, priceLine, type PriceStep } from './pricing/index.js';
import { inPrintedOrder, type DueManualCorrection, type Placed } from './rating.js';
import type { CorrectionSettings } from './settings/corrections.js';
import type { ExtensionLine, MinimumLine, Party, Statement, TermLine, UsageLine } from './statement.js';
import { usageKey, type UsageOf } from './usage.js';

/** An amount more or less; another quantity of a line; a line or the statement taken off; the same content with its parties as they are now. */
export const CORRECTION_CHANGES = ['amount', 'quantity', 'waiver', 'reissue'] as const;
export type CorrectionChange = (typeof CORRECTION_CHANGES)[number];

/** A line of the MSP's next statement; a credit at once; a new revision of the document. */
export const CORRECTION_BOOKINGS = ['next_statement', 'credit', 'revision'] as const;
export type CorrectionBooking = (typeof CORRECTION_BOOKINGS)[number];

export const CORRECTION_STATES = ['asked', 'confirmed', 'refused', 'withdrawn', 'expired'] as const;
export type CorrectionState = (typeof CORRECTION_STATES)[number];

/** What ends the wait of a correction, and the state it leads to. One that has ended stays as it is. */
export const CORRECTION_ENDS = {
  confirm: 'confirmed',
  refuse: 'refused',
  withdraw: 'withdrawn',
  expire: 'expired',
} as const satisfies Record<string, CorrectionState>;
export type CorrectionEnd = keyof typeof CORRECTION_ENDS;

type MoneyBooking = Exclude<CorrectionBooking, 'revision'>;

/** What is asked for. `lineNo` null: the statement as a whole; amounts are minor units of its currency, negative in the MSP's favour. */
export type CorrectionWish =
  | { change: 'amount'; lineNo: number | null; amountMinor: bigint; booking: MoneyBooking }
  | { change: 'quantity'; lineNo: number; quantity: number; booking: MoneyBooking }
  | { change: 'waiver'; lineNo: number | null; booking: MoneyBooking }
  | { change: 'reissue' };

/** The companies that a statement prints. */
export type Parties = Pick<Statement, 'msp' | 'distributor' | 'vendor'>;

/** What it comes to, frozen with it: a line without its place, or the parties of the new revision. */
export type CorrectionPlan =
  { line: DueManualCorrection; parties: null } | { line: null; parties: Record<keyof Parties, Party> };

export interface Correction {
  id: string;
  programme: string;
  mspId: string;
  statementId: string;
  /** Of the corrected statement, as `period` and `currency`. */
  number: string;
  distributorId: string;
  period: Period;
  change: CorrectionChange;
  booking: CorrectionBooking;
  wish: CorrectionWish;
  plan: CorrectionPlan;
  currency: string;
  /** Minor units of `currency`; zero where no amount changes. */
  amountMinor: bigint;
  reason: string;
  state: CorrectionState;
  askedAt: Date;
  askedBy: Actor;
  remindAt: Date;
  decideUntil: Date;
  decidedAt: Date | null;
  decidedBy: Actor | null;
  decisionReason: string | null;
}

/** Throws ALREADY_DECIDED unless the correction still waits. */
export function requireAsked(state: CorrectionState): void {
  if (state !== 'asked') throw new KontorError('ALREADY_DECIDED', `This correction is ${state} already.`);
}

/** When the partner team is reminded of a correction that waits, and when it expires. */
export function correctionCalendar(
  askedAt: Date,
  { remindAfterDays, expireAfterDays }: CorrectionSettings,
): { remindAt: Date; decideUntil: Date } {
  return { remindAt: addDays(askedAt, remindAfterDays), decideUntil: addDays(askedAt, expireAfterDays) };
}

/** A line that can be corrected by hand, and what was billed for it so far: minor units of the statement's currency. */
export interface BilledItem {
  line: UsageLine | MinimumLine | TermLine | ExtensionLine;
  /** Billable quantity as corrections left it; null: it has none. */
  quantity: number | null;
  /** By the rules: the line, and what later statements corrected of it. */
  billedMinor: bigint;
  /** By hand, confirmed; of it what changed the quantity. */
  manualMinor: bigint;
  manualQuantityMinor: bigint;
  waived: boolean;
}

/** Usage of the month as the rules count it by now. */
export interface CountedUsage extends Omit<Placed, keyof UsageOf>, UsageOf {
  /** Zero in an unbilled first month. */
  quantity: number;
}

/** An issued statement with what was billed for it so far, wherever it was booked. */
export interface CorrectableStatement {
  statement: Statement;
  items: readonly BilledItem[];
  /** All usage of its month, that which later statements added too: among it a line is priced. */
  usage: readonly CountedUsage[];
  /** Of all lines, and of those that later statements added to this month. */
  billedMinor: bigint;
  manualMinor: bigint;
  waived: boolean;
}

/** What is left of a line or statement before and after: minor units. */
export interface Left {
  billedMinor: bigint;
  beforeMinor: bigint;
  afterMinor: bigint;
}

/** What a correction would say. */
export interface PlannedCorrection {
  line: Omit<DueManualCorrection, 'correctionId' | 'reason'>;
  amountMinor: bigint;
  ofLine: Left | null;
  ofStatement: Left;
}

type MoneyWish = Exclude<CorrectionWish, { change: 'reissue' }>;

function itemOf({ statement, items }: CorrectableStatement, lineNo: number): BilledItem {
  const item = items.find(({ line }) => line.lineNo === lineNo);
  if (item !== undefined) return item;
  const line = statement.lines.find((one) => one.lineNo === lineNo);
  if (line !== undefined && 'correctsNumber' in line) {
    throw fieldError(
      'STATE_CONFLICT',
      '/correction/line',
      `Line ${lineNo} corrects ${line.correctsNumber}: correct that statement, by its line or as a whole.`,
    );
  }
  throw fieldError('NOT_FOUND', '/correction/line', `${statement.number} has no line ${lineNo}.`);
}

/**
 * The line priced anew by the statement's own list, where it stands among the usage of its meter as the rules count that by now:
 * what was billed for the line so far was priced so, too.
 */
function stepsFor({ statement, usage }: CorrectableStatement, line: UsageLine, quantity: number): PriceStep[] {
  const price = statement.pricePlan.prices[line.meter];
  if (price === undefined) throw new KontorError('INTERNAL', 'A statement has the prices of its lines.');
  const others = usage.filter((one) => one.meter === line.meter && usageKey(one) !== usageKey(line));
  const sum = (some: readonly CountedUsage[]) => some.reduce((units, one) => units + one.quantity, 0);
  const from = sum(others.filter((one) => inPrintedOrder(one, line) < 0));
  return priceLine(price, from, quantity, sum(others) + quantity);
}

/** Null where no quantity changes. */
interface NewQuantity {
  oldQuantity: number | null;
  newQuantity: number | null;
  steps: PriceStep[];
  priceCurrency: string | null;
  rate: Statement['exchange'];
}
const NO_QUANTITY: NewQuantity = { oldQuantity: null, newQuantity: null, steps: [], priceCurrency: null, rate: null };

/** What was billed and what is to be left of it, by what is asked for. */
function amounts(
  of: CorrectableStatement,
  item: BilledItem | null,
  wish: MoneyWish,
): { ratedMinor: bigint; billedMinor: bigint } & NewQuantity {
  const soFar = item ?? of;
  const billedMinor = soFar.billedMinor + soFar.manualMinor;
  switch (wish.change) {
    case 'amount':
      return { billedMinor, ratedMinor: billedMinor + wish.amountMinor, ...NO_QUANTITY };
    case 'waiver':
      return { billedMinor, ratedMinor: 0n, ...NO_QUANTITY };
    case 'quantity': {
      if (item?.line.kind !== 'usage' || item.line.firstMonthFree) {
        const message =
          'Only a line of usage that was billed has a quantity that can be corrected; give an amount instead.';
        throw fieldError('STATE_CONFLICT', '/correction/line', message);
      }
      if (item.waived || of.waived) {
        throw fieldError('STATE_CONFLICT', '/correction/line', 'This line was waived: its quantity is billed no more.');
      }
      const { exchange, currency, pricePlan } = of.statement;
      const steps = stepsFor(of, item.line, wish.quantity);
      const exact = amountOf(steps);
      return {
        // Amounts by hand are not undone by another quantity.
        billedMinor: item.billedMinor + item.manualQuantityMinor,
        ratedMinor: roundToMinor(exchange === null ? exact : exact.times(decimal(exchange.rate)), currency),
        ...{ oldQuantity: item.quantity, newQuantity: wish.quantity, steps },
        ...{ priceCurrency: pricePlan.currency, rate: exchange },
      };
    }
  }
}

const FIELD_OF = {
  amount: '/correction/amount',
  quantity: '/correction/quantity',
  waiver: '/correction/line',
} as const;

/**
 * Never more than was billed: what is taken off a line is at most what is left of it, and of the statement; what is charged
 * by an amount at most doubles what the rules billed.
 */
function requireWithin(
  { change }: MoneyWish,
  what: string,
  { billedMinor, beforeMinor, afterMinor }: Left,
  currency: string,
): void {
  const amount = (minor: bigint) => `${minorToDecimalString(minor, currency)} ${currency}`;
  if (afterMinor < 0n && afterMinor < beforeMinor) {
    throw fieldError(
      'CORRECTION_EXCEEDS_BILLED',
      FIELD_OF[change],
      `Of ${what} ${amount(beforeMinor)} are left, so no more can be taken off: give an amount of at most that.`,
    );
  }
  if (change === 'amount' && afterMinor > beforeMinor && afterMinor > 2n * billedMinor) {
    throw fieldError(
      'CORRECTION_EXCEEDS_BILLED',
      FIELD_OF[change],
      `For ${what} ${amount(billedMinor)} were billed, and amounts charged by hand at most double that. Correct the quantity where it was counted wrong.`,
    );
  }
}

function leftOf(of: Pick<BilledItem, 'billedMinor' | 'manualMinor'>, amountMinor: bigint): Left {
  const beforeMinor = of.billedMinor + of.manualMinor;
  return { billedMinor: of.billedMinor, beforeMinor, afterMinor: beforeMinor + amountMinor };
}

function placeOf(line: BilledItem['line'] | undefined) {
  const none = { siteId: null, siteName: null, tenantId: null, tenantName: null, tenantRef: null, meter: null };
  if (line === undefined || line.kind === 'minimum') return none;
  const { siteId, siteName, tenantId, tenantName, meter } = line;
  return { siteId, siteName, tenantId, tenantName, tenantRef: line.kind === 'usage' ? line.tenantRef : null, meter };
}

/**
 * What a correction of an issued statement would say, and what is left before and after. Amounts are minor units of the
 * statement's currency, rounded once. Throws NOT_FOUND and STATE_CONFLICT naming the line, CORRECTION_EXCEEDS_BILLED.
 */
export function planCorrection(of: CorrectableStatement, wish: MoneyWish): PlannedCorrection {
  const { statement } = of;
  const { number: correctsNumber, period: forPeriod, currency } = statement;
  const item = wish.lineNo === null ? null : itemOf(of, wish.lineNo);
  const { ratedMinor, billedMinor, ...quantity } = amounts(of, item, wish);
  const amountMinor = ratedMinor - billedMinor;
  if (amountMinor === 0n || (wish.change === 'waiver' && amountMinor > 0n)) {
    throw fieldError(
      'STATE_CONFLICT',
      FIELD_OF[wish.change],
      'That changes nothing: what was billed comes to the same.',
    );
  }
  if (wish.booking === 'credit' && amountMinor > 0n) {
    const message = 'A credit is in favour of the MSP; what it owes is booked on its next statement (next_statement).';
    throw fieldError('STATE_CONFLICT', '/correction/booking', message);
  }
  const ofLine = item === null ? null : leftOf(item, amountMinor);
  const ofStatement = leftOf(of, amountMinor);
  if (ofLine !== null && item !== null) requireWithin(wish, `line ${item.line.lineNo}`, ofLine, currency);
  requireWithin(wish, statement.number, ofStatement, currency);
  return {
    line: {
      kind: 'manual_correction',
      change: wish.change,
      correctsLine: wish.lineNo,
      correctsKind: item?.line.kind ?? null,
      ...placeOf(item?.line),
      ...{ forPeriod, correctsNumber, currency, ratedMinor, billedMinor, exchange: null, ...quantity },
    },
    ...{ amountMinor, ofLine, ofStatement },
  };
}

/** The parties as they are now, for a new revision. Throws STATE_CONFLICT where the statement prints the same already. */
export function planReissue(printed: Parties, now: Parties): Record<keyof Parties, Party> {
  const parties = { msp: now.msp, distributor: now.distributor, vendor: now.vendor };
  const before = { msp: printed.msp, distributor: printed.distributor, vendor: printed.vendor };
  if (canonicalJson(parties) === canonicalJson(before)) {
    throw new KontorError(
      'STATE_CONFLICT',
      'The document prints the companies as they are now: change the company first (name, address), then ask again.',
    );
  }
  return parties;
}

/** Throws STATE_CONFLICT where what was asked for comes to something else by now: whoever confirms would not see it. */
export function requireSamePlan(asked: CorrectionPlan, now: CorrectionPlan): void {
  const said = ({ line, parties }: CorrectionPlan) =>
    canonicalJson(line === null ? parties : [line.ratedMinor - line.billedMinor, line.billedMinor, line.newQuantity]);
  if (said(asked) === said(now)) return;
  throw new KontorError(
    'STATE_CONFLICT',
    'Meanwhile it comes to something else (another correction was booked, or a company changed): refuse it and ask anew.',
  );
}
