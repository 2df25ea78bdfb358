/**
 * The property behind every correction: whatever order and time usage arrives in, what was billed in the end equals what
 * the final knowledge comes to. Random worlds are played twice, once with everything in time, and compared line by line; and
 * `kontor verify`, which shares no arithmetic with the close, finds nothing wrong with either.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ALL } from '../../db/connect.js';
import { insertRates } from '../../db/prices/publishedRates.js';
import type { Price } from '../../domain/pricing/index.js';
import type { Statement } from '../../domain/statement.js';
import { verifyAll } from '../../verify/index.js';
import { PRICES_OF } from '../domain/prices.js';
import { createTestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';
const PERIODS = ['2026-02', '2026-03', '2026-04'] as const;
/** Further months are closed so that everything that came late is booked. */
const CLOSED: string[] = [...PERIODS, '2026-05', '2026-06', '2026-07'];
const RUNS = Number(process.env['LATE_WORLDS'] ?? 3);

interface Event {
  period: (typeof PERIODS)[number];
  day: number;
  tenant: number;
  installation: number;
  count: number;
  kind: 'seen' | 'reported';
  /** Days after the month; null: in time. */
  late: number | null;
}

interface WorldSite {
  tenants: 1 | 2;
  installations: 1 | 2;
  activated: '2026-01-15' | '2026-02-10';
  licence: { count: number; from: string; until: string; tenant: '' | 'one' } | null;
  events: Event[];
}

interface World {
  price: Price;
  minimum: number | null;
  firstMonth: 'billed' | 'unbilled';
  currency: 'EUR' | 'PLN';
  sites: WorldSite[];
}

const event: fc.Arbitrary<Event> = fc.record({
  period: fc.constantFrom(...PERIODS),
  day: fc.integer({ min: 11, max: 28 }),
  tenant: fc.integer({ min: 0, max: 1 }),
  installation: fc.integer({ min: 0, max: 1 }),
  count: fc.integer({ min: 0, max: 120 }),
  kind: fc.constantFrom('seen', 'reported'),
  late: fc.oneof(fc.constant(null), fc.integer({ min: 5, max: 62 })),
});

const site: fc.Arbitrary<WorldSite> = fc.record({
  tenants: fc.constantFrom(1, 2),
  installations: fc.constantFrom(1, 1, 2),
  activated: fc.constantFrom('2026-01-15', '2026-02-10'),
  licence: fc.option(
    fc.record({
      count: fc.integer({ min: 1, max: 60 }),
      from: fc.constantFrom('2026-01-01', '2026-02-15', '2026-03-01'),
      until: fc.constantFrom('2026-03-15', '2026-04-01', '2027-01-01'),
      tenant: fc.constantFrom('', 'one'),
    }),
  ),
  events: fc.array(event, { maxLength: 9 }),
});

const world: fc.Arbitrary<World> = fc.record({
  price: fc.oneof(...(Object.values(PRICES_OF) as fc.Arbitrary<Price>[])),
  minimum: fc.option(fc.integer({ min: 1, max: 300_00 })),
  firstMonth: fc.constantFrom('billed', 'billed', 'unbilled'),
  currency: fc.constantFrom('EUR', 'PLN'),
  sites: fc.array(site, { minLength: 1, maxLength: 4 }),
});

const TENANTS = ['one', 'two'] as const;

/** Plays the world, everything in time or as late as it says; what was billed per month and line, as text. */
async function played(given: World, inTime: boolean): Promise<string[]> {
  const database = await createTestDatabase();
  try {
    const month = monthFixture(database.db);
    const { currency, price, minimum, firstMonth } = given;
    const distributorId = await month.distributor({ code: 'XX', currency, country: 'DE' });
    const minimumMinor = minimum === null ? null : BigInt(minimum);
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: price }, firstMonth, minimumMinor });
    const mspId = await month.msp({ name: 'MSP', distributorId });
    const sites = [];
    for (const [index, spec] of given.sites.entries()) {
      const made = await month.site({
        ...{ mspId, name: `site ${index}`, tenants: TENANTS.slice(0, spec.tenants) },
        ...{ installations: spec.installations, activatedAt: `${spec.activated}T08:00:00Z` },
      });
      if (spec.licence !== null) await month.licence(made, { meter: MAILBOX, ...spec.licence });
      sites.push({ spec, made });
    }
    const rates = CLOSED.map((period, index) => ({
      ...{ source: 'test', base: 'EUR', currency: 'PLN', day: `${period}-28`, rate: `4.25${71 + index}` },
    }));
    await database.db.transaction(ALL, (trx) => insertRates(trx, rates));
    const arrivals = sites.flatMap(({ spec, made }) => arrivalsOf(spec, made, inTime));
    arrivals.sort((a, b) => a.at.getTime() - b.at.getTime());
    const statements: Statement[] = [];
    for (const period of CLOSED) {
      const [year = 0, number = 0] = period.split('-').map(Number);
      const now = new Date(Date.UTC(year, number, 4, 12));
      while (arrivals[0] !== undefined && arrivals[0].at < now) await arrivals.shift()?.send(month);
      statements.push(await closed(month, period, now));
    }
    const { programmes } = await verifyAll(database.db, { now: new Date('2026-08-20T00:00:00Z') });
    const { I1, I2, I3, I6 } = programmes['msp'] ?? {};
    expect({ I1, I2, I3, I6 }).toEqual({ I1: 'holds', I2: 'holds', I3: 'holds', I6: 'holds' });
    return billed(statements);
  } finally {
    await database.drop();
  }
}

type Month = ReturnType<typeof monthFixture>;
type Site = Awaited<ReturnType<Month['site']>>;
interface Arrival {
  at: Date;
  send: (month: Month) => Promise<void>;
}

function arrivalsOf(spec: WorldSite, made: Site, inTime: boolean): Arrival[] {
  const arrivals: Arrival[] = [];
  const endOf = (period: string) => new Date(`${period}-28T23:00:00Z`).getTime();
  const receiptOf = ({ period, late }: Event) =>
    new Date(endOf(period) + (inTime || late === null ? 0 : late + 5) * 86_400_000);
  const seen = new Set<string>();
  for (const one of spec.events.filter(({ kind }) => kind === 'seen')) {
    const installation = made.installations[one.installation % spec.installations] ?? '';
    // The same instant of the same installation is the same check-in.
    const at = `${one.period}-${one.day}T10:0${one.tenant % spec.tenants}:00Z`;
    if (seen.has(`${installation} ${at}`)) continue;
    seen.add(`${installation} ${at}`);
    const tenant = TENANTS[one.tenant % spec.tenants] ?? 'one';
    const receivedAt = receiptOf(one);
    arrivals.push({
      at: receivedAt,
      send: (month) =>
        month.checkIn(made, {
          ...{ at, tenant, meter: MAILBOX, count: one.count, installation },
          receivedAt: receivedAt.toISOString(),
        }),
    });
  }
  // Revisions in the order in which they come; in time, the last one that will come is there already.
  const reports = spec.events
    .filter(({ kind }) => kind === 'reported')
    .toSorted((a, b) => (a.late ?? 0) - (b.late ?? 0));
  const revisions = new Map<string, number>();
  for (const one of reports) {
    const installation = made.installations[one.installation % spec.installations] ?? '';
    const key = `${installation} ${one.period}`;
    const revision = (revisions.get(key) ?? 0) + 1;
    revisions.set(key, revision);
    const tenant = TENANTS[one.tenant % spec.tenants] ?? 'one';
    const receivedAt = receiptOf(one);
    arrivals.push({
      at: receivedAt,
      send: (month) =>
        month.report(made, {
          ...{ period: one.period, revision, installation, receivedAt: receivedAt.toISOString() },
          lines: [{ tenant, meter: MAILBOX, peak: one.count }],
        }),
    });
  }
  return arrivals;
}

async function closed(month: Month, period: string, now: Date): Promise<Statement> {
  await month.openAndReconcile(period, now);
  let [statement] = await month.endReviewAndIssue(period, now);
  if (statement === undefined) {
    await month.run(
      `update discrepancy set state = 'settled', resolved_by = 'person', decision = 'confirm', resolved_at = :now
       where kind = 'total_moved' and period = :period`,
      { now, period },
    );
    await month.run(`update run_participant set state = 'open' where period = :period`, { period });
    [statement] = await month.endReviewAndIssue(period, now);
  }
  if (statement === undefined) {
    const why = await month.run<{ why: string }>(
      `select parked_code || ': ' || parked_reason as why from run_participant where period = :period`,
      { period },
    );
    throw new Error(`Nothing was issued for ${period}: ${why[0]?.why ?? ''}`);
  }
  return statement;
}

/** Per month and line the sum of what its statement and all corrections of it say. */
function billed(statements: readonly Statement[]): string[] {
  const sums = new Map<string, bigint>();
  const add = (period: string, of: string, minor: bigint) => {
    if (!PERIODS.includes(period as (typeof PERIODS)[number])) return;
    sums.set(`${period} ${of}`, (sums.get(`${period} ${of}`) ?? 0n) + minor);
  };
  for (const { period, lines } of statements) {
    for (const line of lines) {
      const name = 'siteName' in line && 'tenantRef' in line ? `${line.siteName}/${line.tenantRef ?? ''}` : 'minimum';
      if (line.kind === 'usage' || line.kind === 'minimum') add(period, name, line.amountMinor);
      if (line.kind === 'correction' || line.kind === 'minimum_correction') add(line.forPeriod, name, line.amountMinor);
    }
  }
  return [...sums]
    .filter(([, minor]) => minor !== 0n)
    .map(([of, minor]) => `${of}: ${minor}`)
    .sort();
}

describe('rule 7: in whatever order and however late usage arrives', () => {
  it('what was billed in the end is what the final knowledge comes to', async () => {
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        expect(await played(given, false)).toEqual(await played(given, true));
      }),
      { numRuns: RUNS, seed: Number(process.env['LATE_WORLDS_SEED'] ?? 7), endOnFailure: true },
    );
  });
});
