import type { MeterCode } from './catalog/index.js';
import { fieldError } from './errors.js';
import type { Day } from './period.js';

/** More than any meter can count; a larger number is a defect of the site, not usage. */
export const MAX_QUANTITY = 10_000_000;

/** Counts are whole units from 0 to MAX_QUANTITY; throws QUANTITY_INVALID naming `field`. */
export function parseQuantity(value: unknown, field: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > MAX_QUANTITY) {
    throw fieldError('QUANTITY_INVALID', field, `A count is a whole number from 0 to ${MAX_QUANTITY}.`);
  }
  return value;
}

/**
 * What one installation said about one tenant and meter in one period, in units: of each check-in or report the month's
 * aggregate (rule 2). A replaced installation counts as its successor (rule 6).
 */
export interface InstallationUsage {
  installationId: string;
  /** Whether a report is expected: not of one that was retired or replaced, or whose key had ended before the period. */
  expected: boolean;
  /** In the installation's usage report; null: it sent none for this period. */
  reported: number | null;
  /** By its check-ins; null: none counted this tenant and meter. */
  observed: number | null;
  /** Day of the highest check-in, in the MSP's zone; null for sums, which have none. */
  observedOn: Day | null;
  /** By check-ins up to the end of the key it used; equals `observed` where nothing came after it. */
  observedBeforeRevocation: number | null;
  /** First day, in the MSP's zone, with usage after the end of the key it used; null: none. */
  usedAfterRevocationOn: Day | null;
  /** Whether the MSP itself ended that key; false where there is no usage after it. */
  revokedByMsp: boolean;
  /** Of one that is silent and unseen beside others: what it was last known to use (rule 4); else null. */
  lastConfirmed: number | null;
}

/** Everything known about one site, tenant and meter in one period, as it stood when the collection ended. */
export interface UsageFacts {
  /** The site's own reference of the tenant, as sent; null where it named none. */
  tenantRef: string | null;
  /** Null: no tenant of the MSP at this site has that reference. */
  tenantId: string | null;
  meter: MeterCode;
  installations: InstallationUsage[];
  /** Quantity confirmed in the period before; null: nothing was billed for it. */
  lastQuantity: number | null;
  /** Count covered by term licences that hold all month; 0 where they are measured by `licensedDays`. */
  licensed: number;
  /** The month in spans of days where licences of its meter begin or end within it; else empty. */
  licensedDays: LicensedDays[];
}

/** Days in a row that the same term licences cover. */
export interface LicensedDays {
  /** Both inclusive. */
  first: Day;
  last: Day;
  /** Highest count on these days. */
  count: number;
  /** Units licensed on each of these days. */
  licensed: number;
}

/** A term licence as far as it holds in one month. */
export interface MonthLicence {
  /** Null: for the site as a whole. */
  tenantId: string | null;
  meter: MeterCode;
  count: number;
  /** The days of the month it covers, both inclusive. */
  first: Day;
  last: Day;
}

export interface SiteFacts {
  siteId: string;
  siteName: string;
  /** When the first key of its installations was revoked or destroyed, where that was before the period's end. */
  revokedAt: Date | null;
  /** Installations that are expected to report or were heard; more than one means a key was used twice. */
  installationIds: string[];
  /** Those of them that are expected to report and did not. */
  silentInstallationIds: string[];
  /** Largest deviation of the site's clock from ours over the period's messages, in seconds; sign kept. */
  clockOffsetSeconds: number;
  /** First day, in the MSP's zone, with usage after the revocation; null: none. */
  usedAfterRevocationOn: Day | null;
  /** Whether this period is the site's first calendar month (rule 8). */
  firstMonth: boolean;
  /**
   * Rule 23: the oldest version the programme takes in the period, and what the installations that are expected to report named
   * last; null: of a month that was frozen before that was kept.
   */
  versions: { minimum: string; named: string[] } | null;
  /** Term licences of the site that hold on at least a day of the month. */
  licences: MonthLicence[];
  usage: UsageFacts[];
}

/** What is billed as one: a site, a tenant by its reference, and a meter. */
export interface UsageOf {
  siteId: string;
  tenantRef: string | null;
  meter: MeterCode;
}

/** Its key in maps. */
export function usageKey({ siteId, tenantRef, meter }: UsageOf): string {
  return JSON.stringify([siteId, tenantRef, meter]);
}

/** Where a quantity comes from; printed on the statement. */
export const BASES = ['reported', 'observed', 'estimated', 'decided', 'waived', 'deferred'] as const;
export type Basis = (typeof BASES)[number];

export interface Quantity {
  value: number;
  basis: Basis;
  peakOn: Day | null;
}
