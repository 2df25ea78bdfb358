import { groupBy } from '../../domain/groupBy.js';
import { daySpans } from '../../domain/licences/licensedDays.js';
import type { InstantRange, Period } from '../../domain/period.js';
import type { InstallationUsage, UsageFacts } from '../../domain/usage.js';
import { spanRanges, type DaysCount, type MeasuredMeter } from './countsOnDays.js';
import { hadEnded, type EndedRow, type InstallationRow } from './installationsOf.js';
import type { LicenceRow, SiteRow } from './siteQueries.js';

/** The meters of a site that are measured day by day, with the days between which their licences change. */
export function measuredMeters(
  { mspId, siteId, zone }: SiteRow,
  range: InstantRange,
  { period, licences }: { period: Period; licences: readonly LicenceRow[] },
): MeasuredMeter[] {
  return [...groupBy(licences, ({ meter }) => meter)].flatMap(([meter, ofMeter]) => {
    const spans = daySpans(period, meter, ofMeter);
    return spans.length === 1 ? [] : [{ mspId, siteId, meter, zone, range, spans }];
  });
}

/** Whether an installation, or one that counts as it, was in use within a range. */
export function presenceOf(
  installations: readonly InstallationRow[],
  ended: readonly EndedRow[],
  countsAs: ReadonlyMap<string, string>,
): Measuring['wasThere'] {
  return (installationId, { start, end }) =>
    installations.some(
      ({ id, siteId, activatedAt, replacedAt, retiredAt }) =>
        (id === installationId || countsAs.get(`${siteId}/${id}`) === installationId) &&
        activatedAt < end &&
        !(replacedAt !== null && replacedAt < start) &&
        !(retiredAt !== null && retiredAt < start) &&
        !hadEnded(ended, id, { start, end }),
    );
}

/** How many an installation may have used on days on which nobody saw it. */
function inMonth({ reported, observed, lastConfirmed }: InstallationUsage): number {
  return reported === null && observed === null ? (lastConfirmed ?? 0) : Math.max(reported ?? 0, observed ?? 0);
}

export interface Measuring {
  measured: readonly MeasuredMeter[];
  onDays: readonly DaysCount[];
  /** Whether an installation was there within that range: activated before its end, in use after its start. */
  wasThere: (installationId: string, range: InstantRange) => boolean;
}

/**
 * Case 13: the counts of each span of days between which the licences of a meter change. An installation that checked in
 * counts with what it said; one that was there and silent counts with its number for the month, never with zero (rule 4).
 */
export function measureDays(usages: readonly UsageFacts[], { measured, onDays, wasThere }: Measuring): UsageFacts[] {
  const heard = new Set(
    onDays.map(({ meter, place, installationId }) => JSON.stringify([meter, place, installationId])),
  );
  const counts = new Map(
    onDays.map(({ meter, place, installationId, tenantRef, count }) => [
      JSON.stringify([meter, place, installationId, tenantRef]),
      count ?? 0,
    ]),
  );
  return usages.map((usage) => {
    const { meter, tenantRef, installations, lastQuantity } = usage;
    const found = measured.find((one) => one.meter === meter);
    if (found === undefined) return usage;
    const ranges = spanRanges(found);
    const licensedDays = found.spans.map(({ first, last }, place) => {
      const range = ranges[place] ?? found.range;
      const ofInstallation = (one: InstallationUsage) => {
        const { installationId } = one;
        if (heard.has(JSON.stringify([meter, place, installationId]))) {
          return counts.get(JSON.stringify([meter, place, installationId, tenantRef])) ?? 0;
        }
        return wasThere(installationId, range) ? inMonth(one) : 0;
      };
      const count =
        installations.length === 0
          ? (lastQuantity ?? 0)
          : installations.reduce((sum, one) => sum + ofInstallation(one), 0);
      return { first, last, count, licensed: 0 };
    });
    return { ...usage, licensedDays };
  });
}
