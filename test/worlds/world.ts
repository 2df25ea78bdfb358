/**
 * Random worlds of the property behind every correction: an MSP in one programme or two, its sites, installations, keys,
 * tenants and licences, and what they say over three months, in time or late. A world is plain data, so that it shrinks and
 * can be printed; `playWorld` plays it, `oracle` works out what it comes to.
 */
import fc from 'fast-check';
import type { Price } from '../../domain/pricing/index.js';
import { PRICES_OF } from '../domain/prices.js';

/** Months in which something is used. */
export const PERIODS = ['2026-02', '2026-03', '2026-04'] as const;
/** Further months are closed so that everything that came late is booked. */
export const CLOSED = [...PERIODS, '2026-05', '2026-06', '2026-07'] as const;

export type UsedPeriod = (typeof PERIODS)[number];
export type ClosedPeriod = (typeof CLOSED)[number];

export const METERS_OF = {
  'mail-server': ['mail-server.mailbox'],
  scanner: ['scanner.scan', 'scanner.node'],
} as const;
export type WorldProduct = keyof typeof METERS_OF;
export type WorldMeter = (typeof METERS_OF)[WorldProduct][number];
const METERS = Object.values(METERS_OF).flat();

export const ZONES = ['Europe/Berlin', 'America/New_York', 'Pacific/Auckland', 'UTC'] as const;
export const CURRENCIES = ['EUR', 'PLN', 'JPY'] as const;
type WorldCurrency = (typeof CURRENCIES)[number];

/** A name that no tenant of the site has, in the place of a third tenant. */
export const UNASSIGNED = 'ghost';
/** Names by which sites call tenants; the third is unassigned. */
export const REFERENCES = ['one', 'two', UNASSIGNED] as const;
/** The tenant to which a reference moves. */
export const MOVED_TO = 'elsewhere';

/** Rule 3 as the programme sets it. */
export interface WorldRules {
  /** A missing report is reviewed: a person may decide on it. */
  reviewsSilence: boolean;
  report_mismatch: 'greater' | 'as_reported';
  usage_after_revocation: 'up_to_revocation' | 'billed';
  unassigned_tenant: 'billed' | 'not_billed';
  first_month_large: 'accepted' | 'not_billed';
  firstMonthUnits: number;
}

export interface WorldProgramme {
  prices: Record<WorldMeter, Price>;
  /** Minor units of EUR, the base currency. */
  minimum: number | null;
  firstMonth: 'billed' | 'unbilled';
  currency: WorldCurrency;
  /** The distributor has its own list: the same prices in its own currency, a third minimum. */
  local: boolean;
  joined: '2025-01' | '2026-03';
  left: '2026-04' | '2026-06' | null;
  rules: WorldRules;
  /** Other prices from a month on. */
  relisted: { from: '2026-03' | '2026-04'; prices: Record<WorldMeter, Price> } | null;
  /** The MSP moves to a distributor of that currency at the start of a month. */
  moves: { from: '2026-03' | '2026-04' | '2026-06'; currency: WorldCurrency } | null;
  /** The MSP is suspended, for good or for so many days (rule 20). */
  suspended: (WorldInstant & { days: number | null }) | null;
}

/** An instant: day 1 to 31 (cut to the month's length) of a month, hour and minute of UTC. */
export interface WorldInstant {
  period: UsedPeriod;
  day: number;
  hour: number;
}

export type WorldEvent = WorldInstant & {
  kind: 'seen' | 'reported';
  installation: number;
  /** By tenant and meter of the site, null: not named. Of a check-in the first that is named counts alone. */
  counts: (number | null)[];
  /** Days between the count, or the month's last day, and its receipt; null: at once. */
  late: number | null;
  /** Of a check-in that comes at once: how far the site's clock is off, more than a day; null: it is right. */
  clockHours: number | null;
};

export type WorldAct = WorldInstant &
  (
    | { kind: 'retire'; installation: number }
    /** By another installation of the site that is there by then. */
    | { kind: 'replace'; installation: number; by: number; free: boolean }
    /** As of so many days before, also into months that are issued by then. */
    | { kind: 'revoke'; daysBefore: number; by: 'msp' | 'vendor' }
    /** A new key; of a key that is in force all installations go on under it, of one that was revoked the named one does. */
    | { kind: 'rotate'; installation: number }
  );

export interface WorldLicence {
  meter: number;
  count: number;
  from: '2026-01-01' | '2026-02-15' | '2026-03-01' | '2026-03-11';
  until: '2026-03-15' | '2026-04-01' | '2026-04-20' | '2027-01-01';
  /** Index of a tenant; null: the whole site's. */
  tenant: number | null;
  /** Of its whole term, in EUR. */
  unitPrice: '0' | '12.5';
}

export interface WorldSite {
  programme: 0 | 1;
  product: WorldProduct;
  activated: '2026-01-15' | '2026-02-10' | '2026-03-05';
  tenants: 1 | 2;
  /** The reference of the first tenant stands for another tenant, or for none, from a month on. */
  moves: { from: '2026-03' | '2026-04'; to: typeof MOVED_TO | null } | null;
  /** Days after the site's own activation; the first is that one. */
  installations: number[];
  acts: WorldAct[];
  licences: WorldLicence[];
  events: WorldEvent[];
}

/** What a person decides on cases of a kind, each time one is open in the month's review. */
export interface WorldDecision {
  site: number;
  period: ClosedPeriod;
  kind: string;
  decision: 'accept' | 'accept_reported' | 'accept_observed' | 'set_quantity' | 'waive' | 'defer';
  quantity: number;
}

/** What two people correct of a line of a statement that is issued, after some month's close. */
export interface WorldHand {
  programme: 0 | 1;
  /** Where nothing was billed in that month, the next one in which something was, or else the last. */
  period: ClosedPeriod;
  after: ClosedPeriod;
  /** Among the lines of usage that were billed, counted round. */
  line: number;
  change: 'waiver' | 'quantity' | 'amount';
  quantity: number;
  /** Of an amount: so much of what is billed for the line by then is taken off. */
  percent: number;
}

export interface World {
  zone: (typeof ZONES)[number];
  /** Of a world with one, sites of the second belong to the first. */
  programmes: WorldProgramme[];
  sites: WorldSite[];
  decisions: WorldDecision[];
  hands: WorldHand[];
}

const price: fc.Arbitrary<Price> = fc.oneof(...(Object.values(PRICES_OF) as fc.Arbitrary<Price>[]));

/** Mostly as shipped. */
const shipped = <T>(first: T, ...others: T[]) => fc.constantFrom(first, first, first, ...others);

const rules: fc.Arbitrary<WorldRules> = fc.record({
  reviewsSilence: shipped(false, true),
  report_mismatch: shipped<WorldRules['report_mismatch']>('greater', 'as_reported'),
  usage_after_revocation: shipped<WorldRules['usage_after_revocation']>('up_to_revocation', 'billed'),
  unassigned_tenant: shipped<WorldRules['unassigned_tenant']>('billed', 'not_billed'),
  first_month_large: shipped<WorldRules['first_month_large']>('accepted', 'not_billed'),
  firstMonthUnits: shipped<WorldRules['firstMonthUnits']>(1_000, 60),
});

const prices = fc.record(Object.fromEntries(METERS.map((meter) => [meter, price])) as Record<WorldMeter, typeof price>);

const instant = {
  period: fc.constantFrom(...PERIODS),
  day: fc.integer({ min: 1, max: 31 }),
  hour: fc.integer({ min: 0, max: 23 }),
};

const programme: fc.Arbitrary<WorldProgramme> = fc.record({
  rules,
  prices,
  relisted: fc.option(fc.record({ from: fc.constantFrom('2026-03', '2026-04'), prices }), { freq: 1 }),
  minimum: fc.option(fc.integer({ min: 1, max: 300_00 })),
  firstMonth: fc.constantFrom('billed', 'billed', 'unbilled'),
  currency: fc.constantFrom(...CURRENCIES),
  local: fc.constantFrom(false, false, true),
  joined: fc.constantFrom('2025-01', '2025-01', '2025-01', '2026-03'),
  left: fc.constantFrom(null, null, null, '2026-04', '2026-06'),
  moves: fc.option(
    fc.record({
      from: fc.constantFrom('2026-03', '2026-04', '2026-06'),
      currency: fc.constantFrom(...CURRENCIES),
    }),
    { freq: 2 },
  ),
  suspended: fc.option(fc.record({ ...instant, days: fc.option(fc.integer({ min: 1, max: 80 }), { freq: 4 }) }), {
    freq: 1,
  }),
});

const event: fc.Arbitrary<WorldEvent> = fc.record({
  ...instant,
  kind: fc.constantFrom('seen', 'reported'),
  installation: fc.integer({ min: 0, max: 2 }),
  counts: fc.array(fc.option(fc.integer({ min: 0, max: 120 }), { freq: 3 }), { minLength: 6, maxLength: 6 }),
  late: fc.oneof(fc.constant(null), fc.integer({ min: 1, max: 110 })),
  clockHours: fc.option(fc.oneof(fc.integer({ min: 25, max: 160 }), fc.integer({ min: -160, max: -25 })), { freq: 1 }),
});

const act: fc.Arbitrary<WorldAct> = fc.oneof(
  fc.record({ ...instant, kind: fc.constant('retire' as const), installation: fc.integer({ min: 0, max: 2 }) }),
  fc.record({
    ...instant,
    kind: fc.constant('replace' as const),
    installation: fc.integer({ min: 0, max: 2 }),
    by: fc.integer({ min: 0, max: 2 }),
    free: fc.boolean(),
  }),
  fc.record({
    ...instant,
    kind: fc.constant('revoke' as const),
    daysBefore: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 110 })),
    by: fc.constantFrom('msp' as const, 'vendor' as const),
  }),
  fc.record({ ...instant, kind: fc.constant('rotate' as const), installation: fc.integer({ min: 0, max: 2 }) }),
);

const licence: fc.Arbitrary<WorldLicence> = fc.record({
  meter: fc.integer({ min: 0, max: 1 }),
  count: fc.integer({ min: 1, max: 60 }),
  from: fc.constantFrom('2026-01-01', '2026-02-15', '2026-03-01', '2026-03-11'),
  until: fc.constantFrom('2026-03-15', '2026-04-01', '2026-04-20', '2027-01-01'),
  tenant: fc.option(fc.integer({ min: 0, max: 1 })),
  unitPrice: fc.constantFrom('0', '12.5'),
});

const site: fc.Arbitrary<WorldSite> = fc.record({
  programme: fc.constantFrom(0, 1),
  product: fc.constantFrom('mail-server', 'mail-server', 'scanner'),
  activated: fc.constantFrom('2026-01-15', '2026-01-15', '2026-02-10', '2026-03-05'),
  tenants: fc.constantFrom(1, 2),
  moves: fc.option(
    fc.record({ from: fc.constantFrom('2026-03', '2026-04'), to: fc.constantFrom(MOVED_TO, MOVED_TO, null) }),
    { freq: 2 },
  ),
  installations: fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 2 }),
  acts: fc.array(act, { maxLength: 3 }),
  licences: fc.array(licence, { maxLength: 2 }),
  events: fc.array(event, { maxLength: 10 }),
});

const decision: fc.Arbitrary<WorldDecision> = fc.record({
  site: fc.integer({ min: 0, max: 2 }),
  period: fc.constantFrom(...CLOSED),
  kind: fc.constantFrom(
    'missing_report',
    'first_month_large',
    'report_mismatch',
    'usage_after_revocation',
    'two_installations',
    'usage_jump',
    'unassigned_tenant',
  ),
  decision: fc.constantFrom('accept', 'accept_reported', 'accept_observed', 'set_quantity', 'waive', 'defer'),
  quantity: fc.integer({ min: 0, max: 150 }),
});

/** Mostly of months that are followed by silence, and never before the month is closed. */
const hand: fc.Arbitrary<WorldHand> = fc
  .record({
    programme: fc.constantFrom(0, 1),
    period: fc.constantFrom(...PERIODS, ...CLOSED),
    after: fc.constantFrom(...CLOSED),
    line: fc.integer({ min: 0, max: 5 }),
    change: fc.constantFrom<WorldHand['change']>('waiver', 'quantity', 'quantity', 'amount'),
    quantity: fc.integer({ min: 0, max: 150 }),
    percent: fc.integer({ min: 1, max: 100 }),
  })
  .map((one) => (one.after < one.period ? { ...one, after: one.period } : one));

export const world: fc.Arbitrary<World> = fc.record({
  zone: fc.constantFrom(...ZONES),
  programmes: fc.array(programme, { minLength: 1, maxLength: 2 }),
  sites: fc.array(site, { minLength: 1, maxLength: 3 }),
  decisions: fc.array(decision, { maxLength: 4 }),
  hands: fc.array(hand, { maxLength: 6 }),
});
