/**
 * What is known of each site in a month, worked out from what sites sent and what is stored about them (rules 2, 4, 6, 8 and
 * 22). Written for verify alone: nothing here is of db/closing, which freezes the same for the close.
 */
import { aggregationOf } from '../../domain/catalog/index.js';
import type { VerifyContext } from '../context.js';
import { dayIn, firstDayOf, lastDayOf, monthLater, startOf } from './calendar.js';
import type { KnownSite, Part, Usage } from './known.js';
import {
  bySite,
  lastKnown,
  lastKnownOfInstallations,
  unlessReportedWithout,
  type Confirmed,
  type ConfirmedBy,
  type ConfirmedOf,
  type Last,
  type LateReport,
} from './lastKnown.js';
import { cover, spansOf, type HeldLicence } from './licences.js';
import type { EndedKey, Installation, KeyEnd, Line, Month, Portfolio, Site } from './portfolio.js';
import { said, saidOnDays, type Counted, type Listening, type OnDay, type Reported } from './said.js';

/** A site that was not billed for so many months starts anew (rule 8). */
const BILLED_BEFORE_MONTHS = 12;

/** What months that were rated again since say in place of what was frozen. */
export interface RatedAgain {
  confirmed: readonly ConfirmedBy[];
  confirmedOf: ReadonlyMap<string, ConfirmedOf>;
  /** `<site> <month>` */
  months: ReadonlySet<string>;
}

export const NOTHING_RATED_AGAIN: RatedAgain = { confirmed: [], confirmedOf: new Map(), months: new Set() };

/** A site's month to be worked out: from what was received before an instant, and what was there at another. */
export interface Wanted {
  month: Month;
  site: Site;
  before: Date | null;
  asOf: Date;
  /** Up to when what people set by hand was seen; left out: as all else. */
  byHandUntil?: Date;
  /** Statements of this month and later ones were not there yet. */
  bookedBefore: string;
}

export interface Knowledge {
  portfolio: Portfolio;
  late: readonly LateReport[];
}

interface Heard {
  wanted: Wanted;
  counted: readonly Counted[];
  reported: readonly Reported[];
  installations: readonly Installation[];
  /** What counts as another installation, by the one that was replaced. */
  countsAs: ReadonlyMap<string, string>;
  expected: ReadonlySet<string>;
  reporting: ReadonlySet<string>;
  heard: ReadonlySet<string>;
  billedBefore: boolean;
}

/**
 * Rule 6: who an installation that was replaced for free counts as: the last of those that replaced it in the month. Whoever was
 * seen after that counts for itself.
 */
function successors(
  installations: readonly Installation[],
  { start, end, asOf }: { start: Date; end: Date; asOf: Date },
  { reported, counted }: { reported: readonly Reported[]; counted: readonly Counted[] },
) {
  const reports = new Set(reported.map(({ installation }) => installation));
  const wasReplaced = (one: Installation): one is Installation & { replacedBy: string; replacedAt: Date } =>
    one.free && one.replacedBy !== null && one.replacedAt !== null && one.replacedAt <= asOf;
  /** By itself, or by one that came in its place since. */
  const spokeFor = (id: string): boolean => {
    const one = installations.find((each) => each.id === id);
    return reports.has(id) || (one !== undefined && wasReplaced(one) && spokeFor(one.replacedBy));
  };
  const next = (one: Installation): Installation | undefined => {
    if (!wasReplaced(one) || one.replacedAt < start) return undefined;
    const isThere = counted.some(({ installation, early }) => installation === one.id && !early);
    if (one.replacedAt < end && isThere) return undefined;
    const tookItsPlace = !reports.has(one.id) && spokeFor(one.replacedBy);
    if (one.replacedAt >= end && !tookItsPlace) return undefined;
    return installations.find(({ id }) => id === one.replacedBy);
  };
  const countsAs = new Map<string, string>();
  for (const one of installations) {
    let step = next(one);
    while (step !== undefined) {
      countsAs.set(one.id, step.id);
      step = next(step);
    }
  }
  return countsAs;
}

function heardOf(
  wanted: Wanted,
  {
    counted,
    reported,
    installations,
    billedBefore,
    keys,
    suspensions,
  }: Pick<Heard, 'counted' | 'reported' | 'installations' | 'billedBefore'> &
    Readonly<Pick<Portfolio, 'suspensions'>> & { keys: readonly { issuedAt: Date; goneAt: Date | null }[] },
): Heard | null {
  const { site, month, asOf } = wanted;
  const { start, end } = month;
  const countsAs = successors(installations, { start, end, asOf }, { reported, counted });
  const asCounted = (id: string) => countsAs.get(id) ?? id;
  const reporting = new Set(reported.map(({ installation }) => asCounted(installation)));
  const heard = new Set([
    ...reporting,
    ...counted.map(({ installation, early }) => (early ? asCounted(installation) : installation)),
  ]);
  const there = keys.filter(({ issuedAt }) => issuedAt <= asOf && issuedAt < end);
  const hadEnded = there.length > 0 && there.every(({ goneAt }) => goneAt !== null && goneAt < start);
  const isSuspended = suspensions.some((one) => lastsThrough(one, month));
  const wasActive = (site.activatedAt !== null && site.activatedAt < end) || billedBefore;
  if (heard.size === 0 && (hadEnded || isSuspended || !wasActive)) return null;
  const inUse = installations.filter(
    ({ id, activatedAt, replacedAt, retiredAt, endedKeys }) =>
      activatedAt <= asOf &&
      !countsAs.has(id) &&
      (replacedAt === null || replacedAt >= end) &&
      (retiredAt === null || retiredAt >= end) &&
      !endedKeys.some((key) => lastsThrough(key, month)),
  );
  const expected = new Set(
    inUse.flatMap(({ id, activatedAt }) =>
      activatedAt < end || heard.has(id) || (billedBefore && id === installations[0]?.id) ? [id] : [],
    ),
  );
  return { wanted, counted, reported, installations, countsAs, expected, reporting, heard, billedBefore };
}

function most(a: number | null, b: number): number {
  return a === null || b > a ? b : a;
}

/** Adds up one installation's counts of a tenant and meter by the meter's aggregation. */
function observedOf(counts: readonly Counted[], meter: string): number | null {
  if (counts.length === 0) return null;
  switch (aggregationOf(meter)) {
    case 'sum': {
      const days = new Map<string | null, number>();
      for (const { day, most: count } of counts) days.set(day, most(days.get(day) ?? null, count));
      return [...days.values()].reduce((sum, count) => sum + count, 0);
    }
    case 'last':
      return counts.map(({ newest }) => newest).sort(([a, x], [b, y]) => b - a || y - x)[0]?.[1] ?? null;
    case 'peak':
      return Math.max(...counts.map((one) => one.most));
  }
}

function reportedOf(reports: readonly Reported[], tenantRef: string | null, meter: string): number | null {
  let found: number | null = null;
  for (const { meters, tenantRefs, peaks } of reports) {
    meters.forEach((each, index) => {
      if (each !== meter || (tenantRefs[index] ?? null) !== tenantRef) return;
      const peak = peaks[index] ?? 0;
      found = aggregationOf(meter) === 'sum' ? (found ?? 0) + peak : most(found, peak);
    });
  }
  return found;
}

function earliestOf(days: readonly (string | null)[]): string | null {
  return days.reduce<string | null>(
    (first, day) => (day !== null && (first === null || day < first) ? day : first),
    null,
  );
}

/** A stretch of time, and two instants. */
type Stretch = Pick<EndedKey, 'from' | 'until'>;
type Bounds = Pick<Month, 'start' | 'end'>;

function isOfMonth({ from, until }: Stretch, { start, end }: Bounds): boolean {
  return from < end && (until === null || until > start);
}

/** Whether it began before the first of them and lasted to the other. */
function lastsThrough({ from, until }: Stretch, { start, end }: Bounds): boolean {
  return from < start && (until === null || until >= end);
}

/**
 * From which day of the month on there was no key for what these reports say more than was seen: an end that lasts beyond the month
 * and was there when one of them came. Null: there was none.
 */
function endBefore(
  reports: readonly Reported[],
  ends: readonly Stretch[],
  { period, zone, end }: Month,
): string | null {
  const days = ends
    .filter(({ from, until }) => from < end && (until === null || until >= end))
    .filter(({ from }) => reports.some(({ receivedAt }) => receivedAt > from))
    .map(({ from }) => dayIn(from, zone));
  const day = earliestOf(days);
  const first = firstDayOf(period);
  return day !== null && day < first ? first : day;
}

/** Every usage that a site named, tenants in the order in which they are stored, those without a name last. */
function usagesNamed(known: Heard, tenancies: ReadonlyMap<string, string>): Usage[] {
  const { counted, reported, countsAs, expected, reporting } = known;
  const { month } = known.wanted;
  const named = new Map<string, { tenantRef: string | null; meter: string; installations: Set<string> }>();
  const asCounted = (id: string) => countsAs.get(id) ?? id;
  const note = (tenantRef: string | null, meter: string, installation: string) => {
    const key = JSON.stringify([tenantRef, meter]);
    const found = named.get(key) ?? { tenantRef, meter, installations: new Set() };
    found.installations.add(installation);
    named.set(key, found);
  };
  for (const one of counted) {
    note(one.tenantRef, one.meter, one.early ? asCounted(one.installation) : one.installation);
  }
  for (const { installation, meters, tenantRefs } of reported) {
    meters.forEach((meter, index) => {
      note(tenantRefs[index] ?? null, meter, asCounted(installation));
    });
  }
  const inOrder = [...named.values()].sort((a, b) => byText(a.tenantRef, b.tenantRef) || byText(a.meter, b.meter));
  return inOrder.map(({ tenantRef, meter, installations }) => ({
    ...{ tenantRef, meter, last: null, licensed: 0, spans: [] },
    tenantId: tenantRef === null ? null : (tenancies.get(tenantRef) ?? null),
    parts: [...installations].sort().map((installation): Part => {
      const counts = counted.filter(
        (one) =>
          one.tenantRef === tenantRef &&
          one.meter === meter &&
          (one.early ? asCounted(one.installation) : one.installation) === installation,
      );
      const reports = reported.filter((one) => asCounted(one.installation) === installation);
      const endedKeys = known.installations.find(({ id }) => id === installation)?.endedKeys ?? [];
      const named = reportedOf(reports, tenantRef, meter);
      const beforeEnd = observedOf(
        counts.filter(({ late }) => !late),
        meter,
      );
      const usedAfterOn =
        earliestOf(counts.filter(({ late }) => late).map(({ firstUsedOn }) => firstUsedOn)) ??
        ((named ?? 0) > (beforeEnd ?? 0) ? endBefore(reports, endedKeys, month) : null);
      return {
        installation,
        expected: expected.has(installation),
        // A report that does not name it says that nothing was used.
        reported: named ?? (reporting.has(installation) ? 0 : null),
        observed: observedOf(counts, meter),
        beforeEnd,
        usedAfterOn,
        ownEnd: usedAfterOn !== null && !endedKeys.some((key) => !key.byMsp && isOfMonth(key, month)),
        lastConfirmed: null,
      };
    }),
  }));
}

function byText(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -1 : 1;
}

/** Adds what silence leaves open: usages that were confirmed before, and installations that are silent beside others. */
function addUnheard(
  known: Heard,
  usages: Usage[],
  confirmed: readonly Last[],
  ofInstallations: readonly ConfirmedOf[],
  tenancies: ReadonlyMap<string, string>,
): void {
  const { expected, heard, countsAs } = known;
  const { month } = known.wanted;
  const isOwed = expected.size > 0 || usages.length > 0;
  const inOrder = confirmed.toSorted((a, b) => byText(a.tenantRef, b.tenantRef) || byText(a.meter, b.meter));
  for (const { tenantRef, meter, quantity } of isOwed ? inOrder : []) {
    const found = usages.find((usage) => usage.tenantRef === tenantRef && usage.meter === meter);
    // Of nothing that it was nothing is left to account for, but what is named again is compared with it.
    if (found !== undefined) found.last = quantity;
    else if (quantity > 0) {
      const tenantId = tenantRef === null ? null : (tenancies.get(tenantRef) ?? null);
      usages.push({ tenantRef, tenantId, meter, parts: [], last: quantity, licensed: 0, spans: [] });
    }
  }
  const unseen = [...expected].filter((id) => !heard.has(id));
  const isSilentOrGone = (id: string) =>
    unseen.includes(id) ||
    known.installations.some((one) => one.id === id && one.replacedAt !== null && one.replacedAt < month.end);
  for (const usage of usages) {
    const isOf = (one: Confirmed) => one.tenantRef === usage.tenantRef && one.meter === usage.meter;
    const history = new Map<string, number>();
    const saidIn: { id: string; period: string }[] = [];
    for (const one of ofInstallations.filter(isOf)) {
      const id = countsAs.get(one.installation) ?? one.installation;
      history.set(id, Math.max(one.quantity, history.get(id) ?? 0));
      saidIn.push({ id, period: one.period });
    }
    // What people said of the site as a whole, since when none of its installations said anything.
    const setIn = confirmed.find(isOf)?.setIn ?? '';
    const isSet =
      setIn !== '' && saidIn.every(({ id, period }) => period < setIn || (period === setIn && isSilentOrGone(id)));
    // One that was alone before is estimated by the site's own number.
    if (usage.parts.length === 0 && (history.size < 2 || isSet)) continue;
    for (const installation of unseen) {
      const lastConfirmed = history.get(installation) ?? 0;
      if (lastConfirmed === 0) continue;
      usage.parts.push({
        ...{ installation, expected: true, reported: null, observed: null, beforeEnd: null, usedAfterOn: null },
        ...{ ownEnd: false, lastConfirmed },
      });
    }
  }
}

function licencesIn(period: string, licences: readonly Portfolio['licences'][number][]): HeldLicence[] {
  const [first, last] = [firstDayOf(period), lastDayOf(period)];
  return licences
    .filter(({ startsOn, endsOn }) => startsOn <= last && endsOn > first)
    .map(({ tenantId, meter, count, startsOn, endsOn }) => ({
      ...{ tenantId, meter, count },
      first: startsOn > first ? startsOn : first,
      last: endsOn > last ? last : new Date(Date.parse(`${endsOn}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10),
    }));
}

/** Counts the days of usages whose licences change within the month. */
function measure(known: Heard, usages: readonly Usage[], held: readonly HeldLicence[], days: readonly OnDay[]): void {
  const { month } = known.wanted;
  const { period, zone } = month;
  for (const usage of usages) {
    const spans = spansOf(
      period,
      usage.meter,
      held.filter(({ meter }) => meter === usage.meter),
    );
    if (spans.length < 2) continue;
    usage.spans = spans.map(({ first, last }, place) => {
      const begin = place === 0 ? month.start : startOf(first, zone);
      const end = place === spans.length - 1 ? month.end : startOf(spans[place + 1]?.first ?? last, zone);
      const within = days.filter(
        ({ day }) => (place === 0 || day >= first) && (place === spans.length - 1 || day <= last),
      );
      let count = usage.parts.length === 0 ? (usage.last ?? 0) : 0;
      for (const part of usage.parts) count += countOn(known, part, usage, within, { begin, end });
      return { first, last, count, licensed: 0 };
    });
  }
}

function countOn(
  { installations, countsAs }: Heard,
  part: Part,
  { tenantRef, meter }: Usage,
  days: readonly OnDay[],
  { begin, end }: { begin: Date; end: Date },
): number {
  const its = days.filter(
    (one) =>
      (one.early ? (countsAs.get(one.installation) ?? one.installation) : one.installation) === part.installation,
  );
  if (its.length > 0) {
    return its.reduce(
      (count, one) => (one.meter === meter && one.tenantRef === tenantRef ? Math.max(count, one.most ?? 0) : count),
      0,
    );
  }
  const wasThere = installations.some(
    ({ id, activatedAt, replacedAt, retiredAt, endedKeys }) =>
      (id === part.installation || countsAs.get(id) === part.installation) &&
      activatedAt < end &&
      (replacedAt === null || replacedAt >= begin) &&
      (retiredAt === null || retiredAt >= begin) &&
      !endedKeys.some((key) => lastsThrough(key, { start: begin, end })),
  );
  // On days on which nobody saw it, its number for the month.
  if (!wasThere) return 0;
  if (part.reported === null && part.observed === null) return part.lastConfirmed ?? 0;
  return Math.max(part.reported ?? 0, part.observed ?? 0);
}

/** Whether an end of a key was said in time to count, and no earlier one in its place. */
function wasSaid({ before, asOf }: Wanted, { notedAt, replacedAt }: Pick<KeyEnd, 'notedAt' | 'replacedAt'>): boolean {
  const isInTime = (at: Date) => at <= asOf && (before === null || at < before);
  return isInTime(notedAt) && (replacedAt === null || !isInTime(replacedAt));
}

/** Whether what people set by hand counts: where it was confirmed in time for the month, and was there. */
function wasSeen({ before, asOf, byHandUntil }: Wanted, decidedAt: Date): boolean {
  if (byHandUntil !== undefined) return decidedAt <= byHandUntil;
  return decidedAt <= asOf && (before === null || decidedAt < before);
}

function isBilledBefore(lines: readonly Line[], { month: { period }, asOf }: Wanted): boolean {
  const since = monthLater(period, -BILLED_BEFORE_MONTHS);
  return lines.some(
    (line) => line.kind === 'usage' && line.period >= since && line.period < period && line.issuedAt <= asOf,
  );
}

/** Rule 8: whether a correction that is issued, or one that rating again comes to, says that the site was there before the month. */
function isKnownBefore(
  lines: readonly Line[],
  confirmed: readonly Confirmed[],
  { month: { period }, asOf }: Wanted,
): boolean {
  const since = monthLater(period, -BILLED_BEFORE_MONTHS);
  const isEarlier = (month: string) => month >= since && month < period;
  return (
    confirmed.some((one) => isEarlier(one.period)) ||
    lines.some(({ kind, forPeriod, issuedAt }) => kind === 'correction' && isEarlier(forPeriod) && issuedAt <= asOf)
  );
}

const furthest = (offsets: readonly number[]) =>
  offsets.reduce((far, one) => (Math.abs(one) > Math.abs(far) ? one : far), 0);

/** The sites of one month that have anything to account for. All of `wanted` are of the same period. */
export async function knownSites(
  context: VerifyContext,
  { portfolio, late }: Knowledge,
  wanted: readonly Wanted[],
  again: RatedAgain = NOTHING_RATED_AGAIN,
): Promise<KnownSite[]> {
  const [first] = wanted;
  if (first === undefined) return [];
  const { period } = first.month;
  const listening = wanted.map(({ site, month, before, asOf }): Listening => {
    const { zone, zoneBefore } = month;
    return { siteId: site.siteId, mspId: site.mspId, zone, zoneBefore, before, asOf };
  });
  const { counted, reported } = await said(context, period, listening);
  const countedOf = bySite(counted);
  const reportedBy = bySite(reported);
  const installationsOf = bySite(portfolio.installations);
  const linesOf = bySite(portfolio.lines.filter(({ kind }) => kind === 'usage' || kind === 'correction'));
  const lateOf = bySite(late);
  const confirmedOfSite = bySite(again.confirmed);
  const byHandOf = bySite(portfolio.byHand);
  const keysOf = bySite(portfolio.keys);
  const licencesOf = bySite(portfolio.licences);
  const tenanciesOf = bySite(portfolio.tenancies);
  const sites = wanted.flatMap((one) => {
    const { siteId } = one.site;
    const heard = heardOf(one, {
      counted: countedOf.get(siteId) ?? [],
      reported: reportedBy.get(siteId) ?? [],
      installations: (installationsOf.get(siteId) ?? []).map(({ endedKeys, ...installation }) => ({
        ...installation,
        endedKeys: endedKeys.filter((end) => wasSaid(one, end)),
      })),
      billedBefore: isBilledBefore(linesOf.get(siteId) ?? [], one),
      keys: (keysOf.get(siteId) ?? []).map(({ issuedAt, ends }) => ({
        issuedAt,
        goneAt: ends.find((end) => wasSaid(one, end))?.at ?? null,
      })),
      suspensions: portfolio.suspensions.filter(({ mspId, from }) => mspId === one.site.mspId && from <= one.asOf),
    });
    return heard === null ? [] : [heard];
  });
  const several = sites.filter(
    ({ expected, heard, installations }) => installations.length > 1 && [...expected].some((id) => !heard.has(id)),
  );
  const latest = new Date(Math.max(...wanted.map(({ asOf }) => asOf.getTime())));
  const { confirmedOf, months: ratedAgain } = again;
  const ofInstallations = await lastKnownOfInstallations(
    context,
    several.map(({ wanted: { site } }) => site.siteId),
    { period, asOf: latest, confirmedOf, ratedAgain },
  );
  const changing = sites.filter(({ wanted: { site } }) => {
    const held = licencesIn(period, licencesOf.get(site.siteId) ?? []);
    return [...new Set(held.map(({ meter }) => meter))].some(
      (meter) =>
        spansOf(
          period,
          meter,
          held.filter((one) => one.meter === meter),
        ).length > 1,
    );
  });
  const changingIds = new Set(changing.map(({ wanted: { site } }) => site.siteId));
  const onDays = bySite(
    await saidOnDays(
      context,
      period,
      listening.filter(({ siteId }) => changingIds.has(siteId)),
    ),
  );
  const lastOf = await unlessReportedWithout(
    context,
    period,
    sites.map(({ wanted: one }) => {
      const { siteId } = one.site;
      const { asOf, bookedBefore } = one;
      const of = {
        lines: linesOf.get(siteId) ?? [],
        late: lateOf.get(siteId) ?? [],
        byHand: (byHandOf.get(siteId) ?? []).filter((each) => wasSeen(one, each.decidedAt)),
      };
      const last = lastKnown(of, {
        ...{ period, asOf, bookedBefore, ratedAgain: again.months },
        confirmed: confirmedOfSite.get(siteId) ?? [],
      });
      return { siteId, asOf, bookedBefore, last: last.get(siteId) ?? [] };
    }),
  );
  return sites.map((known): KnownSite => {
    const { wanted: one, billedBefore, expected, heard, reporting, installations } = known;
    const { siteId, name, activatedAt } = one.site;
    const tenancies = new Map(
      (tenanciesOf.get(siteId) ?? [])
        .filter(({ fromPeriod, untilPeriod }) => fromPeriod <= period && (untilPeriod === null || untilPeriod > period))
        .map(({ reference, tenantId }) => [reference, tenantId]),
    );
    const usages = usagesNamed(known, tenancies);
    addUnheard(known, usages, lastOf.get(siteId) ?? [], ofInstallations.get(siteId) ?? [], tenancies);
    const held = licencesIn(period, licencesOf.get(siteId) ?? []);
    measure(known, usages, held, onDays.get(siteId) ?? []);
    cover(period, usages, held);
    const listed = installations.map(({ id }) => id).filter((id) => expected.has(id) || heard.has(id));
    return {
      ...{ siteId, siteName: name, installations: listed, usages },
      firstMonth:
        !billedBefore &&
        !isKnownBefore(linesOf.get(siteId) ?? [], confirmedOfSite.get(siteId) ?? [], one) &&
        activatedAt !== null &&
        activatedAt >= one.month.start,
      revoked: installations.some(({ endedKeys }) => endedKeys.some((key) => isOfMonth(key, one.month))),
      silent: listed.filter((id) => expected.has(id) && !reporting.has(id)),
      clockOffsetSeconds: furthest([
        ...known.counted.flatMap(({ maxOffset, minOffset }) => [maxOffset, minOffset]),
        ...known.reported.map(({ maxOffset }) => maxOffset),
      ]),
    };
  });
}

/** What rating a month again confirms of its sites, for estimates of later months. */
export function confirmedBy(
  period: string,
  sites: readonly KnownSite[],
  settled: readonly { siteId: string; tenantRef: string | null; meter: string; value: number; basis: string }[],
): { confirmed: ConfirmedBy[]; confirmedOf: ConfirmedOf[] } {
  return {
    confirmed: settled.flatMap(({ siteId, tenantRef, meter, value, basis }) =>
      ['reported', 'observed', 'decided'].includes(basis) || value > 0
        ? [{ siteId, tenantRef, meter, quantity: value, period, byPerson: basis === 'decided' }]
        : [],
    ),
    confirmedOf: sites.flatMap(({ siteId, usages }) =>
      usages.flatMap(({ tenantRef, meter, parts }) =>
        parts.flatMap(({ installation, reported, observed }) =>
          reported === null && observed === null
            ? []
            : [{ siteId, tenantRef, meter, installation, quantity: Math.max(reported ?? 0, observed ?? 0), period }],
        ),
      ),
    ),
  };
}
