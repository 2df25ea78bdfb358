import { Temporal } from 'temporal-polyfill';
import { fieldError } from './errors.js';
import type { CalendarSettings } from './settings/calendar.js';

/** A calendar month, written `YYYY-MM`; a half-open range of instants once a time zone is given. */
export type Period = string & { readonly __period: unique symbol };

/** A calendar day, written `YYYY-MM-DD`. */
export type Day = string;

/** Half-open: `start <= t < end`. */
export interface InstantRange {
  start: Date;
  end: Date;
}

/** The instants of rule 1 for one period and one zone. All absolute; a wait that lies in the past is over. */
export interface ProgrammeCalendar {
  /** The first instant after the month. */
  monthEnd: Date;
  /** Usage is collected until the end of its last day. */
  collectUntil: Date;
  /** Discrepancies are reviewed until the end of its last day. */
  reviewUntil: Date;
  /** Statements carry this date, of the following month. */
  issueDay: Day;
  /** Its first instant: nothing is issued before. */
  issueFrom: Date;
  /** Everything is mailed by the end of its last day. */
  mailedBy: Date;
}

/** Parses `YYYY-MM`; throws PERIOD_INVALID naming `field` for anything else. */
export function parsePeriod(text: string, field = '/period'): Period {
  if (!/^(20\d\d)-(0[1-9]|1[0-2])$/.test(text)) {
    throw fieldError('PERIOD_INVALID', field, `A period is a month written YYYY-MM, such as 2026-03, not "${text}".`);
  }
  return text as Period;
}

function monthOf(period: Period): Temporal.PlainYearMonth {
  return Temporal.PlainYearMonth.from(period);
}

function startOfDay(day: Temporal.PlainDate, zone: string): Date {
  return new Date(day.toZonedDateTime({ timeZone: zone }).epochMilliseconds);
}

/** Before every month anybody closes: what holds "from the beginning" holds from here. */
export const EARLIEST_PERIOD = '2000-01' as Period;

/** The period `months` later (negative: earlier). */
export function addMonths(period: Period, months: number): Period {
  return monthOf(period).add({ months }).toString() as Period;
}

export function previousPeriod(period: Period): Period {
  return addMonths(period, -1);
}

export function nextPeriod(period: Period): Period {
  return addMonths(period, 1);
}

/** The periods from `from` until before `end`. */
export function periodsFrom(from: Period, end: Period): Period[] {
  const periods: Period[] = [];
  for (let period = from; period < end; period = nextPeriod(period)) periods.push(period);
  return periods;
}

/** First and last day of the month, both inclusive: for people to read. */
export function periodDays(period: Period): { first: Day; last: Day } {
  const month = monthOf(period);
  return {
    first: month.toPlainDate({ day: 1 }).toString(),
    last: month.toPlainDate({ day: month.daysInMonth }).toString(),
  };
}

/** Rule 7, by the day: the instant in `zone` from which on usage of the month comes too late to be booked. */
export function reachOf(period: Period, zone: string, { reachDays }: { reachDays: number }): Date {
  return startOfDay(monthOf(period).toPlainDate({ day: 1 }).add({ months: 1, days: reachDays }), zone);
}

/** The last `days` days of the month, first and last inclusive (rule 10's window of rates): 1 to the month's length. */
export function lastDaysOf(period: Period, days: number): { first: Day; last: Day } {
  const { last } = periodDays(period);
  return {
    first: Temporal.PlainDate.from(last)
      .subtract({ days: days - 1 })
      .toString(),
    last,
  };
}

/**
 * The month as instants in `zone` (IANA name): clock changes and all, 743 to 745 hours for 31 days. Where the month before
 * was in another zone, it begins where that one ended, so that no hour is lost or counted twice.
 */
export function periodRange(period: Period, zone: string, zoneBefore: string = zone): InstantRange {
  const first = monthOf(period).toPlainDate({ day: 1 });
  return { start: startOfDay(first, zoneBefore), end: startOfDay(first.add({ months: 1 }), zone) };
}

/** The period an instant belongs to in `zone`. */
export function periodOf(instant: Date, zone: string): Period {
  return dayOf(instant, zone).slice(0, 7) as Period;
}

/** The calendar day of an instant in `zone`. */
export function dayOf(instant: Date, zone: string): Day {
  return Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(zone).toPlainDate().toString();
}

/** The instant a wall-clock time of a day in `zone`: `time` is `HH:MM`. */
export function instantAt(day: Day, time: string, zone: string): Date {
  const zoned = Temporal.PlainDate.from(day).toZonedDateTime({ timeZone: zone, plainTime: time });
  return new Date(zoned.epochMilliseconds);
}

/** Whether the month has ended in `zone` (IANA name). Every question whether a month is over is asked here. */
export function isMonthOver(period: Period, zone: string, now: Date): boolean {
  return now >= periodRange(period, zone).end;
}

/** When the run of `period` opens (rule 1), in the programme's zone. */
export function opensAt(period: Period, programmeZone: string, calendar: CalendarSettings): Date {
  const day = monthOf(nextPeriod(period)).toPlainDate({ day: calendar.openDay });
  return instantAt(day.toString(), calendar.openTime, programmeZone);
}

/** Rule 1 in the MSP's zone. */
export function programmeCalendar(period: Period, zone: string, calendar: CalendarSettings): ProgrammeCalendar {
  const day = (n: number) => monthOf(nextPeriod(period)).toPlainDate({ day: n });
  const endOf = (n: number) => startOfDay(day(n).add({ days: 1 }), zone);
  return {
    monthEnd: periodRange(period, zone).end,
    collectUntil: endOf(calendar.collectUntilDay),
    reviewUntil: endOf(calendar.reviewUntilDay),
    issueDay: day(calendar.issueDay).toString(),
    issueFrom: startOfDay(day(calendar.issueDay), zone),
    mailedBy: endOf(calendar.mailedByDay),
  };
}

/** Names of today that ICU, and so this runtime's list, still has under an older one. */
const RENAMED_ZONES = [
  ...['Africa/Asmara', 'Asia/Ho_Chi_Minh', 'Asia/Kathmandu', 'Asia/Kolkata', 'Asia/Yangon', 'Atlantic/Faroe'],
  ...['America/Argentina/Buenos_Aires', 'America/Argentina/Catamarca', 'America/Argentina/Cordoba'],
  ...['America/Argentina/Jujuy', 'America/Argentina/Mendoza', 'America/Atikokan', 'America/Indiana/Indianapolis'],
  ...['America/Kentucky/Louisville', 'America/Nuuk', 'Europe/Kyiv', 'Pacific/Chuuk', 'Pacific/Kanton'],
  ...['Pacific/Pohnpei', 'UTC'],
];
const TIME_ZONES = new Set([...Intl.supportedValuesOf('timeZone'), ...RENAMED_ZONES]);

/**
 * Whether `zone` is an IANA time zone in its own spelling: this runtime would also take `europe/berlin` and names that were
 * withdrawn, which PostgreSQL or Temporal do not know.
 */
export function isTimeZone(zone: string): boolean {
  return TIME_ZONES.has(zone);
}
