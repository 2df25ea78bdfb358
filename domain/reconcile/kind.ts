import type { Quantity, SiteFacts, UsageFacts } from '../usage.js';

/** *automatic*: the rule settles it. *review*: a person may, then the default does. *person*: parked until somebody does. */
export type Handling = 'automatic' | 'review' | 'person';

/** What a person may decide (rule 5), `accept` being the kind's own default and `confirm` the answer to a moved total. */
export const DECISIONS = [
  'accept',
  'accept_reported',
  'accept_observed',
  'set_quantity',
  'waive',
  'defer',
  'confirm',
] as const;
export type Decision = (typeof DECISIONS)[number];

/** Decisions that a person must give a reason for (rule 5). */
export const REASON_MANDATORY: readonly Decision[] = ['set_quantity', 'waive'];

/** How a case was settled: by the kind's rule or default, or by a person's decision. */
export type Resolution =
  { by: 'rule' | 'default' } | { by: 'person'; decision: Decision; quantity: number | null; reason: string | null };

/** Small facts a person needs to decide, shown in API, console and statement. Numbers are units unless named otherwise. */
export type Evidence = Readonly<Record<string, number | string | null>>;

/** Thresholds of rule 3. Programme configuration. */
export interface ReconcileSettings {
  /** Tolerance between reported and observed: the greater of `units` and `percent` of the greater number. */
  tolerance: { units: number; percent: number };
  /** A spike or drop is a change over both. */
  jump: { units: number; percent: number };
  clockOffsetSeconds: number;
  totalMovedPercent: number;
}

export const DEFAULT_SETTINGS: ReconcileSettings = {
  tolerance: { units: 1, percent: 2 },
  jump: { units: 10, percent: 50 },
  clockOffsetSeconds: 24 * 3600,
  totalMovedPercent: 25,
};

interface KindBase {
  /** Snake case; the same in tables, API and documents. */
  kind: string;
  handling: Handling;
  /** What a person may decide; empty for automatic kinds. */
  decisions: readonly Decision[];
}

/** A kind found on one site, tenant and meter. Its default may change the quantity. */
export interface UsageKind extends KindBase {
  level: 'usage';
  /** Null: nothing found. `quantity` is what the kinds before this one made of it. */
  detect(usage: UsageFacts, quantity: Quantity, site: SiteFacts, settings: ReconcileSettings): Evidence | null;
  /** The default of rule 3. */
  applyDefault(quantity: Quantity, usage: UsageFacts, site: SiteFacts): Quantity;
}

/** A kind found once per site. Its default may change each quantity of the site. */
export interface SiteKind extends KindBase {
  level: 'site';
  detect(site: SiteFacts, settings: ReconcileSettings): Evidence | null;
  applyDefault(quantity: Quantity, usage: UsageFacts, site: SiteFacts): Quantity;
}

/** A kind found outside the quantities: at the door, or on the finished statement. */
export interface OtherKind extends KindBase {
  level: 'door' | 'statement';
}

export type DiscrepancyKindDefinition = UsageKind | SiteKind | OtherKind;

/** What most kinds under review offer. */
export const QUANTITY_DECISIONS: readonly Decision[] = [
  'accept',
  'accept_reported',
  'accept_observed',
  'set_quantity',
  'waive',
  'defer',
];
