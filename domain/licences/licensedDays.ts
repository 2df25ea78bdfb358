/**
 * A term licence covers the days it holds (rule 22). Where licences begin or end within a month, a meter that goes by its
 * highest count is measured day by day: each day's count less what was licensed on that day, and the highest of these
 * differences is metered. Days in a row that the same licences cover are taken together, since within them the highest
 * count gives the highest difference.
 */
import { Temporal } from 'temporal-polyfill';
import { aggregationOf, type MeterCode } from '../catalog/index.js';
import { groupBy } from '../groupBy.js';
import { parsePeriod, periodDays, type Day, type Period } from '../period.js';
import type { LicensedDays, MonthLicence, SiteFacts, UsageFacts } from '../usage.js';

export interface DaySpan {
  first: Day;
  last: Day;
}

function dayAfter(day: Day): Day {
  return Temporal.PlainDate.from(day).add({ days: 1 }).toString();
}

/** The calendar day before. */
export function dayBefore(day: Day): Day {
  return Temporal.PlainDate.from(day).subtract({ days: 1 }).toString();
}

function daysIn({ first, last }: DaySpan): number {
  return Temporal.PlainDate.from(first).until(last).days + 1;
}

/**
 * The month in spans of days that the same licences cover, cut where one begins or ends; a single span where none does.
 * Only meters that go by their highest count are measured day by day.
 */
export function daySpans(period: Period, meter: MeterCode, licences: readonly DaySpan[]): DaySpan[] {
  const month = periodDays(period);
  if (aggregationOf(meter) !== 'peak') return [month];
  const begins = new Set([month.first, ...licences.flatMap(({ first, last }) => [first, dayAfter(last)])]);
  const starts = [...begins].filter((day) => day <= month.last).sort();
  return starts.map((first, index) => {
    const next = starts[index + 1];
    return { first, last: next === undefined ? month.last : dayBefore(next) };
  });
}

/**
 * What each usage is covered with: a licence for one tenant covers that tenant; one for the whole site covers, tenant by
 * tenant until it is used up, what their own licences leave. `needs` are the counts to be covered.
 */
function shares(
  usages: readonly UsageFacts[],
  needs: readonly number[],
  licences: readonly { tenantId: string | null; count: number }[],
): number[] {
  const licensed = usages.map(() => 0);
  const ownFirst = licences.toSorted((a, b) => Number(a.tenantId === null) - Number(b.tenantId === null));
  for (const { tenantId, count } of ownFirst) {
    const covered = [...usages.keys()].filter((index) => tenantId === null || usages[index]?.tenantId === tenantId);
    let left = count;
    for (const index of covered) {
      const already = licensed[index] ?? 0;
      const isLast = index === covered.at(-1);
      const share = isLast ? left : Math.min(left, Math.max(0, (needs[index] ?? 0) - already));
      licensed[index] = already + share;
      left -= share;
    }
  }
  return licensed;
}

/** What a licence may have to cover of one usage: its highest number, or the one it is estimated by. */
function coverable({ installations, lastQuantity }: UsageFacts): number {
  if (installations.length === 0) return lastQuantity ?? 0;
  return installations.reduce(
    (sum, { reported, observed, lastConfirmed: last }) => sum + Math.max(reported ?? 0, observed ?? 0, last ?? 0),
    0,
  );
}

/**
 * What licences cover of a month that is not measured day by day. A meter that goes by its last count is covered by what holds on
 * the last day. A sum is covered by the share of their days in the month: those of the same tenant, or of the site, are added
 * before they are rounded up, so that a licence and its successor cover their count and not one more.
 */
function coverInMonth(
  period: Period,
  meter: MeterCode,
  licences: readonly MonthLicence[],
): { tenantId: string | null; count: number }[] {
  const month = periodDays(period);
  switch (aggregationOf(meter)) {
    case 'peak':
      return [...licences];
    case 'last':
      return licences.filter(({ last }) => last === month.last);
    case 'sum':
      return [...groupBy(licences, ({ tenantId }) => tenantId)].map(([tenantId, its]) => {
        const unitDays = its.reduce((sum, licence) => sum + licence.count * daysIn(licence), 0);
        return { tenantId, count: Math.ceil(unitDays / daysIn(month)) };
      });
  }
}

/** What a usage needs licences for: in the month, or on a span of days of it. */
interface Needs {
  inMonth: (usage: UsageFacts) => number;
  onDays: (usage: UsageFacts, place: number) => number;
}

function coverNeeds(
  period: Period,
  usages: readonly UsageFacts[],
  licences: readonly MonthLicence[],
  { inMonth, onDays }: Needs,
): UsageFacts[] {
  const covered = new Map<UsageFacts, UsageFacts>();
  for (const [meter, ofMeter] of groupBy(usages, (usage) => usage.meter)) {
    const its = licences.filter((licence) => licence.meter === meter);
    const spans = ofMeter[0]?.licensedDays ?? [];
    const licensed = spans.length === 0 ? shares(ofMeter, ofMeter.map(inMonth), coverInMonth(period, meter, its)) : [];
    const bySpan = spans.map(({ first, last }, place) =>
      shares(
        ofMeter,
        ofMeter.map((usage) => onDays(usage, place)),
        its.filter((licence) => licence.first <= first && licence.last >= last),
      ),
    );
    for (const [index, usage] of ofMeter.entries()) {
      covered.set(usage, {
        ...usage,
        licensed: licensed[index] ?? 0,
        licensedDays: usage.licensedDays.map((days, place) => ({ ...days, licensed: bySpan[place]?.[index] ?? 0 })),
      });
    }
  }
  return usages.map((usage) => covered.get(usage) ?? usage);
}

/**
 * The usages of one site with what its licences cover of each: for the whole month, or, where the usage carries spans of
 * days, on each of them. As it stands before anything is settled, by the highest numbers known.
 */
export function coverByLicences(
  period: Period,
  usages: readonly UsageFacts[],
  licences: readonly MonthLicence[],
): UsageFacts[] {
  return coverNeeds(period, usages, licences, {
    inMonth: coverable,
    onDays: ({ licensedDays }, place) => licensedDays[place]?.count ?? 0,
  });
}

/** The counts of the spans of days once a usage comes to `value`, which is the highest of them. */
function settledCounts(value: number, licensedDays: readonly LicensedDays[]): number[] {
  const highest = Math.max(...licensedDays.map(({ count }) => count));
  return licensedDays.map(({ count }) => (count === highest ? value : Math.min(value, count)));
}

/**
 * The usages of a site in their order, its licences shared anew by what each comes to once it is settled: what one tenant does
 * not need is there for the next. Facts that name no licences stay as they are.
 */
export function coverSettled(
  { usage, licences }: Pick<SiteFacts, 'usage' | 'licences'>,
  comesTo: (usage: UsageFacts) => number,
): UsageFacts[] {
  const [licence] = licences;
  if (licence === undefined) return usage;
  return coverNeeds(parsePeriod(licence.first.slice(0, 7)), usage, licences, {
    inMonth: comesTo,
    onDays: (one, place) => settledCounts(comesTo(one), one.licensedDays)[place] ?? 0,
  });
}

/** What of a usage's settled count is metered, and how. */
export interface Metered {
  /** Units of the count that licences cover. */
  licensed: number;
  /** `max(0, count - licensed)`. */
  quantity: number;
  /** The arithmetic where licences begin or end within the month; empty: the same licences hold all month. */
  licensedDays: LicensedDays[];
}

/**
 * What is metered once a usage comes to `value`. Day by day: `value` is the count on the days with the highest one, no
 * other day counts more than it, and the highest difference between a day's count and its licences is metered.
 */
export function meteredOf(value: number, usage: Pick<UsageFacts, 'licensed' | 'licensedDays'>): Metered {
  if (usage.licensedDays.length === 0) {
    return { licensed: usage.licensed, quantity: Math.max(0, value - usage.licensed), licensedDays: [] };
  }
  const counts = settledCounts(value, usage.licensedDays);
  const licensedDays = usage.licensedDays.map((days, place) => ({ ...days, count: counts[place] ?? 0 }));
  const quantity = Math.max(0, ...licensedDays.map(({ count, licensed }) => count - licensed));
  return { licensed: value - quantity, quantity, licensedDays };
}
