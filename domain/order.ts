/** Orders (rule 21): what costs or enables something is priced, confirmed, and approved by a rule or by a person. */
import type { View } from './access/views.js';
import type { Actor } from '../domain/access/actor.js';
import type { MeterCode } from './catalog/index.js';
import { KontorError } from './errors.js';
import { addDays } from './instant.js';
import { termEnd } from './licences/term.js';
import type { AgreedPrice } from './licences/termPrice.js';
import { decimal, minorToDecimalString } from './money.js';
import { instantAt, type Day, type Period } from './period.js';
import type { OrderSettings } from './settings/orders.js';

/** A licence, more of one, one that follows another, or the use of a product. */
export const ORDER_KINDS = ['licence', 'extension', 'renewal', 'product'] as const;
export type OrderKind = (typeof ORDER_KINDS)[number];

export const ORDER_STATES = ['placed', 'approved', 'refused', 'withdrawn', 'expired'] as const;
export type OrderState = (typeof ORDER_STATES)[number];

/** What ends an order, and the state it leads to. An order that has ended stays as it is. */
export const ORDER_ENDS = {
  approve: 'approved',
  refuse: 'refused',
  withdraw: 'withdrawn',
  expire: 'expired',
} as const satisfies Record<string, OrderState>;
export type OrderEnd = keyof typeof ORDER_ENDS;

/** Throws ALREADY_DECIDED unless the order still waits. */
export function requirePlaced(state: OrderState): void {
  if (state !== 'placed') throw new KontorError('ALREADY_DECIDED', `This order is ${state} already.`);
}

/** The units of a licence that is ordered. */
export interface OrderedLicence extends AgreedPrice {
  siteId: string;
  tenantId: string | null;
  meter: MeterCode;
  count: number;
  years: number;
  /** The licence it extends or renews; null: neither. */
  licenceId: string | null;
  /** As wished; null: the day of approval. */
  startsOn: Day | null;
  pricePlanId: string;
}

export interface Order {
  mspId: string;
  id: string;
  programme: string;
  kind: OrderKind;
  product: string;
  /** Null: it orders the use of a product. */
  licence: OrderedLicence | null;
  /** The price that was confirmed. */
  currency: string;
  amountMinor: bigint;
  state: OrderState;
  placedAt: Date;
  placedBy: Actor;
  placedView: View;
  decideUntil: Date;
  decidedAt: Date | null;
  decidedBy: Actor | null;
  decidedHow: 'rule' | 'person' | null;
  reason: string | null;
}

/** Whether a rule of the programme approves it: one of its view and product whose amount, in its currency, is not exceeded. */
export function isApprovedByRule(
  order: Pick<Order, 'placedView' | 'product' | 'currency' | 'amountMinor'>,
  { approveUpTo }: OrderSettings,
): boolean {
  const amount = decimal(minorToDecimalString(order.amountMinor, order.currency));
  return approveUpTo.some(
    ({ view, product, currency, amount: limit }) =>
      view === order.placedView &&
      (product === null || product === order.product) &&
      currency === order.currency &&
      amount.lte(decimal(limit)),
  );
}

/**
 * Rule 21: the first day of what was approved on `approvedOn` (both days of the MSP's zone): as wished, but not before that
 * day, nor in a month that was opened (rule 19).
 */
export function firstDay(wished: Day | null, approvedOn: Day, firstUnopened: Period | null): Day {
  const unopened = firstUnopened === null ? approvedOn : `${firstUnopened}-01`;
  return [wished ?? approvedOn, approvedOn, unopened].reduce((latest, day) => (day > latest ? day : latest));
}

/** The term that an extension belongs to. */
export interface Term {
  startsOn: Day;
  agreedUntil: Day;
  /** Earlier than agreed once it was ended. */
  endsOn: Day;
}

/**
 * From when until when the licence of an order holds, the end being the first day it does not cover: its years, or until
 * the end of the term that it extends. Throws STATE_CONFLICT where that term is over by then, or was ended.
 */
export function licenceDays(
  kind: OrderKind,
  startsOn: Day,
  years: number,
  term: Term | null,
): { startsOn: Day; endsOn: Day } {
  if (kind !== 'extension') return { startsOn, endsOn: termEnd(startsOn, years) };
  if (term === null) throw new KontorError('INTERNAL', 'An extension names the licence that it extends.');
  if (term.endsOn !== term.agreedUntil || startsOn >= term.endsOn || startsOn < term.startsOn) {
    throw new KontorError(
      'STATE_CONFLICT',
      'An extension starts while the licence it extends runs, and that was not ended.',
    );
  }
  return { startsOn, endsOn: term.endsOn };
}

/** Until when an order waits: so many days, and no longer than the term that it extends, in the MSP's zone. */
export function orderExpiry(
  placedAt: Date,
  { expireAfterDays }: OrderSettings,
  until: { day: Day; zone: string } | null,
): Date {
  const expires = addDays(placedAt, expireAfterDays);
  if (until === null) return expires;
  const end = instantAt(until.day, '00:00', until.zone);
  return end < expires ? end : expires;
}
