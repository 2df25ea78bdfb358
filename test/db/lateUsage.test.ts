/** Months that are closed one after the other while usage comes late: `../../shared/cases.md`, "Money over more than one month". */
import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Price } from '../../domain/pricing/index.js';
import type { Statement } from '../../domain/statement.js';
import { ALL } from '../../db/connect.js';
import { endKey, insertKey, moveInstallations } from '../../db/sites/meteredKeyStore.js';
import { addMonths, parsePeriod } from '../../domain/period.js';
import { verifyAll } from '../../verify/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';
const NODE = 'scanner.node';

describe('rules 4 and 7: whatever comes late is billed as if it had come in time', () => {
  let database: TestDatabase;
  let month: ReturnType<typeof monthFixture>;

  beforeEach(async () => {
    database = await createTestDatabase();
    month = monthFixture(database.db);
  });
  afterEach(() => database.drop());

  type Site = Awaited<ReturnType<typeof month.site>>;

  async function msp(plan: { unitPrice?: string; price?: Price; minimumMinor?: bigint; firstMonth?: 'unbilled' } = {}) {
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    const { unitPrice = '2.00', price = { model: 'per_unit', unitPrice }, ...more } = plan;
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: price }, ...more });
    return month.msp({ name: 'MSP Alpha', distributorId });
  }
  const DAYS: Record<string, string> = {
    '2026-01': '2026-02-04',
    '2026-02': '2026-03-04',
    '2026-03': '2026-04-04',
    '2026-04': '2026-05-04',
    '2026-05': '2026-06-04',
    '2026-06': '2026-07-04',
    '2026-07': '2026-08-04',
  };
  /** Closes as on day 4 of the next month, whatever the total; returns the total and the lines that corrections add. */
  async function close(period: string): Promise<Statement> {
    const now = new Date(`${DAYS[period] ?? ''}T12:00:00Z`);
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
    if (statement === undefined) throw new Error('nothing was issued');
    return statement;
  }
  /** Verify comes to the same by its own arithmetic. */
  async function holds(): Promise<void> {
    const { programmes } = await verifyAll(database.db, { now: new Date('2026-11-20T12:00:00Z') });
    expect(programmes['msp']).toMatchObject({ I2: 'holds', I3: 'holds', I6: 'holds' });
  }
  const corrections = ({ lines }: Statement) =>
    lines.filter(({ kind }) => kind === 'correction' || kind === 'minimum_correction').map((line) => line.amountMinor);
  const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);
  const report = (of: Site, period: string, peak: number, receivedAt?: string, more = {}) =>
    month.report(of, {
      period,
      lines: [{ tenant: 'main', meter: MAILBOX, peak }],
      ...(receivedAt === undefined ? {} : { receivedAt }),
      ...more,
    });

  it('case 1: the first contact of a new site is a late report of 40: 48.00 in the next month', async () => {
    const mspId = await msp({ unitPrice: '1.20' });
    await close('2026-02');
    const site = await month.site({ mspId, name: 'new', fromPeriod: '2026-02', activatedAt: '2026-03-10T08:00:00Z' });
    await report(site, '2026-02', 40, '2026-03-10T10:00:00Z');
    await report(site, '2026-03', 0);
    expect(corrections(await close('2026-03'))).toEqual([48_00n]);
  });

  it('case 2: minimum 100.00 at 1.00: estimated 40, late report 55: 0.00', async () => {
    const mspId = await msp({ unitPrice: '1.00', minimumMinor: 100_00n });
    const site = await month.site({ mspId, name: 'silent' });
    await month.checkIn(site, { at: '2026-02-10T10:00:00Z', tenant: 'main', meter: MAILBOX, count: 40 });
    expect((await close('2026-02')).totalMinor).toBe(100_00n);
    await report(site, '2026-02', 55, '2026-03-10T10:00:00Z');
    await report(site, '2026-03', 10);
    const march = await close('2026-03');
    expect([corrections(march), march.totalMinor]).toEqual([[15_00n, -15_00n], 100_00n]);
  });

  it('case 3: minimum 25.00: estimate 20, late report 5: −15.00, 25.00 stays due', async () => {
    const mspId = await msp({ minimumMinor: 25_00n });
    const site = await month.site({ mspId, name: 'silent' });
    await report(site, '2026-01', 20);
    await close('2026-01');
    expect((await close('2026-02')).totalMinor).toBe(40_00n);
    await report(site, '2026-02', 5, '2026-03-10T10:00:00Z');
    await report(site, '2026-03', 20);
    expect(sum(corrections(await close('2026-03')))).toBe(-15_00n);
  });

  it('case 4: a site licence of 50 for two tenants, estimated 30 and 30, late 45 and 10: 10.00, as in time', async () => {
    const mspId = await msp();
    const site = await month.site({ mspId, name: 'two', tenants: ['one', 'two'] });
    const both = (one: number, two: number) => [
      { tenant: 'one', meter: MAILBOX, peak: one } as const,
      { tenant: 'two', meter: MAILBOX, peak: two } as const,
    ];
    await month.licence(
      { mspId, siteId: site.siteId },
      { meter: MAILBOX, count: 50, tenant: '', from: '2026-01-01', until: '2027-01-01' },
    );
    await month.report(site, { period: '2026-01', lines: both(30, 30) });
    await close('2026-01');
    // 60 less 50: 10 units at 2.00.
    const february = await close('2026-02');
    expect(february.totalMinor).toBe(20_00n);
    await month.report(site, { period: '2026-02', lines: both(45, 10), receivedAt: '2026-03-10T10:00:00Z' });
    await month.report(site, { period: '2026-03', lines: both(30, 30) });
    // 55 less 50: 5 units at 2.00, as in time.
    expect(february.totalMinor + sum(corrections(await close('2026-03')))).toBe(10_00n);
  });

  it('case 5: a licence of 50, the site silent and never seen, a late report of 40: 0.00', async () => {
    const mspId = await msp();
    const site = await month.site({ mspId, name: 'licensed' });
    await month.licence(
      { mspId, siteId: site.siteId },
      { meter: MAILBOX, count: 50, tenant: '', from: '2026-01-01', until: '2027-01-01' },
    );
    await close('2026-02');
    await report(site, '2026-02', 40, '2026-03-10T10:00:00Z');
    await report(site, '2026-03', 40);
    expect(sum(corrections(await close('2026-03')))).toBe(0n);
  });

  it('case 6: the plan leaves the first month unbilled, a new silent site reports 40 late: 0.00', async () => {
    const mspId = await msp({ firstMonth: 'unbilled' });
    const site = await month.site({ mspId, name: 'new', activatedAt: '2026-02-10T08:00:00Z' });
    await close('2026-02');
    await report(site, '2026-02', 40, '2026-03-10T10:00:00Z');
    await report(site, '2026-03', 40);
    expect(sum(corrections(await close('2026-03')))).toBe(0n);
  });

  it.each(['before', 'after'] as const)(
    'case 6: the first contact of a new site is a late report, %s the next month is closed: that month alone is unbilled',
    async (when) => {
      const mspId = await msp({ firstMonth: 'unbilled' });
      await close('2026-02');
      const site = await month.site({ mspId, name: 'new', fromPeriod: '2026-02', activatedAt: '2026-03-10T08:00:00Z' });
      const late = (receivedAt: string) => report(site, '2026-02', 40, receivedAt);
      if (when === 'before') await late('2026-03-10T10:00:00Z');
      for (const period of ['2026-03', '2026-04', '2026-05']) await report(site, period, 40);
      const statements = [await close('2026-03')];
      if (when === 'after') await late('2026-04-10T10:00:00Z');
      for (const period of ['2026-04', '2026-05']) statements.push(await close(period));
      // March, April and May at 80.00.
      expect(sum(statements.map(({ totalMinor }) => totalMinor))).toBe(240_00n);
      expect(statements.slice(2).map(corrections)).toEqual([[]]);
      await holds();
    },
  );

  it('case 7: last month had no price for a meter that a late report names: the month is billed, that usage is a case', async () => {
    const mspId = await msp();
    const site = await month.site({ mspId, name: 'scans' });
    await report(site, '2026-02', 10);
    await close('2026-02');
    await month.report(site, {
      period: '2026-02',
      lines: [
        { tenant: 'main', meter: MAILBOX, peak: 10 },
        { tenant: 'main', meter: NODE, peak: 7 },
      ],
      revision: 2,
      receivedAt: '2026-03-10T10:00:00Z',
    });
    await report(site, '2026-03', 10);
    expect((await close('2026-03')).totalMinor).toBe(20_00n);
    const found = (await month.cases('2026-03')).filter(({ kind }) => kind === 'late_unpriced');
    expect(found).toMatchObject([{ evidence: { forPeriod: '2026-02', quantity: 7 } }]);
    await report(site, '2026-04', 10);
    await close('2026-04');
    expect((await month.cases('2026-04')).filter(({ kind }) => kind === 'late_unpriced')).toEqual([]);
  });

  it('case 7: however long the site is silent afterwards, no month is estimated by what had no price', async () => {
    await month.programme({ firstPeriod: '2026-01', settings: { lateUsage: { reachDays: 30 } } });
    const mspId = await msp();
    const site = await month.site({ mspId, name: 'scans' });
    await report(site, '2026-01', 10);
    for (const period of ['2026-01', '2026-02']) await close(period);
    const lines = [
      { tenant: 'main', meter: MAILBOX, peak: 10 },
      { tenant: 'main', meter: NODE, peak: 7 },
    ] as const;
    await month.report(site, { period: '2026-02', lines: [...lines], receivedAt: '2026-03-10T10:00:00Z' });
    const totals = [];
    // July is the first month that no longer looks at February for what came late.
    for (const period of ['2026-03', '2026-04', '2026-05', '2026-06', '2026-07']) {
      totals.push((await close(period)).totalMinor);
    }
    expect(totals).toEqual([20_00n, 20_00n, 20_00n, 20_00n, 20_00n]);
    await holds();
  });

  it('cases 7 and 11: of what came too late and is let in, what its month had no price for is a case', async () => {
    const mspId = await msp();
    const site = await month.site({ mspId, name: 'forgotten' });
    for (const period of ['2026-01', '2026-05', '2026-06']) await report(site, period, 10);
    for (const period of ['2026-01', '2026-02', '2026-03', '2026-04']) await close(period);
    const lines = [
      { tenant: 'main', meter: MAILBOX, peak: 40 },
      { tenant: 'main', meter: NODE, peak: 7 },
    ] as const;
    await month.report(site, { period: '2026-01', revision: 2, lines: [...lines], receivedAt: '2026-05-10T10:00:00Z' });
    await close('2026-05');
    const late = async (period: string) =>
      (await month.cases(period)).flatMap(({ kind, evidence: { forPeriod, quantity } }) =>
        kind.startsWith('late_') ? [`${kind} ${String(forPeriod)} ${String(quantity)}`] : [],
      );
    expect(await late('2026-05')).toEqual(['late_beyond_reach 2026-01 47', 'late_unpriced 2026-01 7']);
    await month.run(
      `update discrepancy set resolved_by = 'person', decision = 'accept_reported' where kind = 'late_beyond_reach'`,
    );
    const june = await close('2026-06');
    expect(
      june.lines.flatMap((line) => ('forPeriod' in line && line.forPeriod === '2026-01' ? [line.amountMinor] : [])),
    ).toEqual([60_00n]);
    expect(await late('2026-06')).toEqual([]);
  });

  it('case 8: check-ins 51, report 40, sent late instead of in time: 102.00 in the end', async () => {
    const mspId = await msp();
    const site = await month.site({ mspId, name: 'seen' });
    await month.checkIn(site, { at: '2026-02-10T10:00:00Z', tenant: 'main', meter: MAILBOX, count: 51 });
    const february = await close('2026-02');
    await report(site, '2026-02', 40, '2026-03-10T10:00:00Z');
    await report(site, '2026-03', 51);
    expect(february.totalMinor + sum(corrections(await close('2026-03')))).toBe(102_00n);
  });

  it('case 10: check-ins after the freeze, no report ever: 18 billed, 60 seen: 84.00 more', async () => {
    const mspId = await msp();
    const site = await month.site({ mspId, name: 'offline' });
    await month.checkIn(site, { at: '2026-02-03T10:00:00Z', tenant: 'main', meter: MAILBOX, count: 18 });
    expect((await close('2026-02')).totalMinor).toBe(36_00n);
    await month.checkIn(site, {
      at: '2026-02-20T10:00:00Z',
      receivedAt: '2026-03-10T10:00:00Z',
      tenant: 'main',
      meter: MAILBOX,
      count: 60,
    });
    await report(site, '2026-03', 60);
    expect(corrections(await close('2026-03'))).toEqual([84_00n]);
  });

  it('case 11: a report that comes more than 90 days after its month is a case, found once, and billed once let in', async () => {
    const mspId = await msp();
    const site = await month.site({ mspId, name: 'forgotten' });
    for (const period of ['2026-01', '2026-02', '2026-03', '2026-04', '2026-05', '2026-06']) {
      await report(site, period, 10);
    }
    for (const period of ['2026-01', '2026-02', '2026-03', '2026-04']) await close(period);
    // January ended 130 days ago; the reach of 90 days ended on 1 May.
    await report(site, '2026-01', 40, '2026-05-10T10:00:00Z', { revision: 2 });
    expect(corrections(await close('2026-05'))).toEqual([]);
    const late = (await month.cases('2026-05')).filter(({ kind }) => kind === 'late_beyond_reach');
    expect(late).toMatchObject([{ evidence: { forPeriod: '2026-01', receivedOn: '2026-05-10', quantity: 40 } }]);
    await month.run(`update discrepancy set resolved_by = 'person', decision = 'accept_reported' where id = :id`, {
      id: late[0]?.id ?? '',
    });
    expect(corrections(await close('2026-06'))).toEqual([60_00n]);
    expect((await month.cases('2026-06')).filter(({ kind }) => kind === 'late_beyond_reach')).toEqual([]);
  });

  it.each([
    ['2026-05-29T21:59:00Z', 60_00n],
    ['2026-05-29T22:00:00Z', 0n],
  ])(
    'rule 7: 90 days by the day: what comes for February on %s, by Berlin time, adds %s',
    async (receivedAt, added) => {
      const mspId = await msp();
      const site = await month.site({ mspId, name: 'edge' });
      for (const period of ['2026-02', '2026-03', '2026-04', '2026-05']) await report(site, period, 10);
      for (const period of ['2026-02', '2026-03', '2026-04']) await close(period);
      // February ended with the 28th; 29 May is the 90th day after it.
      await report(site, '2026-02', 40, receivedAt, { revision: 2 });
      expect(sum(corrections(await close('2026-05')))).toBe(added);
    },
  );

  it.each([
    ['2026-02', '2026-05-29T21:59:00Z', 60_00n, 0],
    ['2026-02', '2026-05-29T22:00:00Z', 0n, 1],
    ['2026-03', '2026-04-30T21:59:00Z', 60_00n, 0],
    ['2026-03', '2026-04-30T22:00:00Z', 0n, 1],
  ])(
    'rules 7 and 23: 90 days up to February, 30 from March on: what comes for %s on %s adds %s, with %s cases',
    async (period, receivedAt, added, cases) => {
      await month.programme();
      await month.run(
        `insert into programme_setting (programme_code, version, from_period, zone, settings, set_at, set_by)
         select programme_code, 2, '2026-03', zone, '{"lateUsage": {"reachDays": 30}}', set_at, set_by from programme_setting`,
      );
      const mspId = await msp();
      const site = await month.site({ mspId, name: 'edge' });
      for (const each of ['2026-02', '2026-03', '2026-04', '2026-05']) await report(site, each, 10);
      const statements = [];
      for (const each of ['2026-02', '2026-03', '2026-04', '2026-05', '2026-06']) {
        if (`${DAYS[each] ?? ''}T12` > receivedAt && (DAYS[addMonths(parsePeriod(each), -1)] ?? '') < receivedAt)
          await report(site, period, 40, receivedAt, { revision: 2 });
        statements.push(await close(each));
      }
      expect(sum(statements.flatMap(corrections))).toBe(added);
      const found = await month.run(`select from discrepancy where kind = 'late_beyond_reach'`);
      expect(found).toHaveLength(cases);
      await holds();
    },
  );

  describe('a key that is revoked as of an instant in an issued month', () => {
    const revoke = (of: Site, at: string, notedAt: string) =>
      database.db.transaction(ALL, async (trx) => {
        const end = { keyId: of.keyId, how: 'revoked', by: 'vendor', reason: 'Stolen' } as const;
        expect(await endKey(trx, of, { ...end, at: new Date(at), notedAt: new Date(notedAt) })).toBeDefined();
      });
    const used = (of: Site, at: string, count: number) =>
      month.checkIn(of, { at, tenant: 'main', meter: MAILBOX, count });

    it('what was billed for the time after it is taken back with the next close, once', async () => {
      const mspId = await msp();
      const site = await month.site({ mspId, name: 'stolen' });
      await used(site, '2026-02-10T10:00:00Z', 5);
      await used(site, '2026-02-20T10:00:00Z', 90);
      await report(site, '2026-02', 90);
      const february = await close('2026-02');
      await revoke(site, '2026-02-15T00:00:00Z', '2026-03-10T09:00:00Z');
      const later = [await close('2026-03'), await close('2026-04'), await close('2026-05')];
      expect([february, ...later].map(({ totalMinor }) => totalMinor)).toEqual([180_00n, -170_00n, 0n, 0n]);
      await holds();
    });

    it('what a silent site was estimated by after it is taken back, of each month since', async () => {
      const mspId = await msp();
      const site = await month.site({ mspId, name: 'gone' });
      await report(site, '2026-01', 30);
      const before = [await close('2026-01'), await close('2026-02'), await close('2026-03')];
      expect(before.map(({ totalMinor }) => totalMinor)).toEqual([60_00n, 60_00n, 60_00n]);
      await revoke(site, '2026-02-01T00:00:00Z', '2026-04-10T09:00:00Z');
      const later = [await close('2026-04'), await close('2026-05')];
      // February had a day before the key ended, by Berlin time an hour: it is estimated still.
      expect(later.map(corrections)).toEqual([[-60_00n], []]);
      await holds();
    });

    it('so it is of a key that was rotated since, and what was used under the new one stays', async () => {
      const mspId = await msp();
      const site = await month.site({ mspId, name: 'stolen, rotated' });
      await used(site, '2026-02-10T10:00:00Z', 5);
      await used(site, '2026-02-20T10:00:00Z', 90);
      const at = new Date('2026-02-25T00:00:00Z');
      await database.db.transaction(ALL, async (trx) => {
        const toKeyId = randomUUID();
        await endKey(trx, site, { keyId: site.keyId, how: 'rotated', by: null, at, reason: 'Rotated' });
        await insertKey(trx, site, { keyId: toKeyId, kind: 'metered', keyHash: randomBytes(32), state: 'active', at });
        await moveInstallations(trx, { mspId, fromKeyId: site.keyId, toKeyId, at });
      });
      await used(site, '2026-02-26T10:00:00Z', 8);
      await report(site, '2026-02', 90);
      const february = await close('2026-02');
      await revoke(site, '2026-02-15T00:00:00Z', '2026-03-10T09:00:00Z');
      await report(site, '2026-03', 8);
      const later = [await close('2026-03'), await close('2026-04')];
      // Eight were used under the new key: the 90 of the 20th alone are taken back.
      expect([february, later[0]].map((one) => one?.totalMinor)).toEqual([180_00n, 16_00n - 164_00n]);
      expect(later.map((one) => corrections(one))).toEqual([[-164_00n], []]);
      await holds();
    });

    it('so it is of one that was revoked as of a later day: what stood until then stands for months closed by it', async () => {
      const mspId = await msp();
      const site = await month.site({ mspId, name: 'stolen earlier' });
      await used(site, '2026-02-10T10:00:00Z', 5);
      await used(site, '2026-02-16T10:00:00Z', 40);
      await used(site, '2026-02-20T10:00:00Z', 90);
      await revoke(site, '2026-02-18T00:00:00Z', '2026-02-25T09:00:00Z');
      const february = await close('2026-02');
      await revoke(site, '2026-02-15T00:00:00Z', '2026-03-10T09:00:00Z');
      const march = await close('2026-03');
      expect([february, march].map(({ totalMinor }) => totalMinor)).toEqual([80_00n, -70_00n]);
      expect(corrections(await close('2026-04'))).toEqual([]);
      await holds();
    });

    it.each([
      ['2026-05-29T21:59:00Z', -170_00n],
      ['2026-05-29T22:00:00Z', 0n],
    ])('rule 7: said on %s, of February, it adds %s', async (notedAt, added) => {
      const mspId = await msp();
      const site = await month.site({ mspId, name: 'edge' });
      await used(site, '2026-02-10T10:00:00Z', 5);
      await used(site, '2026-02-20T10:00:00Z', 90);
      await report(site, '2026-02', 90);
      for (const period of ['2026-02', '2026-03', '2026-04']) await close(period);
      await revoke(site, '2026-02-15T00:00:00Z', notedAt);
      const may = await close('2026-05');
      expect(
        sum(
          may.lines.flatMap((line) => ('forPeriod' in line && line.forPeriod === '2026-02' ? [line.amountMinor] : [])),
        ),
      ).toBe(added);
      await holds();
    });
  });

  it('a month that is closed long after it ended: what came before that was in time, and stays billed', async () => {
    const mspId = await msp();
    const site = await month.site({ mspId, name: 'played late' });
    const closed = async (period: string, now: string) => {
      await month.openAndReconcile(period, new Date(now));
      const [statement] = await month.endReviewAndIssue(period, new Date(now));
      return statement;
    };
    await report(site, '2026-02', 10, '2026-11-20T11:59:50Z');
    await report(site, '2026-03', 10, '2026-11-20T11:59:55Z');
    await closed('2026-02', '2026-11-20T12:00:00Z');
    const march = await closed('2026-03', '2026-11-20T12:01:00Z');
    expect(march?.lines.map(({ kind, amountMinor }) => [kind, amountMinor])).toEqual([['usage', 20_00n]]);
    expect((await month.cases('2026-03')).map(({ kind }) => kind)).toEqual([]);
  });

  it('a site that an estimate of a later month went by: both months are corrected', async () => {
    const mspId = await msp();
    const site = await month.site({ mspId, name: 'silent' });
    await report(site, '2026-01', 10);
    await close('2026-01');
    await close('2026-02');
    await close('2026-03');
    // February was 30 after all: March, still silent, was estimated by 10 and is estimated by 30 now.
    await report(site, '2026-02', 30, '2026-04-10T10:00:00Z');
    await report(site, '2026-04', 30);
    expect(corrections(await close('2026-04'))).toEqual([40_00n, 40_00n]);
    await report(site, '2026-05', 30);
    expect(corrections(await close('2026-05'))).toEqual([]);
  });

  it('rule 4: a month that was reported without a tenant says that it used nothing, also where it became known later', async () => {
    const mspId = await msp();
    const site = await month.site({ mspId, name: 'two', tenants: ['main', 'late'] });
    for (const period of ['2026-01', '2026-02', '2026-03']) await report(site, period, 10);
    for (const period of ['2026-01', '2026-02', '2026-03']) await close(period);
    // February had another tenant, too; March has none, and was reported without it.
    const lines = [
      { tenant: 'main', meter: MAILBOX, peak: 10 },
      { tenant: 'late', meter: MAILBOX, peak: 118 },
    ] as const;
    await month.report(site, { period: '2026-02', revision: 2, receivedAt: '2026-04-10T10:00:00Z', lines: [...lines] });
    const april = await close('2026-04');
    expect(corrections(april)).toEqual([236_00n]);
    // Silent from then on: the tenant is estimated by what March said, not by February.
    const may = await close('2026-05');
    const june = await close('2026-06');
    const estimated = [april, may, june].map(({ lines: its }) =>
      its.flatMap((line) => (line.kind === 'usage' && line.peak > 0 ? [`${line.tenantRef ?? ''} ${line.peak}`] : [])),
    );
    expect(estimated).toEqual([['main 10'], ['main 10'], ['main 10']]);
    expect([may, june].flatMap(corrections)).toEqual([]);
  });

  it('rule 4: a month that is waived after all is not what later months are estimated by', async () => {
    await month.programme({
      settings: { discrepancies: { firstMonthUnits: 60, kinds: { first_month_large: { default: 'not_billed' } } } },
    });
    const mspId = await msp();
    const site = await month.site({ mspId, name: 'new' });
    await report(site, '2026-01', 29);
    await close('2026-01');
    // A first month of 145 would not have been billed, nor any estimate by it.
    await report(site, '2026-01', 145, '2026-02-10T10:00:00Z', { revision: 2 });
    await report(site, '2026-03', 0);
    // January is taken back with February's statement, which estimates nothing by it.
    const later = [await close('2026-02'), await close('2026-03'), await close('2026-04')];
    expect(later.map(({ totalMinor }) => totalMinor)).toEqual([-58_00n, 0n, 0n]);
  });

  it('rule 3: what became known before a large first month makes it none, and it is billed after all', async () => {
    await month.programme({
      settings: { discrepancies: { firstMonthUnits: 60, kinds: { first_month_large: { default: 'not_billed' } } } },
    });
    const mspId = await msp();
    const site = await month.site({ mspId, name: 'two', tenants: ['main', 'late'] });
    const late = (peak: number) => ({ tenant: 'late', meter: MAILBOX, peak }) as const;
    const main = { tenant: 'main', meter: MAILBOX, peak: 10 } as const;
    await report(site, '2026-01', 10);
    await month.report(site, { period: '2026-02', lines: [main, late(93)] });
    for (const period of ['2026-01', '2026-02']) await close(period);
    await month.report(site, {
      period: '2026-01',
      revision: 2,
      receivedAt: '2026-03-10T10:00:00Z',
      lines: [main, late(11)],
    });
    await month.report(site, { period: '2026-03', lines: [main, late(93)] });
    expect(corrections(await close('2026-03'))).toEqual([22_00n, 186_00n]);
    await holds();
  });

  describe('rule 4: a silent site is estimated by what its last month comes to now, not by what was billed for it first', () => {
    /** Of each statement: usage as units, corrections with their month and amount. */
    const linesOf = ({ lines }: Statement) =>
      lines.map((line) => {
        if (line.kind === 'usage') return `${line.peak} ${line.basis}`;
        return 'forPeriod' in line ? `${line.forPeriod} ${line.amountMinor}` : line.kind;
      });

    it('corrected before the next close: one correction, four estimates by it, nothing repeated', async () => {
      const mspId = await msp();
      const site = await month.site({ mspId, name: 'silent' });
      await report(site, '2026-01', 30);
      await close('2026-01');
      await report(site, '2026-01', 20, '2026-02-10T10:00:00Z', { revision: 2 });
      const later = [];
      for (const period of ['2026-02', '2026-03', '2026-04', '2026-05']) later.push(await close(period));
      expect(later.map(linesOf)).toEqual([
        ['20 estimated', '2026-01 -2000'],
        ['20 estimated'],
        ['20 estimated'],
        ['20 estimated'],
      ]);
      await holds();
    });

    it('corrected while it is silent: its estimates are corrected once with it', async () => {
      const mspId = await msp();
      const site = await month.site({ mspId, name: 'silent' });
      await report(site, '2026-01', 30);
      await close('2026-01');
      const february = await close('2026-02');
      await report(site, '2026-01', 20, '2026-03-10T10:00:00Z', { revision: 2 });
      const later = [];
      for (const period of ['2026-03', '2026-04', '2026-05', '2026-06']) later.push(await close(period));
      expect([february, ...later].map(linesOf)).toEqual([
        ['30 estimated'],
        ['20 estimated', '2026-01 -2000', '2026-02 -2000'],
        ['20 estimated'],
        ['20 estimated'],
        ['20 estimated'],
      ]);
      await holds();
    });

    it('waived after all: taken back once, and estimated by nothing until the site reports', async () => {
      await month.programme({
        settings: { discrepancies: { firstMonthUnits: 60, kinds: { first_month_large: { default: 'not_billed' } } } },
      });
      const mspId = await msp();
      const site = await month.site({ mspId, name: 'new' });
      await report(site, '2026-01', 29);
      await close('2026-01');
      await report(site, '2026-01', 145, '2026-02-10T10:00:00Z', { revision: 2 });
      const later = [];
      for (const period of ['2026-02', '2026-03', '2026-04']) later.push(await close(period));
      await report(site, '2026-05', 12);
      later.push(await close('2026-05'));
      expect(later.map(linesOf)).toEqual([['2026-01 -5800'], [], [], ['12 reported']]);
      await holds();
    });

    it('of two installations, one of them silent: it is estimated by its own corrected month', async () => {
      const mspId = await msp();
      const site = await month.site({ mspId, name: 'two', installations: 2 });
      const [first = '', second = ''] = site.installations;
      const both = async (period: string) => {
        await report(site, period, 40, undefined, { installation: first });
        await report(site, period, 10, undefined, { installation: second });
      };
      await both('2026-01');
      await close('2026-01');
      await report(site, '2026-01', 25, '2026-02-10T10:00:00Z', { installation: first, revision: 2 });
      const later = [];
      for (const period of ['2026-02', '2026-03', '2026-04']) {
        await report(site, period, 10, undefined, { installation: second });
        later.push(await close(period));
      }
      expect(later.map(linesOf)).toEqual([['35 estimated', '2026-01 -3000'], ['35 estimated'], ['35 estimated']]);
      await holds();
    });
  });

  it('rule 5: a waiver of a silent site stands, whatever a late report and check-ins make of it', async () => {
    await month.programme({ settings: { discrepancies: { kinds: { missing_report: { handling: 'review' } } } } });
    const mspId = await msp();
    const site = await month.site({ mspId, name: 'silent' });
    await month.checkIn(site, { at: '2026-01-20T10:00:00Z', tenant: 'main', meter: MAILBOX, count: 60 });
    const now = new Date('2026-02-04T12:00:00Z');
    await month.openAndReconcile('2026-01', now);
    await month.run(
      `update discrepancy set state = 'settled', resolved_by = 'person', decision = 'waive', reason = 'agreed', author = '{}',
         resolved_at = :now where kind = 'missing_report' and period = '2026-01'`,
      { now },
    );
    const [january] = await month.endReviewAndIssue('2026-01', now);
    await report(site, '2026-01', 40, '2026-02-10T10:00:00Z');
    await report(site, '2026-02', 0);
    expect([january?.totalMinor, (await close('2026-02')).totalMinor]).toEqual([0n, 0n]);
  });

  it('rule 7: what came too late for its month is not what later months are estimated by', async () => {
    const mspId = await msp();
    const site = await month.site({ mspId, name: 'silent' });
    await report(site, '2026-01', 10);
    await close('2026-01');
    await close('2026-02');
    // 95 days after February.
    await report(site, '2026-02', 90, '2026-06-03T23:00:00Z');
    for (const period of ['2026-03', '2026-04']) await close(period);
    const may = await close('2026-05');
    expect(may.lines.map((line) => (line.kind === 'usage' ? line.peak : null))).toEqual([10]);
    expect(corrections(await close('2026-06'))).toEqual([]);
  });

  it('a statement that stands is corrected to the cent, however its lines were rounded', async () => {
    const mspId = await msp({ price: { model: 'per_unit', unitPrice: '0.333' } });
    const sites: Site[] = [];
    for (const name of ['a', 'b', 'c']) sites.push(await month.site({ mspId, name }));
    for (const site of sites) await report(site, '2026-02', 1);
    const february = await close('2026-02');
    const [a] = sites;
    if (a !== undefined) await report(a, '2026-02', 2, '2026-03-10T10:00:00Z', { revision: 2 });
    for (const site of sites) await report(site, '2026-03', 1);
    const march = await close('2026-03');
    // 0.67 + 0.33 + 0.33, as if all had come in time.
    expect(february.totalMinor + sum(corrections(march))).toBe(1_33n);
  });
});
