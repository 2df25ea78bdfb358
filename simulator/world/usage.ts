import { aggregationOf } from '../../domain/catalog/index.js';
import { instantAt, periodDays, type Day, type Period } from '../../domain/period.js';
import { createRandom, type Random } from '../random.js';
import type { When, World, WorldInstallation, WorldLine, WorldMsp, WorldSite } from './types.js';

export interface Counted {
  tenant: string | null;
  meter: string;
  count: number;
}

export interface ObservedCounts {
  observedAt: Date;
  counts: Counted[];
}

/** How far counts fall below the peak on other days. */
const DAILY_DIP = 0.12;
const AFTER_REVOCATION = 1.3;
/** Small enough that the sum of both is no spike besides. */
const SECOND_INSTALLATION = 0.4;
const UNDER_REPORTED = 0.75;
const OVER_REPORTED = 1.2;
/** By what a late report differs from the estimate it corrects. */
const LATE_UNITS = 2;
const CLOCK_OFF_MS = 36 * 3_600_000;
const REVOKED_ON = 15;
/** Days of the month before that are observed: enough to estimate from. */
const PREVIOUS_DAYS = [5, 12, 19, 26];

// Ten thousand sites share some hundred local times a day; reckoning each once is most of the work saved.
const instants = new Map<string, Date>();

function instant(day: Day, time: string, zone: string): Date {
  const key = `${zone}/${day}/${time}`;
  let found = instants.get(key);
  if (found === undefined) {
    found = instantAt(day, time, zone);
    instants.set(key, found);
  }
  return found;
}

function dayOfMonth(period: Period, day: number): Day {
  return `${period}-${String(day).padStart(2, '0')}`;
}

function daysOf(world: World, when: When): Day[] {
  const period = when === 'current' ? world.period : world.previous;
  const last = Number(periodDays(period).last.slice(8));
  if (when === 'previous') return [...PREVIOUS_DAYS, last].map((day) => dayOfMonth(period, day));
  return Array.from({ length: last }, (_, index) => dayOfMonth(period, index + 1));
}

/** When the key of a `revoked` site stopped being valid: in mid-month, at noon for the MSP. */
export function revokedAt(world: World, msp: WorldMsp): Date {
  return instant(dayOfMonth(world.period, REVOKED_ON), '12:00', msp.zone);
}

/** `peak` is what the month comes to: of a meter that is summed, its sum. */
function linesOf(site: WorldSite, when: When, isSecond: boolean): (WorldLine & { peak: number })[] {
  const lines = site.lines.map((line) => ({ ...line, peak: line[when] }));
  const [first] = lines;
  if (site.role === 'unassignedTenant' && when === 'current' && first !== undefined) {
    lines.push({ ...first, tenantRef: 'unknown-branch', peak: Math.max(5, Math.round(first.peak * 0.3)) });
  }
  return isSecond ? lines.map((line) => ({ ...line, peak: Math.ceil(line.peak * SECOND_INSTALLATION) })) : lines;
}

/** What the day `index` adds to a sum that is reached in `days` days; nothing after them. */
function shareOf(sum: number, { index, days }: DayOfMonth): number {
  if (index >= days) return 0;
  return Math.floor((sum * (index + 1)) / days) - Math.floor((sum * index) / days);
}

interface DayOfMonth {
  index: number;
  days: number;
  isPeakDay: boolean;
}

/**
 * What is counted on a day: of a meter that is summed its share of `sum`, of one whose latest count makes the month always
 * the same, else the peak or a little less.
 */
function countsOn(
  lines: readonly (WorldLine & { peak: number; sum: number })[],
  day: DayOfMonth,
  random: Random,
): Counted[] {
  return lines.map(({ tenantRef, meter, peak, sum }) => {
    const aggregation = aggregationOf(meter);
    if (aggregation === 'sum') return { tenant: tenantRef, meter, count: shareOf(sum, day) };
    const dip = day.isPeakDay || aggregation === 'last' ? 0 : Math.floor(peak * DAILY_DIP * random.next());
    return { tenant: tenantRef, meter, count: peak - dip };
  });
}

function isSecond(site: WorldSite, installation: WorldInstallation): boolean {
  return site.installations[0].id !== installation.id;
}

/** How far the clock of a site is ahead in the period, in milliseconds; what it observes is stamped by that clock. */
export function clockOffsetMs(site: WorldSite, when: When): number {
  return site.role === 'clockOff' && when === 'current' ? CLOCK_OFF_MS : 0;
}

/** What an installation observed, oldest first, stamped by its own clock. Empty for one that says nothing. */
export function checkInsOf(
  world: World,
  msp: WorldMsp,
  site: WorldSite,
  installation: WorldInstallation,
  when: When,
): ObservedCounts[] {
  if (!site.used.includes(when) || (site.role === 'mute' && when === 'current')) return [];
  const second = isSecond(site, installation);
  const random = createRandom(world.seed, 'check-ins', installation.id, when);
  const days = daysOf(world, when);
  // The peak falls before the revocation, so that what came after it stands out.
  const peakDay = random.int(0, (site.role === 'revoked' ? Math.min(REVOKED_ON - 2, days.length) : days.length) - 1);
  const lines = linesOf(site, when, second).map((line) => ({ ...line, sum: line.peak }));
  const after = lines.map((line) => {
    const peak = Math.ceil(line.peak * AFTER_REVOCATION);
    return { ...line, peak, sum: peak - line.peak };
  });
  // A revoked site has used its month before the revocation; what is added later stands out.
  const ordinaryDays = site.role === 'revoked' && when === 'current' ? REVOKED_ON - 1 : days.length;
  const end = revokedAt(world, msp);
  const offset = clockOffsetMs(site, when);
  return days.map((date, index) => {
    const at = instant(date, site.time, msp.zone);
    const goesOn = site.role === 'revoked' && when === 'current' && at >= end;
    const day = goesOn
      ? { index: index - ordinaryDays, days: days.length - ordinaryDays }
      : { index, days: ordinaryDays };
    return {
      observedAt: new Date(at.getTime() + offset),
      counts: countsOn(goesOn ? after : lines, { ...day, isPeakDay: index === peakDay }, random),
    };
  });
}

function reportedPeak(site: WorldSite, when: When, peak: number): number {
  if (when === 'previous') return peak;
  switch (site.role) {
    case 'underReported':
      return Math.floor(peak * UNDER_REPORTED);
    case 'overReported':
      return Math.ceil(peak * OVER_REPORTED) + 3;
    case 'nearlyRight':
      return peak - 1;
    case 'revoked':
      return Math.ceil(peak * AFTER_REVOCATION);
    default:
      return peak;
  }
}

/** The peaks an installation reports in time; null where it does not. */
export function reportOf(site: WorldSite, installation: WorldInstallation, when: When): Counted[] | null {
  const isMissing = when === 'current' ? site.role === 'silent' || site.role === 'mute' : site.role === 'late';
  if (isMissing || !site.used.includes(when)) return null;
  return linesOf(site, when, isSecond(site, installation)).map(({ tenantRef, meter, peak }) => ({
    tenant: tenantRef,
    meter,
    count: reportedPeak(site, when, peak),
  }));
}

/** The report that arrives after the close; null where none does. */
export function lateReportOf(site: WorldSite, when: When): Counted[] | null {
  const comes = when === 'current' ? site.role === 'silent' : site.role === 'late';
  if (!comes) return null;
  return linesOf(site, when, false).map(({ tenantRef, meter, peak }) => ({
    tenant: tenantRef,
    meter,
    count: peak + LATE_UNITS,
  }));
}
