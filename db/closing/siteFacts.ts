import { productByCode, type MeterCode } from '../../domain/catalog/index.js';
import { groupBy } from '../../domain/groupBy.js';
import { coverByLicences } from '../../domain/licences/licensedDays.js';
import { dayOf, periodDays, periodRange, type Day, type InstantRange, type Period } from '../../domain/period.js';
import type { InstallationUsage, SiteFacts, UsageFacts } from '../../domain/usage.js';
import type { Trx } from '../connect.js';
import { countsOnDays } from './countsOnDays.js';
import {
  coversAll,
  endedKeysOf,
  hadEnded,
  installationsOf,
  lastsToEnd,
  suspensionsOf,
  type EndedRow,
  type InstallationRow,
  type SuspensionRow,
} from './installationsOf.js';
import {
  lastConfirmed,
  lastConfirmedByInstallation,
  type Confirmed,
  type ConfirmedOfInstallations,
  type KnownOfInstallation,
  type KnownRow,
} from './lastConfirmed.js';
import { measureDays, measuredMeters, presenceOf, type Measuring } from './measureDays.js';
import type { Selection } from './participants.js';
import {
  licencesOf,
  reportsOf,
  sitesOf,
  tenantsOf,
  type LicenceRow,
  type ReceivedBefore,
  type SiteRow,
} from './siteQueries.js';
import { seenAfterReplacement, usageOf, type MovedRow, type UsageRow } from './usageOf.js';

/** A site's facts and the MSP it belongs to. */
export interface MspSiteFacts {
  mspId: string;
  facts: SiteFacts;
}

const groupBySite = <T extends { siteId: string }>(items: readonly T[]) => groupBy(items, ({ siteId }) => siteId);

const tenantKey = (tenantRef: string | null, meter: string) => JSON.stringify([tenantRef, meter]);

function furtherFromZero(a: number, b: number): number {
  return Math.abs(b) > Math.abs(a) ? b : a;
}

/**
 * What an installation's successors make of it in a month: the last that replaced another for free in it, or after it, where the
 * successor, or one that replaced that one in turn, reported the month in the other's place. One that was seen after it had been
 * replaced goes on beside its successor: all of it is its own, as it is in later months.
 */
function movedIn(
  installations: readonly InstallationRow[],
  { start, end }: InstantRange,
  { reporting, goingOn }: { reporting: ReadonlySet<string>; goingOn: ReadonlySet<string> },
): MovedRow[] {
  const byId = new Map(installations.map((one) => [one.id, one]));
  const reportedByNow = (id: string): boolean => {
    const { replacedBy = null, replacedForFree = null } = byId.get(id) ?? {};
    return reporting.has(id) || (replacedForFree === true && replacedBy !== null && reportedByNow(replacedBy));
  };
  const successorOf = ({ siteId, id, replacedBy, replacedAt, replacedForFree }: InstallationRow) => {
    if (replacedForFree !== true || replacedAt === null || replacedBy === null) return undefined;
    if (replacedAt < start || goingOn.has(`${siteId}/${id}`)) return undefined;
    const inPlace = !reporting.has(id) && reportedByNow(replacedBy);
    return replacedAt < end || inPlace ? byId.get(replacedBy) : undefined;
  };
  return installations.flatMap((one) => {
    let last = successorOf(one);
    if (last === undefined || one.replacedAt === null) return [];
    for (let next = successorOf(last); next !== undefined; next = successorOf(last)) last = next;
    return [{ siteId: one.siteId, installationId: one.id, countsAs: last.id, until: one.replacedAt }];
  });
}

interface Expecting {
  range: InstantRange;
  /** The oldest installation of the site. */
  first: string | undefined;
  billedBefore: boolean;
  ended: readonly EndedRow[];
  heard: ReadonlySet<string>;
}

/**
 * Rule 6: the installations that are expected to report. One that was replaced or retired by the period's end is not, nor
 * one whose key had ended before it began, unless it went on under another one in it: what was done after the period (a new
 * key, new hardware) expects nothing of it. One that activated after the period is expected where it was heard all the same,
 * and the first that a site ever had where the site was billed before.
 */
function expectedOf(
  installations: readonly InstallationRow[],
  { range, first, billedBefore, ended, heard }: Expecting,
): Set<string> {
  const { end } = range;
  const inUse = installations.filter(
    ({ id, replacedAt, retiredAt }) =>
      !(replacedAt !== null && replacedAt < end) &&
      !(retiredAt !== null && retiredAt < end) &&
      !hadEnded(ended, id, range),
  );
  const expected = inUse.filter(
    ({ id, activatedAt }) => activatedAt < end || heard.has(id) || (billedBefore && id === first),
  );
  return new Set(expected.map(({ id }) => id));
}

/** Rule 20: while its MSP is suspended the keys of a site are stopped, by the vendor and as of that instant. */
function stoppedAt(
  { siteId }: SiteRow,
  installations: readonly InstallationRow[],
  suspensions: readonly SuspensionRow[],
): EndedRow[] {
  return suspensions.flatMap(({ from, until }) =>
    installations.map(({ id: installationId }) => ({
      ...{ siteId, installationId, from, until },
      ...{ notedAt: from, replacedAt: null, byMsp: false },
    })),
  );
}

/** One site of the selection, with what was sent from it. */
interface HeardSite {
  site: SiteRow;
  range: InstantRange;
  used: readonly UsageRow[];
  ended: readonly EndedRow[];
  /** That reported, or whose predecessor did. */
  reporting: ReadonlySet<string>;
  clockOffsets: readonly number[];
  firstMonth: boolean;
  installationIds: string[];
  expected: ReadonlySet<string>;
  /** Expected to report, and neither reported nor seen. */
  unseen: string[];
  /** Replaced before the month was over. */
  replaced: ReadonlySet<string>;
  /** What those that are expected to report named last. */
  versions: string[];
}

/** Rule 8: a site that was not there before the month, and of which nothing is known of an earlier one, by now. */
function isFirstMonth(site: SiteRow, { start }: InstantRange, usedInEarlier: ReadonlySet<string>): boolean {
  const wasBefore = site.billedBefore || site.correctedBefore || usedInEarlier.has(site.siteId);
  return !wasBefore && site.activatedAt !== null && site.activatedAt >= start;
}

/** The month by the zones of a site: a few pairs for thousands of sites. */
function rangesOf(period: Period): (zones: Pick<SiteRow, 'zone' | 'zoneBefore'>) => InstantRange {
  const known = new Map<string, InstantRange>();
  return ({ zone, zoneBefore }) => {
    const range = known.get(`${zoneBefore} ${zone}`) ?? periodRange(period, zone, zoneBefore);
    known.set(`${zoneBefore} ${zone}`, range);
    return range;
  };
}

/** What earlier months that are rated again come to by now, in place of what is stored of them. */
export interface RatedAgain extends ConfirmedOfInstallations {
  confirmed: readonly Confirmed[];
}

/**
 * Everything known about the selected MSPs' sites in the period, in a handful of statements however many there are.
 * A site takes part when it was active before the period's end, or used something in it, or was billed before; a site
 * whose keys had all ended before the period, or whose MSP was suspended all through it, takes part only if it used
 * something. `only`: these sites, each by what was
 * received, and said of its keys, before that instant.
 */
export async function loadSiteFacts(
  trx: Trx,
  selection: Selection,
  ratedAgain: RatedAgain,
  only: ReceivedBefore | null = null,
): Promise<MspSiteFacts[]> {
  const { period, programme } = selection;
  const receivedBefore = only ?? new Map<string, Date>();
  const sites = await sitesOf(trx, selection, only);
  if (sites.length === 0) return [];
  const rangeOf = rangesOf(period);
  const installations = groupBySite(await installationsOf(trx, selection));
  const suspensions = groupBy(await suspensionsOf(trx, selection), ({ mspId }) => mspId);
  const ended = [
    ...(await endedKeysOf(trx, selection)),
    ...sites.flatMap((site) =>
      stoppedAt(site, installations.get(site.siteId) ?? [], suspensions.get(site.mspId) ?? []),
    ),
  ].filter(({ siteId, notedAt, replacedAt }) => {
    const before = receivedBefore.get(siteId);
    if (before === undefined) return replacedAt === null;
    return notedAt < before && (replacedAt === null || replacedAt >= before);
  });
  const reports = groupBySite(await reportsOf(trx, selection, receivedBefore));
  const replaced = sites.flatMap((site) => {
    const { mspId, siteId } = site;
    const { start, end } = rangeOf(site);
    return (installations.get(siteId) ?? []).flatMap(({ id: installationId, replacedAt, replacedForFree }) =>
      replacedForFree === true && replacedAt !== null && replacedAt >= start && replacedAt < end
        ? [{ mspId, siteId, installationId, replacedAt, end }]
        : [],
    );
  });
  const goingOn = await seenAfterReplacement(trx, replaced, receivedBefore);
  const moved = sites.flatMap((site) => {
    const reporting = new Set((reports.get(site.siteId) ?? []).map(({ installationId }) => installationId));
    return movedIn(installations.get(site.siteId) ?? [], rangeOf(site), { reporting, goingOn });
  });
  const usage = groupBySite(await usageOf(trx, { period, sites, ended, moved, receivedBefore }));
  const endedBySite = groupBySite(ended);
  const usedInEarlier = new Set(ratedAgain.confirmed.map(({ siteId }) => siteId));
  const countsAs = new Map(moved.map((one) => [`${one.siteId}/${one.installationId}`, one.countsAs]));

  const heardSites = sites.flatMap((site): HeardSite[] => {
    const { mspId, siteId, activatedAt, billedBefore } = site;
    const range = rangeOf(site);
    const used = usage.get(siteId) ?? [];
    const reported = reports.get(siteId) ?? [];
    const reporting = new Set(reported.map(({ installationId: id }) => countsAs.get(`${siteId}/${id}`) ?? id));
    const heard = new Set([...used.map(({ installationId }) => installationId), ...reporting]);
    const wasActive = (activatedAt !== null && activatedAt < range.end) || billedBefore;
    const isSuspended = (suspensions.get(mspId) ?? []).some((one) => coversAll(one, range));
    const hadEnded = isSuspended || (site.endedAt !== null && site.endedAt < range.start);
    if (heard.size === 0 && (hadEnded || !wasActive)) return [];
    const its = installations.get(siteId) ?? [];
    const endedKeys = endedBySite.get(siteId) ?? [];
    const expected = expectedOf(
      its.filter(({ id }) => !countsAs.has(`${siteId}/${id}`)),
      { range, first: its[0]?.id, billedBefore, ended: endedKeys, heard },
    );
    return [
      {
        site,
        range,
        used,
        ended: endedKeys,
        reporting,
        clockOffsets: [
          ...used.flatMap((row) => [row.maxOffset, row.minOffset]),
          ...reported.map((row) => row.maxOffset),
        ],
        firstMonth: isFirstMonth(site, range, usedInEarlier),
        installationIds: its.map(({ id }) => id).filter((id) => expected.has(id) || heard.has(id)),
        expected,
        unseen: [...expected].filter((id) => !heard.has(id)),
        replaced: new Set(
          its.filter(({ replacedAt }) => replacedAt !== null && replacedAt < range.end).map(({ id }) => id),
        ),
        versions: its.filter(({ id }) => expected.has(id)).map(({ productVersion }) => productVersion),
      },
    ];
  });

  const known = groupBySite(await lastConfirmed(trx, selection, ratedAgain, receivedBefore));
  const split = heardSites.filter(
    ({ site, unseen }) => unseen.length > 0 && (installations.get(site.siteId) ?? []).length > 1,
  );
  const knownByInstallation = groupBySite(
    await lastConfirmedByInstallation(
      trx,
      { programme, period },
      split.map(({ site }) => site),
      ratedAgain,
    ),
  );
  const licences = groupBySite(await licencesOf(trx, selection));
  const tenants = groupBySite(await tenantsOf(trx, selection));
  const measured = heardSites.flatMap((heard) =>
    measuredMeters(heard.site, heard.range, { period, licences: licences.get(heard.site.siteId) ?? [] }),
  );
  const onDays = groupBySite(await countsOnDays(trx, measured, moved, receivedBefore));
  const measuredBySite = groupBySite(measured);
  return heardSites.map((heard) => {
    const { siteId, mspId } = heard.site;
    const history = (knownByInstallation.get(siteId) ?? []).map((row) => ({
      ...row,
      installationId: countsAs.get(`${siteId}/${row.installationId}`) ?? row.installationId,
    }));
    const facts = factsOf(heard, {
      period,
      known: known.get(siteId) ?? [],
      history,
      licences: licences.get(siteId) ?? [],
      measuring: {
        measured: measuredBySite.get(siteId) ?? [],
        onDays: onDays.get(siteId) ?? [],
        wasThere: presenceOf(installations.get(siteId) ?? [], heard.ended, countsAs),
      },
      tenants: new Map((tenants.get(siteId) ?? []).map(({ ref, tenantId }) => [ref, tenantId])),
    });
    return { mspId, facts };
  });
}

interface SiteContext {
  period: Period;
  measuring: Measuring;
  known: readonly KnownRow[];
  history: readonly KnownOfInstallation[];
  licences: readonly LicenceRow[];
  tenants: ReadonlyMap<string, string>;
}

function earliest(instants: readonly Date[]): Date | null {
  return instants.length === 0 ? null : new Date(Math.min(...instants.map((instant) => instant.getTime())));
}

/** Keys of its installations that had ended before the month did, as far as they were used in it. */
function endedWithin({ ended, range }: HeardSite): EndedRow[] {
  return ended.filter(({ from, until }) => from < range.end && (until === null || until > range.start));
}

function factsOf(heard: HeardSite, context: SiteContext): SiteFacts {
  const { site, reporting, expected, installationIds } = heard;
  const usage = usageFactsOf(heard, context);
  const usedAfter = usage.flatMap(({ installations }) =>
    installations.flatMap(({ usedAfterRevocationOn }) => usedAfterRevocationOn ?? []),
  );
  const licences = context.licences.map(({ siteId: _siteId, ...licence }) => licence);
  return {
    siteId: site.siteId,
    siteName: site.name,
    revokedAt: earliest(endedWithin(heard).map(({ from }) => from)),
    installationIds,
    // A key revoked in mid-month ends the site, not its bill: what it used until then and never reported is estimated.
    silentInstallationIds: installationIds.filter((id) => expected.has(id) && !reporting.has(id)),
    clockOffsetSeconds: heard.clockOffsets.reduce(furtherFromZero, 0),
    usedAfterRevocationOn: usedAfter.sort()[0] ?? null,
    firstMonth: heard.firstMonth,
    versions: {
      minimum: site.minimumVersion ?? productByCode(site.product)?.minimumVersion ?? '0',
      named: heard.versions,
    },
    licences,
    usage: coverByLicences(context.period, measureDays(usage, context.measuring), licences),
  };
}

/**
 * The first day on which an installation used something after its key had ended. What it reports once its key has ended, over
 * what was seen of it until then, may have been used on any day after that: the first of them in the month is named.
 */
function usedAfterEndOn({ site, range, ended }: HeardSite, period: Period, row: UsageRow): Day | null {
  if (row.usedAfterAt !== null) return dayOf(row.usedAfterAt, site.zone);
  const { installationId, reported, reportedAt, beforeRevocation } = row;
  if (reported === null || reportedAt === null || reported <= (beforeRevocation ?? 0)) return null;
  const ends = ended.filter(
    (one) => one.installationId === installationId && one.from < reportedAt && lastsToEnd(one, range),
  );
  const first = earliest(ends.map(({ from }) => from));
  if (first === null) return null;
  const [day, start] = [dayOf(first, site.zone), periodDays(period).first];
  return day < start ? start : day;
}

function usageFactsOf(heard: HeardSite, context: SiteContext): UsageFacts[] {
  const { site, used, reporting, expected } = heard;
  const cutByVendor = new Set(endedWithin(heard).flatMap((key) => (key.byMsp ? [] : [key.installationId])));
  const facts = new Map<string, UsageFacts>();
  const factOf = (tenantRef: string | null, meter: MeterCode): UsageFacts => {
    const key = tenantKey(tenantRef, meter);
    let fact = facts.get(key);
    if (fact === undefined) {
      const tenantId = tenantRef === null ? null : (context.tenants.get(tenantRef) ?? null);
      fact = { tenantRef, tenantId, meter, installations: [], lastQuantity: null, licensed: 0, licensedDays: [] };
      facts.set(key, fact);
    }
    return fact;
  };
  for (const row of used) {
    const usedAfterOn = usedAfterEndOn(heard, context.period, row);
    const installation: InstallationUsage = {
      installationId: row.installationId,
      expected: expected.has(row.installationId),
      // A report that does not mention a meter says that it was not used.
      reported: row.reported ?? (reporting.has(row.installationId) ? 0 : null),
      observed: row.observed,
      observedOn: row.observedAt === null ? null : dayOf(row.observedAt, site.zone),
      observedBeforeRevocation: row.beforeRevocation,
      usedAfterRevocationOn: usedAfterOn,
      revokedByMsp: usedAfterOn !== null && !cutByVendor.has(row.installationId),
      lastConfirmed: null,
    };
    factOf(row.tenantRef, row.meter).installations.push(installation);
  }
  // What was down to nothing last time is no longer expected, nor is anything where no installation is; what is used anew is
  // compared with that nothing.
  const mayBeOwed = expected.size > 0 || used.length > 0;
  const setIn = new Map<string, Period>();
  for (const { tenantRef, meter, quantity, setIn: month } of context.known) {
    const key = tenantKey(tenantRef, meter);
    const fact = quantity > 0 && mayBeOwed ? factOf(tenantRef, meter) : facts.get(key);
    if (fact !== undefined) fact.lastQuantity = quantity;
    if (month !== null) setIn.set(key, month);
  }
  const history = groupBy(context.history, ({ tenantRef, meter }) => tenantKey(tenantRef, meter));
  for (const [key, fact] of facts) {
    const its = history.get(key) ?? [];
    if (fact.installations.length > 0 || !isSetSince(setIn.get(key), its, heard)) {
      fact.installations.push(...unseenBeside(fact, heard.unseen, its));
    }
  }
  return [...facts.values()];
}

/**
 * Whether people have said what the site comes to since any of its installations was heard of, and all that were heard of in
 * that month are silent now, or were replaced. Their number is for the site as a whole, so the site is estimated by it.
 */
function isSetSince(
  setIn: Period | undefined,
  history: readonly KnownOfInstallation[],
  { unseen, replaced }: HeardSite,
): boolean {
  if (setIn === undefined) return false;
  return history.every(
    ({ installationId: id, period }) =>
      period < setIn || (period === setIn && (unseen.includes(id) || replaced.has(id))),
  );
}

/**
 * Rule 4, of a site with several installations: those that are silent and unseen, with what each was last known to use.
 * One that has always been alone is estimated by the site's last confirmed quantity instead, which a person may have set.
 */
function unseenBeside(
  { installations }: UsageFacts,
  unseen: readonly string[],
  history: readonly KnownOfInstallation[],
): InstallationUsage[] {
  const known = new Map<string, number>();
  for (const { installationId, quantity } of history) {
    known.set(installationId, Math.max(quantity, known.get(installationId) ?? 0));
  }
  if (installations.length === 0 && known.size < 2) return [];
  return unseen.flatMap((installationId) => {
    const quantity = known.get(installationId) ?? 0;
    if (quantity === 0) return [];
    return [
      {
        installationId,
        expected: true,
        reported: null,
        observed: null,
        observedOn: null,
        observedBeforeRevocation: null,
        usedAfterRevocationOn: null,
        revokedByMsp: false,
        lastConfirmed: quantity,
      },
    ];
  });
}
