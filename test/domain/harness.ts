import { parsePeriod } from '../../domain/period.js';
/** One small world for tables of cases: one site, one tenant, one meter; each case names only what matters to it. */
import type { MeterCode } from '../../domain/catalog/index.js';
import type { PricePlan } from '../../domain/pricing/pricePlan.js';
import type { Price } from '../../domain/pricing/index.js';
import type { BillableUsage } from '../../domain/rating.js';
import {
  quantityByDefault,
  reconcileSite,
  settleQuantity,
  SHIPPED_SETTINGS,
  type Decision,
  type DiscrepancyKind,
} from '../../domain/reconcile/index.js';
import type { InstallationUsage, Quantity, SiteFacts, UsageFacts } from '../../domain/usage.js';

/** The kinds of product.md's rule 3: worlds are judged by these, so that a kind that is added changes no case of theirs. */
export const RULE_3: readonly DiscrepancyKind[] = [
  'unknown_key',
  'clock_off',
  'missing_report',
  'usage_after_revocation',
  'report_mismatch',
  'two_installations',
  'unassigned_tenant',
  'usage_jump',
  'first_month_large',
  'licence_exceeded',
  'mostly_estimated',
  'total_moved',
];

export const METER: MeterCode = 'mail-server.mailbox';

/** What one installation said: `reported` and `seen` are peaks; left out: nothing. */
export interface Said {
  reported?: number;
  seen?: number;
  on?: string;
  /** Highest check-in up to the revocation; left out: as seen. */
  seenBeforeRevocation?: number;
  usedAfterRevocationOn?: string;
  /** Left out: the vendor revoked. */
  revokedByMsp?: boolean;
  /** Of one that is silent and unseen. */
  lastConfirmed?: number;
  /** Left out: it is. */
  expected?: boolean;
}

export interface World {
  installations?: readonly Said[];
  /** Confirmed in an earlier period. */
  last?: number;
  licensed?: number;
  tenant?: 'assigned' | 'unassigned';
  revokedAt?: string;
  usedAfterRevocationOn?: string;
  clockOffsetHours?: number;
}

const nameOf = (index: number) => `installation-${index + 1}`;

function said(item: Said, index: number, site: World): InstallationUsage {
  const { reported, seen, on, seenBeforeRevocation } = item;
  return {
    installationId: nameOf(index),
    expected: item.expected ?? true,
    reported: reported ?? null,
    observed: seen ?? null,
    observedOn: seen === undefined ? null : (on ?? '2026-03-15'),
    observedBeforeRevocation: seenBeforeRevocation ?? seen ?? null,
    usedAfterRevocationOn: item.usedAfterRevocationOn ?? site.usedAfterRevocationOn ?? null,
    revokedByMsp: item.revokedByMsp ?? false,
    lastConfirmed: item.lastConfirmed ?? null,
  };
}

/** The site of a case and its one usage, as they are frozen when the collection ends. */
export function frozen(world: World): { site: SiteFacts; usage: UsageFacts } {
  const installations = world.installations ?? [];
  const heard = installations
    .map((item, index) => said(item, index, world))
    .filter(({ reported, observed, lastConfirmed }) => (reported ?? observed ?? lastConfirmed) !== null);
  const usage: UsageFacts = {
    tenantRef: 'acme',
    tenantId: world.tenant === 'unassigned' ? null : 'tenant-1',
    meter: METER,
    installations: heard,
    lastQuantity: world.last ?? null,
    licensed: world.licensed ?? 0,
    licensedDays: [],
  };
  const site: SiteFacts = {
    siteId: 'site-1',
    siteName: 'Site',
    revokedAt: world.revokedAt === undefined ? null : new Date(world.revokedAt),
    installationIds: installations.map((_, index) => nameOf(index)),
    silentInstallationIds: installations.flatMap(({ reported, expected }, index) =>
      reported === undefined && expected !== false ? [nameOf(index)] : [],
    ),
    clockOffsetSeconds: (world.clockOffsetHours ?? 0) * 3600,
    usedAfterRevocationOn: world.usedAfterRevocationOn ?? null,
    firstMonth: false,
    versions: null,
    licences: [],
    usage: [usage],
  };
  return { site, usage };
}

/** The kinds reconciliation finds, in its order. */
export function foundIn(world: World): DiscrepancyKind[] {
  return reconcileSite(frozen(world).site, SHIPPED_SETTINGS, RULE_3).map(({ kind }) => kind);
}

/** The quantity when nobody decides anything. */
export function byDefault(world: World): Quantity {
  const { site, usage } = frozen(world);
  return quantityByDefault(site, usage, SHIPPED_SETTINGS, RULE_3);
}

/** The quantity when a person decides the case of that kind and all others get their default. */
export function decided(world: World, kind: DiscrepancyKind, decision: Decision, quantity: number | null = null) {
  const { site, usage } = frozen(world);
  const found = reconcileSite(site, SHIPPED_SETTINGS, RULE_3).map((finding) => finding.kind);
  return settleQuantity(site, usage, SHIPPED_SETTINGS, (candidate) => {
    if (candidate === kind) return { by: 'person', decision, quantity, reason: 'because' };
    return found.includes(candidate) ? { by: 'default' } : undefined;
  });
}

export function plan(price: Price, more: Partial<PricePlan> = {}): PricePlan {
  return {
    id: 'plan-1',
    name: 'Price list',
    distributorId: null,
    currency: 'EUR',
    programme: 'msp',
    fromPeriod: parsePeriod('2026-01'),
    untilPeriod: null,
    monthlyMinimumMinor: null,
    firstMonth: 'billed',
    prices: { [METER]: price },
    termPrices: {},
    ...more,
  };
}

/** One line's usage: site A, B, … in the order given, so that they are printed in that order. */
export function billable(quantities: readonly (number | Partial<BillableUsage>)[]): BillableUsage[] {
  return quantities.map((item, index) => {
    const site = String.fromCodePoint(65 + index);
    const more = typeof item === 'number' ? {} : item;
    return {
      siteId: `site-${site}`,
      siteName: `Site ${site}`,
      tenantId: 'tenant-1',
      tenantName: 'Tenant',
      tenantRef: 'acme',
      meter: METER,
      quantity: { value: typeof item === 'number' ? item : 0, basis: 'reported', peakOn: null },
      licensed: 0,
      licensedDays: [],
      firstMonth: false,
      ...more,
    };
  });
}
