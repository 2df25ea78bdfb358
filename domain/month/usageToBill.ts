import { coverSettled } from '../licences/licensedDays.js';
import type { BillableUsage } from '../rating.js';
import { settleQuantity, type ReconcileSettings, type Resolution } from '../reconcile/index.js';
import type { Quantity, SiteFacts, UsageFacts } from '../usage.js';
import type { MonthCase } from './inputs.js';

const caseKey = (kind: string, tenantRef: string | null, meter: string | null) =>
  JSON.stringify([kind, tenantRef, meter]);

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
  const bySite = new Map<string | null, Map<string, Resolution>>();
  for (const { kind, siteId, tenantRef, meter, resolution } of cases) {
    if (resolution === null) continue;
    const resolutions = bySite.get(siteId) ?? new Map<string, Resolution>();
    bySite.set(siteId, resolutions.set(caseKey(kind, tenantRef, meter), resolution));
  }
  const settled = (site: SiteFacts, usage: UsageFacts): Quantity => {
    const resolutions = bySite.get(site.siteId);
    return settleQuantity(
      site,
      usage,
      settings,
      (kind) =>
        resolutions?.get(caseKey(kind, usage.tenantRef, usage.meter)) ?? resolutions?.get(caseKey(kind, null, null)),
    );
  };
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
