/** Service quotes: a company asks, the partner team answers with lines and a last day, and nobody is bound. */
import { z } from 'zod';
import { KontorError, fieldError } from './errors.js';
import { addDays } from './instant.js';
import { decimal, roundToMinor, sumMinor } from './money.js';
import { daysBetween } from './licences/termPrice.js';
import { instantAt, type Day } from './period.js';
import { Temporal } from 'temporal-polyfill';

export const QUOTE_STATES = ['requested', 'answered', 'accepted', 'declined', 'withdrawn', 'expired'] as const;
export type QuoteState = (typeof QUOTE_STATES)[number];

/** A quote holds for a year at the most. */
const MOST_DAYS = 366;
/** Its reminder comes so many days before its end, or midway where it holds for less. */
const REMIND_DAYS = 7;
/** In minor units: what PostgreSQL and every reader's numbers hold exactly. */
const LARGEST_TOTAL = 10n ** 15n;

const party = z.strictObject({
  name: z.string(),
  registrationNumber: z.string().nullable(),
  address: z.array(z.string()),
  country: z.string().nullable(),
});

/** Everything a quote says, frozen when it is answered: what its PDF is drawn from. Amounts follow from its lines. */
export const quotePaper = z.strictObject({
  number: z.string(),
  /** ISO 639-1: of the company that asked. */
  locale: z.string(),
  /** IANA time zone of the company that asked: both days are of it. */
  zone: z.string(),
  date: z.string(),
  /** The last day on which it can be accepted. */
  validUntil: z.string(),
  programmeName: z.string(),
  vendor: party,
  company: party,
  product: z.string(),
  wish: z.string(),
  quantity: z.number(),
  years: z.number().nullable(),
  currency: z.string(),
  lines: z.array(z.strictObject({ text: z.string(), quantity: z.number(), unitPrice: z.string() })),
  note: z.string().nullable(),
  /** Whether accepting it places an order. */
  isOrder: z.boolean(),
});
export type QuotePaper = z.infer<typeof quotePaper>;
export type QuoteLine = QuotePaper['lines'][number];

/** A line in minor units, rounded once (rule 11). */
export function quoteLineMinor({ quantity, unitPrice }: QuoteLine, currency: string): bigint {
  return roundToMinor(decimal(unitPrice).times(quantity), currency);
}

/** What the lines add up to, in minor units. Throws VALIDATION_FAILED on `/lines` where nobody could write that down. */
export function quoteTotalMinor(lines: readonly QuoteLine[], currency: string): bigint {
  const total = sumMinor(lines.map((line) => quoteLineMinor(line, currency)));
  if (total <= LARGEST_TOTAL) return total;
  throw fieldError('VALIDATION_FAILED', '/lines', 'They come to more than a quote can say.');
}

/**
 * When a quote ends, and when who asked is reminded: it can be accepted until the end of `validUntil`, a day of `zone`, today or
 * within a year. Throws VALIDATION_FAILED on `/validUntil`.
 */
export function quoteDates(
  answeredAt: Date,
  today: Day,
  validUntil: Day,
  zone: string,
): { remindAt: Date; expiresAt: Date } {
  const days = daysBetween(today, validUntil);
  if (days < 0 || days > MOST_DAYS) {
    throw fieldError(
      'VALIDATION_FAILED',
      '/validUntil',
      `It holds until ${today} or a later day, for a year at the most.`,
    );
  }
  const expiresAt = instantAt(Temporal.PlainDate.from(validUntil).add({ days: 1 }).toString(), '00:00', zone);
  const before = addDays(expiresAt, -REMIND_DAYS);
  const midway = new Date((answeredAt.getTime() + expiresAt.getTime()) / 2);
  return { remindAt: before > answeredAt ? before : midway, expiresAt };
}

/** Throws ALREADY_DECIDED where it has ended, STATE_CONFLICT where nothing was quoted yet or its last day is over. */
export function requireAcceptable(state: QuoteState, expiresAt: Date | null, at: Date): void {
  if (state === 'requested') throw new KontorError('STATE_CONFLICT', 'This quote has no answer yet.');
  requireOpen(state);
  if (expiresAt !== null && at >= expiresAt) {
    throw new KontorError('STATE_CONFLICT', `This quote held until ${expiresAt.toISOString()}: ask for another one.`);
  }
}

/** Throws ALREADY_DECIDED where it has ended. */
export function requireOpen(state: QuoteState): void {
  if (state === 'requested' || state === 'answered') return;
  throw new KontorError('ALREADY_DECIDED', `This quote is ${state} already.`);
}
