import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  addMonths,
  dayOf,
  instantAt,
  isMonthOver,
  isTimeZone,
  nextPeriod,
  opensAt,
  parsePeriod,
  periodDays,
  periodOf,
  periodRange,
  previousPeriod,
  programmeCalendar,
} from '../../domain/period.js';
import { SHIPPED_PROGRAMME_SETTINGS } from '../../domain/settings/index.js';

const HOUR_MS = 3_600_000;
const CALENDAR = SHIPPED_PROGRAMME_SETTINGS.calendar;

/** Fifteen zones on both sides of UTC: halves and quarters of hours, both hemispheres, the date line. */
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'Europe/London',
  'Europe/Warsaw',
  'Africa/Casablanca',
  'America/New_York',
  'America/Los_Angeles',
  'America/St_Johns',
  'America/Santiago',
  'Asia/Tokyo',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Auckland',
  'Pacific/Kiritimati',
] as const;

const rangeOf = (period: string, zone: string) => {
  const { start, end } = periodRange(parsePeriod(period), zone);
  return { start: start.toISOString(), end: end.toISOString(), hours: (end.getTime() - start.getTime()) / HOUR_MS };
};

describe('rule 1: a period is a calendar month in the time zone of the MSP', () => {
  it.each([
    [
      'March 2026 in Berlin loses the hour of 29 March: 743 hours',
      '2026-03',
      'Europe/Berlin',
      '2026-02-28T23:00',
      '2026-03-31T22:00',
      743,
    ],
    [
      'October 2026 in Berlin gains the hour of 25 October: 745 hours',
      '2026-10',
      'Europe/Berlin',
      '2026-09-30T22:00',
      '2026-10-31T23:00',
      745,
    ],
    [
      'March 2026 in New York loses the hour of 8 March: 743 hours',
      '2026-03',
      'America/New_York',
      '2026-03-01T05:00',
      '2026-04-01T04:00',
      743,
    ],
    [
      'March 2026 in Tokyo has no clock change: 744 hours',
      '2026-03',
      'Asia/Tokyo',
      '2026-02-28T15:00',
      '2026-03-31T15:00',
      744,
    ],
    [
      'April 2026 in Auckland gains an hour: the south turns back in autumn',
      '2026-04',
      'Pacific/Auckland',
      '2026-03-31T11:00',
      '2026-04-30T12:00',
      721,
    ],
    [
      'Lord Howe changes its clock by half an hour',
      '2026-04',
      'Australia/Lord_Howe',
      '2026-03-31T13:00',
      '2026-04-30T13:30',
      720.5,
    ],
    ['February 2028 has 29 days', '2028-02', 'Europe/Berlin', '2028-01-31T23:00', '2028-02-29T23:00', 696],
    ['February 2027 has 28 days', '2027-02', 'Europe/Berlin', '2027-01-31T23:00', '2027-02-28T23:00', 672],
    ['December ends with the year', '2026-12', 'Europe/Berlin', '2026-11-30T23:00', '2026-12-31T23:00', 744],
    [
      'the first of a month begins in Kiritimati while it is still the day before in UTC',
      '2026-03',
      'Pacific/Kiritimati',
      '2026-02-28T10:00',
      '2026-03-31T10:00',
      744,
    ],
  ])('rule 1: %s', (_sentence, period, zone, start, end, hours) => {
    expect(rangeOf(period, zone)).toEqual({ start: `${start}:00.000Z`, end: `${end}:00.000Z`, hours });
  });

  it.each(ZONES)('rule 1: the months from 2025 to 2029 follow each other without gap or overlap in %s', (zone) => {
    for (let index = 0; index < 60; index += 1) {
      const period = addMonths(parsePeriod('2025-01'), index);
      expect(periodRange(period, zone).end).toEqual(periodRange(nextPeriod(period), zone).start);
    }
  });

  it.each(ZONES)('rule 1: any instant belongs to the one period whose range holds it in %s', (zone) => {
    const instant = fc.date({
      min: new Date('2025-01-02T00:00:00Z'),
      max: new Date('2029-12-30T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instant, (at) => {
        const period = periodOf(at, zone);
        const { start, end } = periodRange(period, zone);
        expect(start <= at && at < end).toBe(true);
        expect(dayOf(at, zone).startsWith(period)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['a check-in at 23:30 on 31 March in Berlin is of March', '2026-03-31T21:30:00Z', 'Europe/Berlin', '2026-03'],
    ['half an hour later it is of April', '2026-03-31T22:00:00Z', 'Europe/Berlin', '2026-04'],
    ['at the same instant Tokyo has April already', '2026-03-31T15:00:00Z', 'Asia/Tokyo', '2026-04'],
    ['and New York still March', '2026-04-01T03:59:59Z', 'America/New_York', '2026-03'],
    ['the last second of 29 February 2028 is of February', '2028-02-29T22:59:59Z', 'Europe/Berlin', '2028-02'],
    ['the last second of the year is of December', '2026-12-31T22:59:59Z', 'Europe/Berlin', '2026-12'],
    [
      'the hour that comes twice on 25 October counts once as October',
      '2026-10-25T00:30:00Z',
      'Europe/Berlin',
      '2026-10',
    ],
  ])('rule 1: %s', (_sentence, instant, zone, period) => {
    expect(periodOf(new Date(instant), zone)).toBe(period);
  });

  it('rule 1: the day before January is December of the year before', () => {
    expect(previousPeriod(parsePeriod('2027-01'))).toBe('2026-12');
    expect(nextPeriod(parsePeriod('2026-12'))).toBe('2027-01');
  });

  it('rule 1: a leap year has its 29 February, other years do not', () => {
    expect(periodDays(parsePeriod('2028-02')).last).toBe('2028-02-29');
    expect(periodDays(parsePeriod('2026-02')).last).toBe('2026-02-28');
  });

  it.each(['2026-3', '2026-13', '2026-00', '1999-12', '2026-03-01', '', 'March 2026', '2026-03\n'])(
    'rule 1: %j is not a period',
    (text) => {
      const fields = [expect.objectContaining({ field: '/period' })];
      expect(() => parsePeriod(text)).toThrow(expect.objectContaining({ code: 'PERIOD_INVALID', fields }));
    },
  );
});

describe('rule 1: the deadlines of a run', () => {
  it.each([
    ['March opens on 1 April at 04:00 summer time', '2026-03', 'Europe/Berlin', '2026-04-01T02:00:00.000Z'],
    ['February opens on 1 March at 04:00 winter time', '2026-02', 'Europe/Berlin', '2026-03-01T03:00:00.000Z'],
    ['December opens in the new year', '2026-12', 'Europe/Berlin', '2027-01-01T03:00:00.000Z'],
    ['February 2028 opens after its 29th', '2028-02', 'Asia/Tokyo', '2028-02-29T19:00:00.000Z'],
  ])('rule 1: the run of %s', (_sentence, period, zone, instant) => {
    expect(opensAt(parsePeriod(period), zone, CALENDAR).toISOString()).toBe(instant);
  });

  it('rule 1: collect to the end of day 3, review to the end of day 5, issue on day 6, mailed by the end of day 10', () => {
    const calendar = programmeCalendar(parsePeriod('2026-03'), 'Europe/Berlin', CALENDAR);
    expect(calendar).toEqual({
      monthEnd: instantAt('2026-04-01', '00:00', 'Europe/Berlin'),
      collectUntil: instantAt('2026-04-04', '00:00', 'Europe/Berlin'),
      reviewUntil: instantAt('2026-04-06', '00:00', 'Europe/Berlin'),
      issueDay: '2026-04-06',
      issueFrom: instantAt('2026-04-06', '00:00', 'Europe/Berlin'),
      mailedBy: instantAt('2026-04-11', '00:00', 'Europe/Berlin'),
    });
    expect(calendar.collectUntil.toISOString()).toBe('2026-04-03T22:00:00.000Z');
  });

  it.each(ZONES)(
    'rule 1: in %s each deadline comes after the one before, and none before the period is over',
    (zone) => {
      for (const text of ['2026-02', '2026-03', '2026-09', '2026-10', '2026-12', '2028-02']) {
        const period = parsePeriod(text);
        const { collectUntil, reviewUntil, mailedBy } = programmeCalendar(period, zone, CALENDAR);
        const instants = [periodRange(period, zone).end, collectUntil, reviewUntil, mailedBy].map((at) => at.getTime());
        expect(instants).toEqual(instants.toSorted((a, b) => a - b));
        expect(dayOf(collectUntil, zone)).toBe(`${nextPeriod(period)}-04`);
        expect(dayOf(new Date(reviewUntil.getTime() - 1), zone)).toBe(`${nextPeriod(period)}-05`);
      }
    },
  );

  it('rule 1: a programme with other days and another hour has other deadlines, in the zone of the MSP', () => {
    const own = { ...CALENDAR, openDay: 2, openTime: '06:30', collectUntilDay: 10, issueDay: 20, mailedByDay: 28 };
    const calendar = { ...own, reviewUntilDay: 12 };
    expect(opensAt(parsePeriod('2026-03'), 'Asia/Tokyo', calendar)).toEqual(
      instantAt('2026-04-02', '06:30', 'Asia/Tokyo'),
    );
    expect(programmeCalendar(parsePeriod('2028-01'), 'Asia/Tokyo', calendar)).toEqual({
      monthEnd: instantAt('2028-02-01', '00:00', 'Asia/Tokyo'),
      collectUntil: instantAt('2028-02-11', '00:00', 'Asia/Tokyo'),
      reviewUntil: instantAt('2028-02-13', '00:00', 'Asia/Tokyo'),
      issueDay: '2028-02-20',
      issueFrom: instantAt('2028-02-20', '00:00', 'Asia/Tokyo'),
      mailedBy: instantAt('2028-02-29', '00:00', 'Asia/Tokyo'),
    });
  });

  it.each([
    ['is not over in New York when it is in Berlin', 'America/New_York', '2026-03-31T22:00:00.000Z', false],
    ['is over in Berlin at its first instant', 'Europe/Berlin', '2026-03-31T22:00:00.000Z', true],
    ['is not over in Berlin a millisecond before', 'Europe/Berlin', '2026-03-31T21:59:59.999Z', false],
    ['is over in New York at midnight there', 'America/New_York', '2026-04-01T04:00:00.000Z', true],
  ])('rule 1: March %s', (_sentence, zone, now, over) => {
    expect(isMonthOver(parsePeriod('2026-03'), zone, new Date(now))).toBe(over);
  });

  it('rule 1: a time that the clock change skips is the instant the clock jumps to', () => {
    expect(instantAt('2026-03-29', '02:30', 'Europe/Berlin').toISOString()).toBe('2026-03-29T01:30:00.000Z');
  });

  it.each([...ZONES, 'America/Argentina/Buenos_Aires', 'Asia/Kolkata', 'Europe/Kyiv', 'UTC'])(
    '%s is a time zone',
    (zone) => {
      expect(isTimeZone(zone)).toBe(true);
    },
  );

  it.each([
    '',
    'Berlin',
    'Mars/Olympus',
    '+01:00',
    'europe/berlin',
    'utc',
    'US/Pacific-New',
    "Europe/Berlin'; drop table msp",
  ])('%j is no time zone', (zone) => {
    expect(isTimeZone(zone)).toBe(false);
  });
});
