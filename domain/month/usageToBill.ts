import { coverSettled } from '../licences/licensedDays.js';
import type { BillableUsage } from '../rating.js';
import { settleQuantity, type ReconcileSettings, type Resolution } from '../reconcile/index.js';
import type { Quantity, SiteFacts, UsageFacts } from '../usage.js';
import type { MonthCase } from './inputs.js';

const caseKey = (kind: string, siteId: string | null, tenantRef: string | null, meter: string | null) =>
  JSON.stringify([kind, siteId, tenantRef, meter]);

/** A month's facts and its cases; of two cases with the same natural key the later one counts. */
export interface SettledMonth {
  sites: readonly SiteFacts[];
  cases: readonly MonthCase[];
  /** By id. */
  tenantNames: ReadonlyMap<string, string>;
}

/**
 * Rules 2 and 22: what each site, tenant and meter comes to once its cases are settled, and what licences cover of that, in the
 * order of the facts.
 */
export function usageToBill({ sites, cases, tenantNames }: SettledMonth, settings: ReconcileSettings): BillableUsage[] {
  const resolutions = new Map<string, Resolution>();
  for (const found of cases) {
    if (found.resolution !== null) {
      resolutions.set(caseKey(found.kind, found.siteId, found.tenantRef, found.meter), found.resolution);
    }
  }
  const settled = (site: SiteFacts, usage: UsageFacts): Quantity =>
    settleQuantity(
      site,
      usage,
      settings,
      (kind) =>
        resolutions.get(caseKey(kind, site.siteId, usage.tenantRef, usage.meter)) ??
        resolutions.get(caseKey(kind, site.siteId, null, null)),
    );
  return sites.flatMap((site) =>
    coverSettled(site, (usage) => settled(site, usage).value).map((usage) => ({
      siteId: site.siteId,
      siteName: site.siteName,
      tenantId: usage.tenantId,
      tenantName: usage.tenantId === null ? null : (tenantNames.get(usage.tenantId) ?? usage.tenantRef),
      tenantRef: usage.tenantRef,
      meter: usage.meter,
      quantity: settled(site, usage),
      licensed: usage.licensed,
      licensedDays: usage.licensedDays,
      firstMonth: site.firstMonth,
    })),
  );
}
