import { describe, expect, it } from '@jest/globals';
import { nameProblem } from '../../domain/name.js';
import { dayOf, isTimeZone, periodOf, periodRange } from '../../domain/period.js';
import { reconcileSite, SHIPPED_SETTINGS, type DiscrepancyKind } from '../../domain/reconcile/index.js';
import { aggregationOf, type Aggregation, type MeterCode } from '../../domain/catalog/index.js';
import type { SiteFacts, UsageFacts } from '../../domain/usage.js';
import {
  buildWorld,
  checkInsOf,
  clockOffsetMs,
  reportOf,
  revokedAt,
  type World,
  type WorldMsp,
  type WorldSite,
} from '../../simulator/world/index.js';
import { RULE_3 } from '../domain/harness.js';

const DEFAULT = { seed: 1, period: '2026-03', msps: 40, sites: 400 };

/** The references under which a site reports units that it is known to serve. */
function served({ tenantRefs, assignments }: WorldSite): string[] {
  return [...tenantRefs, ...assignments.map(({ reference }) => reference)];
}

/** Counts of a month, oldest first, put together (rule 2). */
const MONTH_OF: Record<Aggregation, (month: number, count: number) => number> = {
  peak: (month, count) => Math.max(month, count),
  sum: (month, count) => month + count,
  last: (_month, count) => count,
};

/** What Kontor will know of a site when its collection has ended, told from the world alone. */
function factsOf(world: World, msp: WorldMsp, site: WorldSite): SiteFacts {
  const end = site.role === 'revoked' ? revokedAt(world, msp) : null;
  const usage = new Map<string, UsageFacts>();
  for (const installation of site.installations) {
    const offset = clockOffsetMs(site, 'current');
    const checkIns = checkInsOf(world, msp, site, installation, 'current').map(({ observedAt, counts }) => ({
      countedAt: new Date(observedAt.getTime() - offset),
      counts,
    }));
    const report = reportOf(site, installation, 'current');
    const counted = [...checkIns.flatMap(({ counts }) => counts), ...(report ?? [])];
    for (const key of new Set(counted.map(({ tenant, meter }) => JSON.stringify([tenant, meter])))) {
      const [tenantRef, meter] = JSON.parse(key) as [string, MeterCode];
      const line = site.lines.find((one) => one.tenantRef === tenantRef && one.meter === meter);
      const peak = (until: Date | null) =>
        checkIns
          .filter(({ countedAt }) => until === null || countedAt < until)
          .flatMap(({ counts }) => counts.filter((one) => one.tenant === tenantRef && one.meter === meter))
          .reduce((month, { count }) => MONTH_OF[aggregationOf(meter)](month, count), 0);
      const facts: UsageFacts = usage.get(key) ?? {
        tenantRef,
        tenantId: served(site).includes(tenantRef) ? tenantRef : null,
        meter,
        installations: [],
        lastQuantity: line?.previous ?? null,
        licensed: line === site.lines[0] ? (site.licenceCount ?? 0) : 0,
        licensedDays: [],
      };
      facts.installations.push({
        installationId: installation.id,
        reported: report?.find((one) => one.tenant === tenantRef && one.meter === meter)?.count ?? null,
        observed: checkIns.length === 0 ? null : peak(null),
        observedOn: null,
        observedBeforeRevocation: checkIns.length === 0 ? null : peak(end),
        expected: true,
        usedAfterRevocationOn: end === null ? null : dayOf(end, msp.zone),
        revokedByMsp: false,
        lastConfirmed: null,
      });
      usage.set(key, facts);
    }
  }
  return {
    siteId: site.name,
    siteName: site.name,
    revokedAt: end,
    installationIds: site.installations.map(({ id }) => id),
    silentInstallationIds: site.installations
      .filter((one) => reportOf(site, one, 'current') === null)
      .map(({ id }) => id),
    clockOffsetSeconds: clockOffsetMs(site, 'current') / 1000,
    usedAfterRevocationOn: end === null ? null : dayOf(end, msp.zone),
    firstMonth: false,
    versions: null,
    licences: [],
    usage: [...usage.values()],
  };
}

/** A first month and a third month of estimates take a world of several months. */
const SEVERAL_MONTHS: readonly DiscrepancyKind[] = ['first_month_large', 'mostly_estimated'];
/** What the world is made to show; a kind that is added need not occur in it. */
const PLAYED = RULE_3.filter((kind) => !SEVERAL_MONTHS.includes(kind));

const judged = (facts: SiteFacts) => reconcileSite(facts, SHIPPED_SETTINGS, RULE_3);

describe('the world of the simulator', () => {
  const world = buildWorld(DEFAULT);
  const sites = world.msps.flatMap((msp) => msp.sites.map((site) => ({ msp, site })));

  it('is the same for the same seed, and another for another', () => {
    expect(buildWorld(DEFAULT)).toEqual(world);
    expect(buildWorld({ ...DEFAULT, seed: 2 })).not.toEqual(world);
  });

  it('has as many MSPs and sites as asked for, one MSP with 5 % of the sites and two without usage', () => {
    expect(world.msps).toHaveLength(40);
    expect(sites).toHaveLength(400);
    expect(world.msps[0]?.sites).toHaveLength(20);
    expect(Math.max(...world.msps.map((msp) => msp.sites.length))).toBe(20);
    expect(world.msps.at(-1)?.sites).toHaveLength(0);
    expect(world.msps.at(-2)?.sites.map(({ role }) => role)).toEqual(['zero']);
  });

  it('lets every discrepancy kind occur that it plays, and no other of rule 3', () => {
    const inUse = sites.filter(({ site }) => site.used.includes('current'));
    const found = new Set(inUse.flatMap(({ msp, site }) => judged(factsOf(world, msp, site)).map(({ kind }) => kind)));
    if (world.unknownKeys.length > 0) found.add('unknown_key');
    if (world.msps.some(({ grows }) => grows)) found.add('total_moved');
    expect([...found].sort()).toEqual(PLAYED.toSorted());
  });

  it.each([
    ['silent', 'missing_report'],
    ['mute', 'missing_report'],
    ['underReported', 'report_mismatch'],
    ['overReported', 'report_mismatch'],
    ['revoked', 'usage_after_revocation'],
    ['twoInstallations', 'two_installations'],
    ['unassignedTenant', 'unassigned_tenant'],
    ['spike', 'usage_jump'],
    ['drop', 'usage_jump'],
    ['clockOff', 'clock_off'],
    ['overLicence', 'licence_exceeded'],
  ] as const)('shows with a site that is "%s" a %s and nothing else', (role, kind) => {
    const shown = sites.filter(({ site }) => site.role === role);
    expect(shown.length).toBeGreaterThan(0);
    for (const { msp, site } of shown) {
      expect(new Set(judged(factsOf(world, msp, site)).map((finding) => finding.kind))).toEqual(new Set([kind]));
    }
  });

  it('finds nothing at sites that are right, or wrong within the tolerance', () => {
    for (const { msp, site } of sites) {
      const right = ['ordinary', 'nearlyRight', 'withinLicence', 'zero', 'late', 'replaced'];
      if (!right.includes(site.role) || !site.used.includes('current')) continue;
      expect(judged(factsOf(world, msp, site))).toEqual([]);
    }
  });

  it('has an MSP in two programmes of two vendors, with sites in both, one that joins late and one that leaves', () => {
    const [first, second] = world.programmes;
    expect(second?.vendor.registrationNumber).not.toBe(first.vendor.registrationNumber);
    expect(second?.baseCurrency).not.toBe(first.baseCurrency);
    const both = world.msps.filter(({ participations }) => participations.length === 2);
    expect(both).toHaveLength(5);
    for (const msp of both) {
      expect(second?.distributorCodes).toContain(msp.company.country);
      expect(new Set(msp.sites.map(({ programme }) => programme))).toEqual(new Set(['msp', 'endpoint']));
    }
    const late = world.msps.filter(({ participations: [part] }) => part.joins === 'current');
    const leaving = world.msps.filter(({ participations: [part] }) => part.leaves === 'previous');
    expect([late.length, leaving.length]).toEqual([1, 1]);
    for (const [msps, when] of [
      [late, 'previous'],
      [leaving, 'current'],
    ] as const) {
      const reports = msps.flatMap((msp) => msp.sites.map((site) => reportOf(site, site.installations[0], when)));
      expect(reports.length).toBeGreaterThan(0);
      expect(reports.every((report) => report === null)).toBe(true);
    }
  });

  it('has a price in each programme for every meter its sites count', () => {
    for (const { code, plans } of world.programmes) {
      const [base] = plans.filter(({ distributorCode }) => distributorCode === null);
      const used = sites.filter(({ site }) => site.programme === code).flatMap(({ site }) => site.lines);
      expect(used.length).toBeGreaterThan(0);
      for (const { meter } of used) expect(base?.prices).toHaveProperty([meter]);
    }
  });

  it.each([1, 2, 3, 4, 5])('lets no programme wait at its completeness gate, small as it may be (seed %i)', (seed) => {
    for (const { programmes, msps } of [
      buildWorld({ ...DEFAULT, seed }),
      buildWorld({ ...DEFAULT, seed, msps: 9, sites: 40 }),
    ]) {
      for (const { code } of programmes) {
        const its = msps.flatMap((msp) => msp.sites.filter(({ programme }) => programme === code));
        for (const when of ['previous', 'current'] as const) {
          const expected = its.filter(({ used }) => used.includes(when));
          const silent = expected.filter((site) => reportOf(site, site.installations[0], when) === null);
          expect(silent.length).toBeLessThanOrEqual(expected.length / 10);
        }
      }
    }
  });

  it('has units below units, reported under their path, and a server that is replaced by new hardware', () => {
    const nested = world.msps.flatMap((msp) => msp.tenants.map(({ parentRef }) => ({ msp, parentRef })));
    const depths = nested.filter(
      ({ msp, parentRef }) => msp.tenants.find(({ ref }) => ref === parentRef)?.parentRef !== undefined,
    );
    expect(depths.length).toBeGreaterThan(0);
    expect(
      sites.some(({ site }) => site.assignments.some(({ reference }) => reference.split(' > ').length === 3)),
    ).toBe(true);
    const replaced = sites.filter(({ site }) => site.role === 'replaced');
    expect(replaced.length).toBeGreaterThan(0);
    for (const { site } of replaced) expect(site.replacement?.id).not.toBe(site.installations[0].id);
  });

  it('observes each day of March once, across the clock change, in zones on both sides of UTC', () => {
    const zones = new Set(world.msps.map(({ zone }) => zone));
    expect([...zones].every(isTimeZone)).toBe(true);
    expect(zones.size).toBeGreaterThan(5);
    for (const { msp, site } of sites.filter(({ site }) => site.role === 'ordinary' && site.used.includes('current'))) {
      const { start, end } = periodRange(world.period, msp.zone);
      const observed = checkInsOf(world, msp, site, site.installations[0], 'current').map(
        ({ observedAt }) => observedAt,
      );
      expect(new Set(observed.map((instant) => dayOf(instant, msp.zone))).size).toBe(31);
      expect(observed.every((instant) => instant >= start && instant < end)).toBe(true);
      expect(observed.every((instant) => periodOf(instant, msp.zone) === '2026-03')).toBe(true);
    }
  });

  it('names nobody by a name that is not allowed, and each site of an MSP differently', () => {
    for (const msp of world.msps) {
      const names = [msp.company.name, ...msp.sites.map(({ name }) => name), ...msp.tenants.map(({ name }) => name)];
      expect(names.map(nameProblem)).toEqual(names.map(() => null));
      expect(new Set(msp.sites.map(({ name }) => name)).size).toBe(msp.sites.length);
      expect(Math.max(...names.map((name) => name.length))).toBeLessThanOrEqual(200);
    }
  });
});
