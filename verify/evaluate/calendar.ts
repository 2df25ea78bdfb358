import { Temporal } from 'temporal-polyfill';

const numberOf = (text: string) => Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7)) - 1;

/** The month `months` later, both `YYYY-MM`. */
export function monthLater(period: string, months: number): string {
  const number = numberOf(period) + months;
  return `${Math.floor(number / 12)}-${String((number % 12) + 1).padStart(2, '0')}`;
}

/** Months from one to another, of which days are cut off: `2026-01`, `2026-03-15` are 2. */
export function monthsBetween(from: string, to: string): number {
  return numberOf(to) - numberOf(from);
}

const dayNumber = (day: string) => Math.round(Date.parse(`${day}T00:00:00Z`) / 86_400_000);
const dayOfNumber = (number: number) => new Date(number * 86_400_000).toISOString().slice(0, 10);

export function dayLater(day: string, days: number): string {
  return dayOfNumber(dayNumber(day) + days);
}

/** Days from one to another, the second not among them. */
export function daysBetween(from: string, to: string): number {
  return dayNumber(to) - dayNumber(from);
}

export const firstDayOf = (period: string) => `${period}-01`;
export const lastDayOf = (period: string) => dayLater(firstDayOf(monthLater(period, 1)), -1);

/** The day that the wall clock of a zone shows. */
export function dayIn(at: Date, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone).toPlainDate().toString();
}

/** The first instant of a day in a zone. */
export function startOf(day: string, zone: string): Date {
  return new Date(Temporal.PlainDate.from(day).toZonedDateTime(zone).epochMilliseconds);
}
