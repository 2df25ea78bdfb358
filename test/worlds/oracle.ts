/**
 * What a world comes to, worked out from its description by the words of the rules, without any of Kontor's arithmetic or
 * queries: no line here is of domain/, db/ or verify/. Counts are plain numbers, amounts fractions of integers. It knows
 * nothing of messages that were late: of each month it takes everything that counts for it, at once.
 */
import { Temporal } from 'temporal-polyfill';
import type { Price } from '../../domain/pricing/index.js';
import {
  closedAt,
  cutOff,
  lastDayOf,
  membership,
  monthAfter,
  periodIn,
  startOf,
  suspensionOf,
  type Installed,
  type SiteChronicle,
  type Told,
} from './chronicle.js';
import {
  MOVED_TO,
  UNASSIGNED,
  type World,
  type WorldLicence,
  type WorldMeter,
  type WorldProgramme,
  type WorldRules,
} from './world.js';

/** A decision that was taken, by the place of the site in the world. */
export interface Decided {
  programme: number;
  site: number;
  period: string;
  kind: string;
  tenantRef: string | null;
  meter: string | null;
  decision: string;
  quantity: number;
}

/** What two people set or waived of a line, by the place of the site in the world. */
export interface SetByHand {
  programme: number;
  site: number;
  period: string;
  tenantRef: string;
  meter: string;
  /** Units billed; null: none, it is waived. */
  units: number | null;
  /** What was printed of the line when they looked at it: used, and of that under licences. */
  printed: { peak: number; licensed: number };
  at: Date;
}

/** What a month's statement prints of its currency: the oracle takes the reference rate from there. */
export interface PrintedRate {
  currency: string;
  /** Null: the list is in that currency. */
  rate: string | null;
}

export interface ExpectedLine {
  site: string;
  tenantRef: string;
  meter: string;
  quantity: number;
  minor: bigint;
}

export interface ExpectedMonth {
  period: string;
  lines: ExpectedLine[];
  minimumMinor: bigint;
}

const MONTHS_BACK = 6;
const EVENTS = 'scanner.scan';

/** One installation, or those that count as one, as to one tenant and meter. */
interface Part {
  installation: number;
  expected: boolean;
  reported: number | null;
  seen: number | null;
  seenBeforeEnd: number | null;
  afterEnd: boolean;
  byVendor: boolean;
  last: number | null;
}

interface Use {
  tenantRef: string;
  meter: WorldMeter;
  parts: Part[];
  last: number | null;
}

/** What a use came to in a month, and whether a person set that. */
interface Learnt {
  quantity: number;
  isSet: boolean;
}

/** What was learnt of a site in earlier months. */
interface Memory {
  /** By use and month. */
  uses: Map<string, Map<string, Learnt>>;
  installations: Map<string, { quantity: number; period: string }>;
}

const useKey = (tenantRef: string, meter: string) => `${tenantRef}|${meter}`;
const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

function dayIn(zone: string, at: Date): string {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone).toPlainDate().toString();
}

const monthsBetween = (from: string, to: string) =>
  (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) * 12 + Number(to.slice(5, 7)) - Number(from.slice(5, 7));

/** A site in a month. */
interface SiteMonth {
  site: SiteChronicle;
  zone: string;
  period: string;
  start: Date;
  end: Date;
  /** What is said from then on does not count for it. */
  cut: Date;
  programme: WorldProgramme;
  /** What people said of the site's lines, of any month. */
  hands: readonly SetByHand[];
}

/** Without what was said of its keys too late for the month. */
function asKnown(site: SiteChronicle, cut: Date): SiteChronicle {
  return {
    ...site,
    keys: site.keys.map((key) => (key.ended !== null && key.ended.notedAt >= cut ? { ...key, ended: null } : key)),
  };
}

/** Key of an installation that had ended at an instant: which, unless it went on under another one by then. */
function endedKeyAt(site: SiteChronicle, one: Installed, at: Date): { byVendor: boolean } | null {
  for (const { key, until } of one.uses) {
    const ended = site.keys[key]?.ended;
    if (ended?.how !== 'revoked' || at < ended.at || (until !== null && at >= until)) continue;
    return { byVendor: ended.by === 'vendor' };
  }
  return null;
}

/** Rule 20: whether its MSP was suspended at an instant, by which every key is stopped. */
function isSuspendedAt({ programme }: Pick<SiteMonth, 'programme'>, at: Date): boolean {
  const suspension = suspensionOf(programme);
  return suspension !== null && at >= suspension.from && (suspension.until === null || at < suspension.until);
}

/** Whether it was so already when a stretch of days began, and until they were over. */
function isSuspendedIn({ programme }: Pick<SiteMonth, 'programme'>, begin: Date, end: Date): boolean {
  const suspension = suspensionOf(programme);
  return suspension !== null && suspension.from < begin && (suspension.until === null || suspension.until >= end);
}

/** Who each installation counts as (rule 6). */
function countsAs(
  { site, start, end, programme }: SiteMonth,
  reporting: ReadonlySet<number>,
  told: SiteChronicle['told'],
): Map<number, number> {
  const last = closedAt(membership(programme).at(-1) ?? '');
  const speaksFor = (index: number): boolean => {
    const one = site.installations.get(index);
    if (one === undefined || reporting.has(index)) return one !== undefined;
    return one.free && one.replacedAt !== null && one.replacedAt < last && speaksFor(one.replacedBy ?? -1);
  };
  const next = (one: Installed): number | null => {
    const { replacedAt, index } = one;
    if (replacedAt === null || !one.free || replacedAt >= last || replacedAt < start) return null;
    const since = told.filter(({ kind, installation, at }) => kind === 'seen' && installation === index && at < end);
    if (since.some(({ at }) => at >= replacedAt)) return null;
    const by = one.replacedBy ?? -1;
    return replacedAt < end || (speaksFor(by) && !reporting.has(index)) ? by : null;
  };
  const found = new Map<number, number>();
  for (const one of site.installations.values()) {
    let step = next(one);
    while (step !== null) {
      found.set(one.index, step);
      const further = site.installations.get(step);
      step = further === undefined ? null : next(further);
    }
  }
  return found;
}

interface Seen {
  installation: number;
  at: Date;
  lines: { tenant: string; meter: WorldMeter; count: number }[];
  isAfterEnd: boolean;
}

/** Everything said about a month that counts for it. */
function saidIn(month: SiteMonth) {
  const { site, period, start, end, cut } = month;
  const inTime = site.told.filter(({ receivedAt }) => receivedAt < cut);
  const reports = new Map<number, Pick<Told, 'lines' | 'receivedAt'>>();
  let latest = new Map<number, number>();
  for (const one of inTime) {
    if (one.kind !== 'reported' || one.period !== period) continue;
    if (one.revision < (latest.get(one.installation) ?? 0)) continue;
    latest = latest.set(one.installation, one.revision);
    reports.set(one.installation, one);
  }
  const mapping = countsAs(month, new Set(reports.keys()), inTime);
  const seen = inTime.flatMap(({ kind, at, installation, lines }): Seen[] => {
    const own = site.installations.get(installation);
    if (kind !== 'seen' || at < start || at >= end || own === undefined) return [];
    const early = own.replacedAt !== null && at < own.replacedAt;
    const counted = early ? (mapping.get(installation) ?? installation) : installation;
    const isAfterEnd = endedKeyAt(site, own, at) !== null || isSuspendedAt(month, at);
    return [{ installation: counted, at, lines, isAfterEnd }];
  });
  const reported = [...reports].map(([installation, { lines, receivedAt }]) => ({
    installation: mapping.get(installation) ?? installation,
    ...{ lines, receivedAt },
  }));
  return { mapping, seen, reported };
}

type Said = ReturnType<typeof saidIn>;

/** Rule 2. */
function added(counts: readonly { at: Date; count: number }[], meter: WorldMeter, zone: string): number | null {
  if (counts.length === 0) return null;
  if (meter !== EVENTS) return Math.max(...counts.map(({ count }) => count));
  const days = new Map<string, number>();
  for (const { at, count } of counts) days.set(dayIn(zone, at), Math.max(count, days.get(dayIn(zone, at)) ?? 0));
  return sum([...days.values()]);
}

function wasIn(use: { from: Date; until: Date | null }, { start, end }: SiteMonth): boolean {
  return use.from < end && (use.until === null || use.until > start);
}

function partOf(month: SiteMonth, said: Said, use: Omit<Use, 'parts' | 'last'>, one: number, expected: boolean): Part {
  const { site, zone } = month;
  const { tenantRef, meter } = use;
  const counts = said.seen.flatMap(({ installation, at, lines, isAfterEnd }) =>
    installation !== one
      ? []
      : lines.flatMap((line) =>
          line.tenant === tenantRef && line.meter === meter ? [{ at, count: line.count, isAfterEnd }] : [],
        ),
  );
  const reports = said.reported.filter(({ installation }) => installation === one);
  const peaks = reports.flatMap(({ lines }) =>
    lines.flatMap((line) => (line.tenant === tenantRef && line.meter === meter ? [line.count] : [])),
  );
  const reported = meter === EVENTS ? sum(peaks) : Math.max(0, ...peaks);
  const own = site.installations.get(one);
  const suspension = suspensionOf(month.programme);
  const isStopped = suspension !== null && wasIn(suspension, month);
  const isRevoked = (own?.uses ?? []).some(({ key, until }) => {
    const ended = site.keys[key]?.ended;
    return (
      ended?.how === 'revoked' &&
      ended.by === 'vendor' &&
      (until === null || ended.at < until) &&
      wasIn({ from: ended.at, until }, month)
    );
  });
  const seenBeforeEnd = added(
    counts.filter(({ isAfterEnd }) => !isAfterEnd),
    meter,
    zone,
  );
  return {
    ...{ installation: one, expected, byVendor: isStopped || isRevoked, last: null, seenBeforeEnd },
    reported: reports.length === 0 ? null : reported,
    seen: added(counts, meter, zone),
    afterEnd:
      counts.some(({ isAfterEnd, count }) => isAfterEnd && count > 0) ||
      (reported > (seenBeforeEnd ?? 0) && reports.some(({ receivedAt }) => cameAfterEnd(month, own, receivedAt))),
  };
}

/** Whether a report came once the key of its installation had ended, or its MSP was suspended, to stay so until the month was over. */
function cameAfterEnd(month: SiteMonth, own: Installed | undefined, at: Date): boolean {
  const suspension = suspensionOf(month.programme);
  const ends = (own?.uses ?? []).flatMap(({ key, until }) => {
    const ended = month.site.keys[key]?.ended;
    return ended?.how === 'revoked' ? [{ from: ended.at, until }] : [];
  });
  return [...ends, ...(suspension === null ? [] : [suspension])].some(
    ({ from, until }) => from < at && from < month.end && (until === null || until >= month.end),
  );
}

/** What people said a line comes to, if it was said before an instant; null: it is waived, undefined: nobody said anything. */
function saidByHand(hands: readonly SetByHand[], before: Date): number | null | undefined {
  const last = hands.filter(({ at }) => at < before).at(-1);
  if (last === undefined) return undefined;
  if (last.units === null) return null;
  const { peak, licensed } = last.printed;
  return last.units > 0 ? licensed + last.units : Math.min(licensed, peak);
}

/** What each use came to in the newest month that says anything of it: people have the last word. */
function remembered({ period, cut, hands }: SiteMonth, { uses }: Memory) {
  const keys = new Set([...uses.keys(), ...hands.map(({ tenantRef, meter }) => useKey(tenantRef, meter))]);
  return [...keys].flatMap((key) => {
    const its = hands.filter(({ tenantRef, meter }) => useKey(tenantRef, meter) === key);
    const months = new Map(uses.get(key) ?? []);
    const set = new Set([...months].flatMap(([month, { isSet }]) => (isSet ? [month] : [])));
    for (const month of new Set(its.map((one) => one.period))) {
      const said = saidByHand(
        its.filter((one) => one.period === month),
        cut,
      );
      if (said === undefined) continue;
      set.add(month);
      if (said === null) months.delete(month);
      else months.set(month, { quantity: said, isSet: true });
    }
    const isNear = (of: string) => of < period && monthsBetween(of, period) <= MONTHS_BACK;
    const newest = months.get([...months.keys()].filter(isNear).sort().at(-1) ?? '');
    const setIn = [...set].filter(isNear).sort().at(-1);
    const [tenantRef = '', meter = ''] = key.split('|');
    return newest === undefined ? [] : [{ tenantRef, meter: meter as WorldMeter, quantity: newest.quantity, setIn }];
  });
}

/** The uses of a site in a month, and whether somebody is silent who was expected to report; null: nothing to account for. */
function usesOf(month: SiteMonth, memory: Memory) {
  const { site, start, end, period } = month;
  const said = saidIn(month);
  const reporting = new Set(said.reported.map(({ installation }) => installation));
  const heard = new Set([...reporting, ...said.seen.map(({ installation }) => installation)]);
  const keys = site.keys.filter(({ issuedAt }) => issuedAt < end);
  // A key that was rotated has a successor: what counts is whether the last of them had ended.
  const hadEnded = isSuspendedIn(month, start, end) || keys.every(({ ended }) => ended !== null && ended.at < start);
  if (heard.size === 0 && (hadEnded || site.activatedAt >= end)) return null;
  const installations = [...site.installations.values()].sort(
    (a, b) => a.activatedAt.getTime() - b.activatedAt.getTime(),
  );
  const expected = new Set(
    installations.flatMap((one) => {
      const isGone =
        (one.replacedAt !== null && one.replacedAt < end) || (one.retiredAt !== null && one.retiredAt < end);
      const endedBefore = wasEndedThroughout(month, one, start, end);
      const isThere = one.activatedAt < end || heard.has(one.index);
      return said.mapping.has(one.index) || isGone || endedBefore || !isThere ? [] : [one.index];
    }),
  );

  const uses: Use[] = [];
  const find = (tenantRef: string, meter: WorldMeter) =>
    uses.find((use) => use.tenantRef === tenantRef && use.meter === meter);
  const named = new Map<string, { tenantRef: string; meter: WorldMeter; by: Set<number> }>();
  for (const { installation, lines } of [...said.seen, ...said.reported]) {
    for (const { tenant, meter } of lines) {
      const key = useKey(tenant, meter);
      const found = named.get(key) ?? { tenantRef: tenant, meter, by: new Set() };
      named.set(key, found);
      found.by.add(installation);
    }
  }
  for (const { tenantRef, meter, by } of [...named.values()].sort(byRef)) {
    const use = { tenantRef, meter };
    uses.push({ ...use, last: null, parts: [...by].map((one) => partOf(month, said, use, one, expected.has(one))) });
  }
  const setIn = new Map<string, string>();
  if (expected.size > 0 || uses.length > 0) {
    for (const { tenantRef, meter, quantity, setIn: when } of remembered(month, memory).sort(byRef)) {
      if (when !== undefined) setIn.set(useKey(tenantRef, meter), when);
      const found = find(tenantRef, meter);
      if (found !== undefined) found.last = quantity;
      // Down to nothing, it is not expected again.
      else if (quantity > 0) uses.push({ tenantRef, meter, parts: [], last: quantity });
    }
  }
  const unheard = [...expected].filter((one) => !heard.has(one));
  for (const use of uses) {
    const known = new Map<number, number>();
    // People speak of the site as a whole: their word counts until an installation is heard of again, or is gone for good.
    const when = setIn.get(useKey(use.tenantRef, use.meter)) ?? '';
    let isSet = when !== '';
    for (const [key, { quantity, period: of }] of memory.installations) {
      const [index = '', tenantRef = '', meter = ''] = key.split('|');
      if (tenantRef !== use.tenantRef || meter !== use.meter || monthsBetween(of, period) > MONTHS_BACK) continue;
      const counted = said.mapping.get(Number(index)) ?? Number(index);
      known.set(counted, Math.max(quantity, known.get(counted) ?? 0));
      const replacedAt = site.installations.get(counted)?.replacedAt ?? null;
      const isQuiet = unheard.includes(counted) || (replacedAt !== null && replacedAt < end);
      if (of > when || (of === when && !isQuiet)) isSet = false;
    }
    // One that was always alone is estimated by the number of its site.
    if (use.parts.length === 0 && (known.size < 2 || isSet)) continue;
    for (const one of unheard) {
      const last = known.get(one) ?? 0;
      if (last > 0)
        use.parts.push({
          installation: one,
          expected: true,
          reported: null,
          seen: null,
          seenBeforeEnd: null,
          afterEnd: false,
          byVendor: false,
          last,
        });
    }
  }
  const isSilent = [...expected].some((one) => !reporting.has(one));
  return { uses, said, isSilent };
}

/** Whether an installation had no key in force on any of some days. */
function wasEndedThroughout(month: SiteMonth, one: Installed, begin: Date, end: Date): boolean {
  if (isSuspendedIn(month, begin, end)) return true;
  const hadEnded = one.uses.some(({ key, until }) => {
    const ended = month.site.keys[key]?.ended;
    return ended?.how === 'revoked' && ended.at < begin && (until === null || until >= begin);
  });
  return hadEnded && !one.uses.some(({ until }) => until !== null && until >= begin && until < end);
}

function byRef(a: { tenantRef: string; meter: string }, b: { tenantRef: string; meter: string }): number {
  if (a.tenantRef !== b.tenantRef) return a.tenantRef < b.tenantRef ? -1 : 1;
  return a.meter < b.meter ? -1 : Number(a.meter > b.meter);
}

type Basis = 'reported' | 'seen' | 'estimated' | 'decided' | 'waived';
interface Settled {
  value: number;
  basis: Basis;
}

const most = ({ reported, seen }: Part) => Math.max(reported ?? 0, seen ?? 0);

function asReported({ parts }: Use): Settled {
  const isSeen = parts.length > 0 && parts.every(({ expected, reported }) => !expected && reported === null);
  return {
    value: sum(parts.map(({ reported, expected, seen }) => reported ?? (expected ? 0 : (seen ?? 0)))),
    basis: isSeen ? 'seen' : 'reported',
  };
}

/** The kinds that are about quantities, in the order of rule 3's table. */
const KINDS = [
  'missing_report',
  'usage_after_revocation',
  'report_mismatch',
  'two_installations',
  'unassigned_tenant',
  'usage_jump',
  'first_month_large',
] as const;

interface Judging {
  rules: WorldRules;
  isSilent: boolean;
  isUnassigned: boolean;
  decisions: readonly Decided[];
}

/** What the default of a kind makes of a use that has come to `before`; undefined: there is no such finding. */
function byDefault(
  kind: (typeof KINDS)[number],
  use: Use,
  before: Settled,
  { rules, isSilent, isUnassigned }: Judging,
): Settled | undefined {
  const { parts, last } = use;
  const unbilled: Settled = { value: 0, basis: 'waived' };
  switch (kind) {
    case 'missing_report': {
      if (!isSilent) return undefined;
      const each = parts.map((one) => one.reported ?? one.seen ?? one.last ?? 0);
      return { value: parts.length === 0 ? (last ?? 0) : sum(each), basis: 'estimated' };
    }
    case 'usage_after_revocation': {
      if (!parts.some(({ afterEnd }) => afterEnd)) return undefined;
      const isCut = (one: Part) => one.afterEnd && one.byVendor;
      if (rules.usage_after_revocation === 'billed' || !parts.some(isCut)) return before;
      const each = parts.map((one) => {
        if (isCut(one)) return one.seenBeforeEnd ?? 0;
        return one.reported === null && one.seen === null ? (one.last ?? 0) : most(one);
      });
      return { value: sum(each), basis: 'seen' };
    }
    case 'report_mismatch': {
      const isFar = ({ reported, seen }: Part) =>
        reported !== null && seen !== null && Math.abs(reported - seen) > Math.max(1, 0.02 * Math.max(reported, seen));
      if (parts.some(({ afterEnd }) => afterEnd) || !parts.some(isFar)) return undefined;
      if (rules.report_mismatch === 'as_reported') return before;
      if (before.basis === 'estimated') {
        // Who said nothing at all is not heard by being added up with the others.
        const unheard = parts.filter(({ reported, seen }) => reported === null && seen === null);
        return { value: sum(parts.map(most)) + sum(unheard.map(({ last: known }) => known ?? 0)), basis: 'estimated' };
      }
      const value = sum(parts.map(most));
      return { value, basis: value > asReported(use).value ? 'seen' : 'reported' };
    }
    case 'unassigned_tenant':
      if (!isUnassigned) return undefined;
      return rules.unassigned_tenant === 'not_billed' ? unbilled : before;
    case 'first_month_large':
      if (last !== null || before.value <= rules.firstMonthUnits) return undefined;
      return rules.first_month_large === 'not_billed' ? unbilled : before;
    case 'two_installations':
    case 'usage_jump':
      return before;
  }
}

/** Rules 3 and 5: what is found gets its default, unless a person decided, whose quantity no other default counts anew. */
function settled(use: Use, judging: Judging): Settled {
  const found = new Set<string>();
  let unattended = asReported(use);
  for (const kind of KINDS) {
    const next = byDefault(kind, use, unattended, judging);
    if (next === undefined) continue;
    found.add(kind);
    unattended = next;
  }
  let now = asReported(use);
  let isChosen = false;
  for (const kind of KINDS) {
    const decision = judging.decisions.find(
      (one) =>
        one.kind === kind && (one.meter === null || (one.tenantRef === use.tenantRef && one.meter === use.meter)),
    );
    if (decision !== undefined) {
      now = decided(use, decision, judging.isSilent);
      isChosen = true;
      continue;
    }
    // Found by what the defaults before made of it, whatever was decided.
    const next = found.has(kind)
      ? (byDefault(kind, use, now, { ...judging, rules: unlimited(judging.rules) }) ?? now)
      : now;
    if (!isChosen || next.basis === 'waived') now = next;
  }
  return now;
}

const unlimited = (rules: WorldRules): WorldRules => ({ ...rules, firstMonthUnits: -1 });

/** Rules 4 and 5: of two numbers the one that a person chose, else the only one there is, else the last one known. */
function chosen(use: Use, isSilent: boolean, choose: (part: Part) => number | null): Settled {
  const isUnsaid = use.parts.length === 0 && isSilent;
  const each = use.parts.map((part) => choose(part) ?? part.reported ?? part.seen ?? part.last ?? 0);
  return isUnsaid ? { value: use.last ?? 0, basis: 'estimated' } : { value: sum(each), basis: 'reported' };
}

function decided(use: Use, { decision, quantity }: Decided, isSilent: boolean): Settled {
  switch (decision) {
    case 'accept_reported':
      return chosen(use, isSilent, ({ reported }) => reported);
    case 'accept_observed':
      return chosen(use, isSilent, ({ seen }) => seen);
    case 'set_quantity':
      return { value: quantity, basis: 'decided' };
    default:
      return { value: 0, basis: 'waived' };
  }
}

interface Span {
  from: string;
  to: string;
}

const dayAfter = (day: string, days = 1) => Temporal.PlainDate.from(day).add({ days }).toString();

function spansOf(period: string, licences: readonly WorldLicence[]): Span[] {
  const [first, last] = [`${period}-01`, `${period}-${lastDayOf(period)}`];
  const spans: Span[] = [];
  const holding = (day: string) => licences.map(({ from, until }) => (from <= day && day < until ? '1' : '0')).join('');
  for (let day = first; day <= last; day = dayAfter(day)) {
    const before = spans.at(-1);
    // A licence and its successor are two, even if nothing changes from one day to the next.
    if (before === undefined || holding(day) !== holding(before.to)) spans.push({ from: day, to: day });
    else before.to = day;
  }
  return spans;
}

/** What licences cover of the needs of the uses, in their order: those of a tenant first, then those of the site. */
function covered(
  needs: readonly number[],
  tenantOf: readonly (string | null)[],
  licences: readonly { tenant: string | null; count: number }[],
): number[] {
  const got = needs.map(() => 0);
  for (const own of [true, false]) {
    for (const { tenant, count } of licences.filter((one) => (one.tenant !== null) === own)) {
      let left = count;
      const those = [...needs.keys()].filter((index) => tenant === null || tenantOf[index] === tenant);
      for (const index of those) {
        const isLast = index === those.at(-1);
        const share = isLast ? left : Math.min(left, Math.max(0, (needs[index] ?? 0) - (got[index] ?? 0)));
        got[index] = (got[index] ?? 0) + share;
        left -= share;
      }
    }
  }
  return got;
}

/** Rule 22: what licences leave of each use. */
function metered(month: SiteMonth, said: Said, uses: readonly (Use & Settled)[]): number[] {
  const { site, zone, period, start, end } = month;
  const { spec, meters } = site;
  const tenants = ['one', 'two'].slice(0, spec.tenants);
  const meterOf = (licence: WorldLicence) => meters[licence.meter % meters.length];
  const tenantOfLicence = ({ tenant }: WorldLicence) =>
    tenant === null ? null : (tenants[tenant % tenants.length] ?? null);
  return uses.map((use) => {
    const ofMeter = uses.filter(({ meter }) => meter === use.meter);
    const place = ofMeter.indexOf(use);
    const tenantOf = ofMeter.map(({ tenantRef }) => tenantAt(site, tenantRef, period));
    const licences = spec.licences.filter((one) => meterOf(one) === use.meter && one.from < one.until);
    const touching = licences.filter(
      ({ from, until }) => from <= `${period}-${lastDayOf(period)}` && until > `${period}-01`,
    );
    // A sum has no day that decides: the share of the licences' days, rounded up.
    const spans = use.meter === EVENTS ? [] : spansOf(period, touching);
    if (spans.length < 2) {
      const needs = ofMeter.map(({ value }) => value);
      const counts = [null, ...tenants].map((tenant) => ({
        tenant,
        count: countIn(
          period,
          use.meter,
          touching.filter((licence) => tenantOfLicence(licence) === tenant),
        ),
      }));
      return Math.max(0, use.value - (covered(needs, tenantOf, counts)[place] ?? 0));
    }
    const counted = ofMeter.map((one) =>
      spans.map(({ from, to }, index) => {
        const begin = index === 0 ? start : startOfDay(from, zone);
        const until = index === spans.length - 1 ? end : startOfDay(dayAfter(to), zone);
        return countOn(month, said, one, { begin, until });
      }),
    );
    const settled = counted.map((counts, other) => {
      const value = ofMeter[other]?.value ?? 0;
      return counts.map((count) => (count === Math.max(...counts) ? value : Math.min(value, count)));
    });
    const left = spans.map(({ from }, index) => {
      const holding = touching
        .filter((licence) => licence.from <= from && from < licence.until)
        .map((licence) => ({ tenant: tenantOfLicence(licence), count: licence.count }));
      const needs = settled.map((counts) => counts[index] ?? 0);
      return (needs[place] ?? 0) - (covered(needs, tenantOf, holding)[place] ?? 0);
    });
    return Math.max(0, ...left);
  });
}

const startOfDay = (day: string, zone: string) =>
  new Date(Temporal.PlainDate.from(day).toZonedDateTime(zone).epochMilliseconds);

/** What licences of one tenant, or of the site, cover of a month; of events by the days on which each holds. */
function countIn(period: string, meter: WorldMeter, licences: readonly WorldLicence[]): number {
  if (meter !== EVENTS) return sum(licences.map(({ count }) => count));
  const days = lastDayOf(period);
  let held = 0;
  for (let day = `${period}-01`; day <= `${period}-${days}`; day = dayAfter(day)) {
    held += sum(licences.map(({ count, from, until }) => (from <= day && day < until ? count : 0)));
  }
  return Math.ceil(held / days);
}

/** What an installation counts on some days: what was seen on them, or on days on which nobody saw it its number of the month. */
function countOn(
  month: SiteMonth,
  said: Said,
  { tenantRef, meter, parts, last }: Use,
  { begin, until }: { begin: Date; until: Date },
): number {
  const { site } = month;
  if (parts.length === 0) return last ?? 0;
  return sum(
    parts.map((part) => {
      const its = said.seen.filter(
        ({ installation, at }) => installation === part.installation && at >= begin && at < until,
      );
      if (its.length > 0) {
        const counts = its.flatMap(({ lines }) =>
          lines.flatMap((line) => (line.tenant === tenantRef && line.meter === meter ? [line.count] : [])),
        );
        return Math.max(0, ...counts);
      }
      const wasThere = [...site.installations.values()].some(
        (one) =>
          (one.index === part.installation || said.mapping.get(one.index) === part.installation) &&
          one.activatedAt < until &&
          (one.replacedAt === null || one.replacedAt >= begin) &&
          (one.retiredAt === null || one.retiredAt >= begin) &&
          !wasEndedThroughout(month, one, begin, until),
      );
      if (!wasThere) return 0;
      return part.reported === null && part.seen === null ? (part.last ?? 0) : most(part);
    }),
  );
}

/** The tenant that a reference stands for in a month; null: nobody assigned it. */
function tenantAt({ spec, fromPeriod }: SiteChronicle, tenantRef: string, period: string): string | null {
  if (tenantRef === UNASSIGNED || (tenantRef === 'two' && spec.tenants === 1)) return null;
  const { moves } = spec;
  if (tenantRef !== 'one' || moves === null || moves.from <= fromPeriod || period < moves.from) return tenantRef;
  return moves.to === null ? null : MOVED_TO;
}

interface Fraction {
  over: bigint;
  under: bigint;
}

function fraction(text: string): Fraction {
  const [whole = '0', decimals = ''] = text.split('.');
  return { over: BigInt(whole + decimals), under: 10n ** BigInt(decimals.length) };
}

const DIGITS: Readonly<Record<string, number>> = { EUR: 2, PLN: 2, JPY: 0 };
const unitsOf = (currency: string) => 10n ** BigInt(DIGITS[currency] ?? 2);

/** Rule 11: once, half up. */
function toMinor({ over, under }: Fraction, { currency, rate }: PrintedRate): bigint {
  const by = fraction(rate ?? '1');
  const [n, d] = [over * by.over * unitsOf(currency), under * by.under];
  return (2n * n + d) / (2n * d);
}

/** The price of unit number `n`, counted from one, of `total`; of a package, what opening it costs. */
function priceOfUnit(price: Price, n: number, total: number): string {
  switch (price.model) {
    case 'per_unit':
      return price.unitPrice;
    case 'package':
      return (n - 1) % price.size === 0 ? price.packagePrice : '0';
    case 'graduated':
    case 'volume': {
      const place = price.model === 'volume' ? total : n;
      return price.tiers.find(({ upTo }) => upTo === undefined || place <= upTo)?.unitPrice ?? '';
    }
    default:
      throw new Error('The worlds have no prices of that model, and no oracle for it.');
  }
}

/** What units `before + 1` to `before + units` cost, unit by unit. */
function priceOf(price: Price, { before, units, total }: { before: number; units: number; total: number }): Fraction {
  const under = 1000n;
  let over = 0n;
  for (let n = before + 1; n <= before + units; n += 1) {
    const each = fraction(priceOfUnit(price, n, total));
    over += (each.over * under) / each.under;
  }
  return { over, under };
}

const nameOf = (tenant: string | null) => (tenant === null ? '\uffff' : `Tenant ${tenant}`);

/** What the months of one programme come to in the end, the oldest first. */
export function expectedMonths(
  world: World,
  {
    sites,
    index,
    rates,
    decided,
    hands,
  }: {
    sites: readonly SiteChronicle[];
    index: number;
    rates: ReadonlyMap<string, PrintedRate>;
    decided: readonly Decided[];
    /** In the order in which they were confirmed. */
    hands: readonly SetByHand[];
  },
): ExpectedMonth[] {
  const programme = world.programmes[index];
  if (programme === undefined) return [];
  const memories = new Map<SiteChronicle, Memory>();
  return membership(programme).map((period) => {
    const { zone } = world;
    const found: (ExpectedLine & { tenant: string | null; counted: number })[] = [];
    for (const [place, site] of sites.entries()) {
      if (site.programme !== index || site.fromPeriod > period) continue;
      const memory = memories.get(site) ?? { uses: new Map(), installations: new Map() };
      memories.set(site, memory);
      const cut = cutOff(period, zone, programme);
      const month = {
        ...{ site: asKnown(site, cut), zone, period, cut, programme },
        start: startOf(period, zone),
        end: startOf(monthAfter(period), zone),
        hands: hands.filter((one) => one.programme === index && one.site === place),
      };
      const known = usesOf(month, memory);
      if (known === null) continue;
      const decisions = decided.filter((one) => one.programme === index && one.site === place && one.period === period);
      const { rules } = programme;
      const judge = ({ tenantRef }: Use): Judging => ({
        ...{ rules, decisions, isSilent: known.isSilent, isUnassigned: tenantAt(site, tenantRef, period) === null },
      });
      const uses = known.uses.map((use) => ({ ...use, ...settled(use, judge(use)) }));
      const left = metered(month, known.said, uses);
      const isFree = programme.firstMonth === 'unbilled' && periodIn(zone, site.activatedAt) === period;
      for (const [at, { tenantRef, meter, value, basis, parts }] of uses.entries()) {
        const quantity = left[at] ?? 0;
        const tenant = tenantAt(site, tenantRef, period);
        found.push({ site: site.name, tenantRef, meter, quantity, minor: 0n, tenant, counted: isFree ? 0 : quantity });
        if (basis !== 'waived' && (basis !== 'estimated' || value > 0)) {
          const key = useKey(tenantRef, meter);
          const learnt = { quantity: value, isSet: basis === 'decided' };
          memory.uses.set(key, (memory.uses.get(key) ?? new Map<string, Learnt>()).set(period, learnt));
        }
        for (const part of parts) {
          if (part.reported === null && part.seen === null) continue;
          memory.installations.set(`${part.installation}|${useKey(tenantRef, meter)}`, {
            quantity: most(part),
            period,
          });
        }
      }
    }
    const printed = rates.get(period) ?? { currency: 'EUR', rate: null };
    return rated(programme, period, found, printed);
  });
}

function rated(
  programme: WorldProgramme,
  period: string,
  found: (ExpectedLine & { tenant: string | null; counted: number })[],
  printed: PrintedRate,
): ExpectedMonth {
  const text = (a: string, b: string) => (a < b ? -1 : Number(a > b));
  found.sort(
    (a, b) =>
      text(a.site, b.site) ||
      text(nameOf(a.tenant), nameOf(b.tenant)) ||
      text(a.tenantRef, b.tenantRef) ||
      text(a.meter, b.meter),
  );
  for (const meter of new Set(found.map((line) => line.meter))) {
    const its = found.filter((line) => line.meter === meter);
    const total = sum(its.map(({ counted }) => counted));
    let before = 0;
    for (const line of its) {
      const { relisted } = programme;
      const prices = relisted !== null && period >= relisted.from ? relisted.prices : programme.prices;
      const price = prices[meter as WorldMeter];
      line.minor = toMinor(priceOf(price, { before, units: line.counted, total }), printed);
      before += line.counted;
    }
  }
  const lines = found.map(({ site, tenantRef, meter, quantity, minor }) => ({
    site,
    tenantRef,
    meter,
    quantity,
    minor,
  }));
  const { minimum } = programme;
  if (minimum === null) return { period, lines, minimumMinor: 0n };
  // The distributor's own list has a third of it, in its own currency.
  const isOwn = programme.local && (programme.moves === null || period < programme.moves.from);
  const least = isOwn ? BigInt(minimum) / 3n : toMinor({ over: BigInt(minimum), under: 100n }, printed);
  const missing = least - lines.reduce((all, { minor }) => all + minor, 0n);
  return { period, lines, minimumMinor: missing > 0n ? missing : 0n };
}
