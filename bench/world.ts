/**
 * The month that is measured, March 2026 of one programme, and the reports of the one before it, made of a seed by a generator of
 * its own. The same seed and size give
 * the same rows, byte for byte, on every machine; `world.sha256` says so.
 *
 * Distributions: the MSP of a site is `floor(M * u^3)`, but one in twenty sites is the first MSP's; peaks are log-normal with
 * a median of 40. Shares of sites: see `SHARES`.
 */
import { createHash } from 'node:crypto';

export const PROGRAMME = 'msp';
export const PERIOD = '2026-03';
/** Closed before anything is measured: months are compared with it, and silent sites are estimated by it. */
export const PREVIOUS = '2026-02';
/** The month's first instant and its days, in UTC. */
export const MONTH_START = Date.UTC(2026, 2, 1);
const DAYS = 31;
const DAY_MS = 86_400_000;

/** IANA zones of MSPs; both hemispheres, and two of them change their clocks within the month. */
export const ZONES = [
  ...['Europe/Berlin', 'Europe/Rome', 'Europe/Warsaw', 'Europe/London', 'Europe/Lisbon', 'Europe/Helsinki'],
  ...['America/New_York', 'America/Chicago', 'America/Los_Angeles', 'America/Sao_Paulo'],
  ...['Asia/Tokyo', 'Asia/Kolkata', 'Asia/Singapore', 'Australia/Sydney', 'UTC'],
] as const;

const DISTRIBUTORS = 40;
const SITES_AN_MSP = 20;
const SITES_A_BATCH = 2_000;
const MEDIAN_PEAK = 40;
const SPREAD = 1;
const MOST_UNITS = 50_000;
/** A site with a second tenant, so that there are 1.4 lines a site. */
const SECOND_TENANT = 0.4;

/** What goes wrong, as shares of sites. */
const SHARES = {
  /** Of the first MSP. */
  ofLargest: 0.05,
  missingReport: 0.03,
  /** Active, and nothing was heard of it all month. */
  inactive: 0.02,
  /** Its report and its check-ins differ. */
  mismatch: 0.02,
  /** Sent one check-in twice; stored once. */
  repeated: 0.01,
  /** Sent the same identity with another content, which is refused. */
  reused: 0.005,
  /** Its last days and its report came in the middle of the next month. */
  late: 0.01,
  clockOff: 0.005,
  /** Its metered key was revoked in the month, and it went on. */
  revokedKey: 0.0015,
  /** Signed with a signing key that was retired, which is refused. */
  retiredKey: 0.0015,
  hostileName: 0.001,
  twoInstallations: 0.005,
  unassignedTenant: 0.003,
  /** Activated in the month. */
  firstMonth: 0.01,
  /** Used half as much in the month before. */
  jump: 0.01,
} as const;
const CLOCK_OFF_HOURS = 36;

/** By share: product and its meter. */
const PRODUCTS = [
  { upTo: 0.6, product: 'mail-server', meter: 'mail-server.mailbox' },
  { upTo: 0.9, product: 'firewall', meter: 'firewall.user' },
  { upTo: 1, product: 'scanner', meter: 'scanner.node' },
] as const;

const SEATS = [
  { currency: 'EUR', country: 'DE', locale: 'de', zone: 'Europe/Berlin' },
  { currency: 'EUR', country: 'IT', locale: 'it', zone: 'Europe/Rome' },
  { currency: 'PLN', country: 'PL', locale: 'pl', zone: 'Europe/Warsaw' },
  { currency: 'USD', country: 'US', locale: 'en', zone: 'America/New_York' },
  { currency: 'JPY', country: 'JP', locale: 'en', zone: 'Asia/Tokyo' },
] as const;

/** Names that the API takes, and that break what does not treat them as data; a number makes each the only one of its MSP. */
const HOSTILE = [
  `Robert'); drop table statement;--`,
  '=HYPERLINK("http://host.example","pay here")',
  '<script>alert(1)</script> & Söhne "GmbH"',
  'شركة الأمل للاتصالات',
  'חברת בדיקה בע"מ',
  'Zażółć gęślą jaźń',
  '株式会社テスト',
  'a'.repeat(70),
  '%s %n {{name}} ${total}',
  '-0',
] as const;

/** Mulberry32: 32 bits of state, a period of 2^32. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

class Chance {
  private readonly next: () => number;

  constructor(seed: number) {
    this.next = createRandom(seed);
  }

  /** From 0 inclusive to 1 exclusive. */
  unit(): number {
    return this.next() / 2 ** 32;
  }

  happens(share: number): boolean {
    return this.unit() < share;
  }

  /** Whole, from 0 to `below` exclusive. */
  whole(below: number): number {
    return Math.floor(this.unit() * below);
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.whole(list.length)] ?? list[0];
  }

  /** Of version 4 by its form. */
  uuid(): string {
    const hex = Array.from({ length: 4 }, () => this.next().toString(16).padStart(8, '0')).join('');
    const variant = ((parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
    return [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `4${hex.slice(13, 16)}`,
      `${variant}${hex.slice(17, 20)}`,
      hex.slice(20),
    ].join('-');
  }

  /** Log-normal, at least 1. */
  peak(): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.unit())) * Math.cos(2 * Math.PI * this.unit());
    return Math.min(MOST_UNITS, Math.max(1, Math.round(MEDIAN_PEAK * Math.exp(SPREAD * normal))));
  }
}

/** Rows of one kind, as `insertWorld` takes them: a JSON array. */
export interface Batch {
  kind: 'distributors' | 'msps' | 'sites' | 'installations' | 'refused';
  json: string;
}

/** How many rows there are and what was made of them. */
export interface WorldSize {
  sites: number;
  msps: number;
  distributors: number;
}

const instant = (dayOfMonth: number, second = 0) =>
  new Date(MONTH_START + (dayOfMonth - 1) * DAY_MS + second * 1_000).toISOString();

function distributorsOf(chance: Chance) {
  return Array.from({ length: DISTRIBUTORS }, (_, index) => {
    const seat = SEATS[index % SEATS.length] ?? SEATS[0];
    const code = `D${String(index + 1).padStart(2, '0')}`;
    return { id: chance.uuid(), contact: chance.uuid(), code, name: `Distributor ${code}`, ...seat };
  });
}

function mspsOf(chance: Chance, count: number, distributors: ReturnType<typeof distributorsOf>) {
  return Array.from({ length: count }, (_, index) => {
    const distributor = distributors[chance.whole(distributors.length)] ?? distributors[0];
    const hostile = chance.happens(SHARES.hostileName);
    return {
      id: chance.uuid(),
      contact: chance.uuid(),
      distributor: distributor?.id,
      name: `${hostile ? chance.pick(HOSTILE) : 'Provider'} ${String(index + 1).padStart(6, '0')}`,
      number: `R-${String(index + 1).padStart(6, '0')}`,
      country: distributor?.country,
      locale: distributor?.locale,
      zone: ZONES[index % ZONES.length],
    };
  });
}

function tenantsOf(chance: Chance, site: string) {
  const references = chance.happens(SECOND_TENANT) ? ['main', 'branch'] : ['main'];
  return references.map((reference) => ({
    id: chance.uuid(),
    reference,
    ref: `${site}-${reference}`,
    name: `${chance.happens(SHARES.hostileName) ? chance.pick(HOSTILE) : 'Customer'} ${site} ${reference}`,
  }));
}

/** Counts of the days, from those of a month's peak: never zero. */
function daysOf(chance: Chance, peak: number): number[] {
  return Array.from({ length: DAYS }, () => Math.max(1, Math.round(peak * (0.7 + 0.3 * chance.unit()))));
}

interface InstallationOf {
  msp: string | undefined;
  site: string;
  key: string;
  meter: string;
  references: string[];
  activatedDay: number;
}

function installationOf(chance: Chance, of: InstallationOf, fate: { isSilent: boolean; isLate: boolean }) {
  const { references, activatedDay } = of;
  const peaks = references.map(() => chance.peak());
  const [first = [], second = null] = peaks.map((peak) => daysOf(chance, peak));
  const reportsAll = chance.happens(SHARES.mismatch) ? chance.pick([0.7, 1.3]) : 1;
  const seen = [first, ...(second === null ? [] : [second])].map((days) => Math.max(...days.slice(activatedDay - 1)));
  const clockOff = chance.happens(SHARES.clockOff);
  const seconds = Math.round((2 * chance.unit() - 1) * CLOCK_OFF_HOURS * 3_600);
  const hasReport = !fate.isSilent && !chance.happens(SHARES.missingReport);
  const reportedDay = fate.isLate ? 44 : 32;
  const before = chance.happens(SHARES.jump) ? 0.5 : 0.95 + 0.1 * chance.unit();
  return {
    msp: of.msp,
    site: of.site,
    id: chance.uuid(),
    key: of.key,
    meter: of.meter,
    references,
    activated_at: activatedDay > 1 ? instant(activatedDay) : '2025-06-01T00:00:00.000Z',
    /** Of the day, in seconds: when it checks in. */
    second: chance.whole(86_400),
    clock: clockOff ? seconds : 0,
    first_day: fate.isSilent ? DAYS : activatedDay - 1,
    /** From that day on its check-ins are received in the next month. */
    late_from: fate.isLate ? DAYS - 3 : DAYS,
    repeated: fate.isSilent || !chance.happens(SHARES.repeated) ? null : DAYS - 1,
    first,
    second_tenant: second,
    peaks: hasReport ? seen.map((peak) => Math.max(1, Math.round(peak * reportsAll))) : null,
    peaks_before: activatedDay > 1 ? null : seen.map((peak) => Math.max(1, Math.round(peak * before))),
    reported_at: instant(reportedDay, 43_200 + chance.whole(36_000)),
  };
}

function refusedOf(chance: Chance, msp: string | undefined, site: string) {
  const at = instant(1 + chance.whole(DAYS), chance.whole(86_400));
  const detail = 'The same was sent before with other numbers. Nothing of this message was stored.';
  return [
    ...(chance.happens(SHARES.reused) ? [{ at, code: 'ID_REUSED_WITH_OTHER_CONTENT', detail, msp, site }] : []),
    ...(chance.happens(SHARES.retiredKey)
      ? [{ at, code: 'KEY_REVOKED', detail: 'This signing key was retired. Sign with the newer one.', msp, site }]
      : []),
  ];
}

function siteOf(chance: Chance, index: number, msp: string | undefined) {
  const share = chance.unit();
  const { product, meter } = PRODUCTS.find(({ upTo }) => share < upTo) ?? PRODUCTS[0];
  const isRevoked = chance.happens(SHARES.revokedKey);
  const activatedDay = chance.happens(SHARES.firstMonth) ? 5 + chance.whole(15) : 1;
  const site = {
    msp,
    id: chance.uuid(),
    key: chance.uuid(),
    name: `${chance.happens(SHARES.hostileName) ? chance.pick(HOSTILE) : 'Site'} ${String(index + 1).padStart(7, '0')}`,
    product,
    activated_at: activatedDay > 1 ? instant(activatedDay) : '2025-06-01T00:00:00.000Z',
    from_period: activatedDay > 1 ? PERIOD : '2025-06',
    revoked_at: isRevoked ? instant(21, chance.whole(86_400)) : null,
    revoked_by: isRevoked ? chance.pick(['vendor', 'msp']) : null,
    tenants: tenantsOf(chance, String(index + 1)),
  };
  const references = site.tenants.map(({ reference }) => reference);
  if (references.length === 1 && chance.happens(SHARES.unassignedTenant)) references.push('nobody');
  const fate = { isSilent: chance.happens(SHARES.inactive), isLate: chance.happens(SHARES.late) };
  const of = { msp, site: site.id, key: site.key, meter, references, activatedDay };
  const count = chance.happens(SHARES.twoInstallations) ? 2 : 1;
  const installations = Array.from({ length: count }, () => installationOf(chance, of, fate));
  return { site, installations, refused: fate.isSilent ? [] : refusedOf(chance, msp, site.id) };
}

/** The rows of a month of so many sites, in the order in which they are inserted. `sha256` is complete when all were taken. */
export interface World {
  size: WorldSize;
  batches: Iterable<Batch>;
  /** In hex, over the rows. */
  sha256: () => string;
}

/** A world of `sites` sites and a twentieth as many MSPs. */
export function createWorld({ sites, seed }: { sites: number; seed: number }): World {
  const hash = createHash('sha256');
  const size = { sites, msps: Math.max(1, Math.floor(sites / SITES_AN_MSP)), distributors: DISTRIBUTORS };
  const batch = (kind: Batch['kind'], rows: readonly unknown[]): Batch => {
    const json = JSON.stringify(rows);
    hash.update(`${kind}\n${json}\n`);
    return { kind, json };
  };
  function* batches(): Generator<Batch> {
    const chance = new Chance(seed);
    const distributors = distributorsOf(chance);
    yield batch('distributors', distributors);
    const msps = mspsOf(chance, size.msps, distributors);
    yield batch('msps', msps);
    for (let from = 0; from < sites; from += SITES_A_BATCH) {
      const made = Array.from({ length: Math.min(SITES_A_BATCH, sites - from) }, (_, place) => {
        const index = chance.happens(SHARES.ofLargest) ? 0 : Math.floor(size.msps * chance.unit() ** 3);
        return siteOf(chance, from + place, msps[index]?.id);
      });
      yield batch(
        'sites',
        made.map(({ site }) => site),
      );
      yield batch(
        'installations',
        made.flatMap(({ installations }) => installations),
      );
      yield batch(
        'refused',
        made.flatMap(({ refused }) => refused),
      );
    }
  }
  return { size, batches: batches(), sha256: () => hash.copy().digest('hex') };
}
