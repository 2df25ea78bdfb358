import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Statement } from '../../domain/statement.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';

describe('what is billed when something comes late, ends early or is licensed', () => {
  let database: TestDatabase;
  let month: ReturnType<typeof monthFixture>;
  let mspId: string;

  beforeEach(async () => {
    database = await createTestDatabase();
    month = monthFixture(database.db);
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({
      currency: 'EUR',
      prices: { [MAILBOX]: { model: 'graduated', tiers: [{ upTo: 100, unitPrice: '2' }, { unitPrice: '1' }] } },
    });
    mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    // A large one, so that what is tested does not move the total by a quarter.
    await report(await month.site({ mspId, name: 'large' }), ['2026-02', '2026-03', '2026-04'], 400);
  });

  afterEach(() => database.drop());

  type Site = Awaited<ReturnType<typeof month.site>>;
  async function report(
    of: Site,
    periods: string[],
    peak: number,
    more: { installation?: string; receivedAt?: string; revision?: number; tenant?: string } = {},
  ) {
    const { tenant = 'main', ...rest } = more;
    for (const period of periods)
      await month.report(of, { period, lines: [{ tenant, meter: MAILBOX, peak }], ...rest });
  }
  const seen = (of: Site, at: string, count: number) =>
    month.checkIn(of, { at, tenant: 'main', meter: MAILBOX, count });
  const close = async (period: string, day: string): Promise<Statement> => {
    const [statement] = await month.close(period, new Date(`${day}T12:00:00Z`));
    if (statement === undefined) throw new Error('nothing was issued');
    return statement;
  };
  const licence = (
    siteId: string,
    count: number,
    { tenant = '', from = '2026-01-01', until = '2027-01-01' }: { tenant?: string; from?: string; until?: string } = {},
  ) => month.licence({ mspId, siteId }, { meter: MAILBOX, count, tenant, from, until });
  const usageOf = (statement: Statement, siteName: string) =>
    statement.lines.flatMap((line) => (line.kind === 'usage' && line.siteName === siteName ? [line] : []));
  const corrections = (statement: Statement) =>
    statement.lines.flatMap((line) =>
      line.kind === 'correction' ? [[line.siteName, line.oldQuantity, line.newQuantity, line.amountMinor]] : [],
    );

  it('rule 4: a site that is silent for months is estimated by what is known last, never silently zero', async () => {
    const site = await month.site({ mspId, name: 'silent' });
    await seen(site, '2026-02-10T10:00:00Z', 7);
    const months = [];
    for (const [period, day] of [
      ['2026-02', '2026-03-06'],
      ['2026-03', '2026-04-06'],
    ] as const) {
      months.push(usageOf(await close(period, day), 'silent').map(({ peak, basis }) => [peak, basis]));
    }
    // Of February it reports at last: the estimate is corrected, as is March's, which went by it, and April's goes by it.
    await report(site, ['2026-02'], 9, { receivedAt: '2026-04-10T10:00:00Z' });
    const april = await close('2026-04', '2026-05-06');
    months.push(usageOf(april, 'silent').map(({ peak, basis }) => [peak, basis]));
    expect(months).toEqual([[[7, 'estimated']], [[7, 'estimated']], [[9, 'estimated']]]);
    expect(corrections(april)).toEqual([
      ['silent', 7, 9, 200n],
      ['silent', 7, 9, 200n],
    ]);
  });

  it('case 9: reported 10, estimated 10, late 40, silent: 40, the last confirmed peak', async () => {
    const site = await month.site({ mspId, name: 'branch' });
    await report(site, ['2026-02'], 10);
    await close('2026-02', '2026-03-06');
    await close('2026-03', '2026-04-06');
    await report(site, ['2026-03'], 40, { receivedAt: '2026-04-10T10:00:00Z' });
    const april = await close('2026-04', '2026-05-06');
    expect(usageOf(april, 'branch')).toMatchObject([{ peak: 40, basis: 'estimated' }]);
  });

  it.each([
    ['Europe/Berlin', 'America/New_York', '2026-03-01T02:00:00Z'],
    ['America/New_York', 'Europe/Berlin', '2026-03-01T02:00:00Z'],
  ])('rule 1: where the zone changes from %s to %s no hour is lost or counted twice', async (before, after, at) => {
    await month.run(`update company_zone set zone = :before where company_id = :mspId`, { before, mspId });
    await month.run(`insert into company_zone (company_id, from_period, zone) values (:mspId, '2026-03', :after)`, {
      mspId,
      after,
    });
    const site = await month.site({ mspId, name: 'moved' });
    await seen(site, '2026-02-10T10:00:00Z', 1);
    await seen(site, at, 50);
    await seen(site, '2026-03-10T10:00:00Z', 2);
    const peaks = [];
    for (const [period, day] of [
      ['2026-02', '2026-03-06'],
      ['2026-03', '2026-04-06'],
    ] as const) {
      peaks.push(usageOf(await close(period, day), 'moved').map(({ peak }) => peak));
    }
    expect(peaks.flat().filter((peak) => peak === 50)).toHaveLength(1);
  });

  it('rule 20: a correction of another distributor’s statement is converted into the currency of the new one', async () => {
    const tokyo = await month.distributor({ code: 'JP', currency: 'JPY', country: 'JP' });
    await month.pricePlan({
      currency: 'JPY',
      distributorId: tokyo,
      prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '300' } },
    });
    await month.run(
      `update participation_distributor set distributor_id = :tokyo where msp_id = :mspId and from_period < '2026-03'`,
      { tokyo, mspId },
    );
    const berlin = await month.run<{ id: string }>(`select id from distributor where code = 'DE'`);
    await month.run(
      `insert into participation_distributor (msp_id, programme_code, from_period, distributor_id)
       values (:mspId, 'msp', '2026-03', :berlin)`,
      { mspId, berlin: berlin[0]?.id ?? '' },
    );
    const site = await month.site({ mspId, name: 'branch' });
    await report(site, ['2026-02'], 100);
    expect((await close('2026-02', '2026-03-06')).currency).toBe('JPY');
    await report(site, ['2026-02'], 110, { revision: 2, receivedAt: '2026-03-10T10:00:00Z' });
    await report(site, ['2026-03'], 100);
    const march = await close('2026-03', '2026-04-06');
    const [correction] = march.lines.filter((line) => line.kind === 'correction');
    const rate = Number(correction?.exchange?.rate);
    expect([march.currency, correction?.exchange?.base, correction?.exchange?.currency]).toEqual(['EUR', 'JPY', 'EUR']);
    expect(rate).toBeGreaterThan(0.004);
    expect(rate).toBeLessThan(0.008);
    // 10 more at 300 JPY.
    expect(correction?.amountMinor).toBe(BigInt(Math.round(10 * 300 * rate * 100)));
  });

  it('a reconciliation that is repeated after more arrived finds nothing anew: what is frozen stays', async () => {
    const site = await month.site({ mspId, name: 'branch' });
    await report(site, ['2026-02'], 10);
    await month.openAndReconcile('2026-02');
    const before = await month.cases('2026-02');
    await seen(site, '2026-02-20T10:00:00Z', 90);
    await report(await month.site({ mspId, name: 'added since' }), ['2026-02'], 5_000);
    await month.openAndReconcile('2026-02');
    expect(await month.cases('2026-02')).toEqual(before);
    const [statement] = await month.endReviewAndIssue('2026-02');
    expect(statement?.lines.map((line) => 'peak' in line && line.peak)).toEqual([10, 400]);
  });

  it('rule 4: a key revoked in mid-month without a report is billed by what was seen until then, not zero', async () => {
    const site = await month.site({ mspId, name: 'revoked', revokedAt: '2026-02-16T00:00:00Z' });
    await seen(site, '2026-02-10T10:00:00Z', 18);
    const february = await close('2026-02', '2026-03-06');
    expect(usageOf(february, 'revoked')).toMatchObject([{ quantity: 18, basis: 'estimated' }]);
    await close('2026-03', '2026-04-06').then((march) => {
      expect(usageOf(march, 'revoked')).toEqual([]);
    });
  });

  it('rule 7: one of two installations reports late: the other one keeps what it reported', async () => {
    const site = await month.site({ mspId, name: 'two', installations: 2 });
    const [first = '', second = ''] = site.installations;
    await report(site, ['2026-02', '2026-03'], 50, { installation: first });
    await month.checkIn(site, {
      at: '2026-02-10T10:00:00Z',
      tenant: 'main',
      meter: MAILBOX,
      count: 25,
      installation: second,
    });
    await report(site, ['2026-03'], 30, { installation: second });
    const february = await close('2026-02', '2026-03-06');
    expect(usageOf(february, 'two')).toMatchObject([{ quantity: 75, basis: 'estimated' }]);
    await report(site, ['2026-02'], 30, { installation: second, receivedAt: '2026-03-20T00:00:00Z' });
    // 475 units were billed; five more cost 1.00 each in the second tier.
    expect(corrections(await close('2026-03', '2026-04-06'))).toEqual([['two', 75, 80, 500n]]);
  });

  it('rule 7: a second late report corrects the first correction; two sites are priced one after the other', async () => {
    const a = await month.site({ mspId, name: 'a' });
    const b = await month.site({ mspId, name: 'b' });
    for (const site of [a, b]) {
      await seen(site, '2026-02-10T10:00:00Z', 20);
      await report(site, ['2026-03', '2026-04'], 20);
    }
    await close('2026-02', '2026-03-06');
    await report(a, ['2026-02'], 25, { receivedAt: '2026-03-20T00:00:00Z' });
    await report(b, ['2026-02'], 22, { receivedAt: '2026-03-21T00:00:00Z' });
    expect(corrections(await close('2026-03', '2026-04-06'))).toEqual([
      ['a', 20, 25, 1000n],
      ['b', 20, 22, 400n],
      // Seven of its units are in the second tier now.
      ['large', 400, 400, -700n],
    ]);
    await report(a, ['2026-02'], 28, { revision: 2, receivedAt: '2026-04-20T00:00:00Z' });
    expect(corrections(await close('2026-04', '2026-05-06'))).toEqual([
      ['a', 25, 28, 600n],
      ['large', 400, 400, -300n],
    ]);
    await report(a, ['2026-05'], 18);
    await report(b, ['2026-05'], 18);
    expect(corrections(await close('2026-05', '2026-06-06'))).toEqual([]);
  });

  it('rule 7: a later revision does not lower the quantity below the check-ins', async () => {
    const site = await month.site({ mspId, name: 'revised' });
    await seen(site, '2026-02-10T10:00:00Z', 40);
    await report(site, ['2026-02', '2026-03'], 20);
    expect(usageOf(await close('2026-02', '2026-03-06'), 'revised')).toMatchObject([
      { quantity: 40, basis: 'observed' },
    ]);
    await report(site, ['2026-02'], 20, { revision: 2, receivedAt: '2026-03-20T00:00:00Z' });
    expect(corrections(await close('2026-03', '2026-04-06'))).toEqual([]);
  });

  it('a licence of the site covers tenants that are estimated, too, until it is used up', async () => {
    const site = await month.site({ mspId, name: 'licensed', tenants: ['one', 'two'] });
    await month.report(site, {
      period: '2026-02',
      lines: ['one', 'two'].map((tenant) => ({ tenant, meter: MAILBOX, peak: 60 })),
    });
    await licence(site.siteId, 100);
    await close('2026-02', '2026-03-06');
    const march = await close('2026-03', '2026-04-06');
    const lines = usageOf(march, 'licensed');
    expect(lines.map(({ basis }) => basis)).toEqual(['estimated', 'estimated']);
    expect(lines.map(({ quantity }) => quantity).reduce((sum, quantity) => sum + quantity, 0)).toBe(20);
  });

  it('a tenant’s own licence counts first, the site’s licence covers what it leaves', async () => {
    const site = await month.site({ mspId, name: 'both', tenants: ['one', 'two'] });
    await month.report(site, {
      period: '2026-02',
      lines: ['one', 'two'].map((tenant) => ({ tenant, meter: MAILBOX, peak: 50 })),
    });
    await licence(site.siteId, 50);
    await licence(site.siteId, 50, { tenant: 'one' });
    expect(usageOf(await close('2026-02', '2026-03-06'), 'both')).toMatchObject([
      { tenantRef: 'one', licensed: 50, quantity: 0 },
      { tenantRef: 'two', licensed: 50, quantity: 0 },
    ]);
  });

  describe('a licence covers the days it holds (rule 22)', () => {
    const daily = async (of: Site, days: readonly number[], count: number) => {
      for (const day of days) await seen(of, `2026-02-${String(day).padStart(2, '0')}T10:00:00Z`, count);
    };
    const measured = async (name: string) =>
      usageOf(await close('2026-02', '2026-03-06'), name).map(({ peak, licensed, quantity, licensedDays }) => ({
        ...{ peak, licensed, quantity },
        days: (licensedDays ?? []).map((days) => [days.first, days.last, days.count, days.licensed]),
      }));

    it('case 13: a licence of 10 ends on the 15th, its successor of 10 starts that day, 20 in use: 10 metered', async () => {
      const site = await month.site({ mspId, name: 'branch' });
      await licence(site.siteId, 10, { from: '2025-02-15', until: '2026-02-15' });
      await licence(site.siteId, 10, { from: '2026-02-15' });
      await daily(site, [1, 10, 14, 15, 20, 28], 20);
      await report(site, ['2026-02'], 20);
      expect(await measured('branch')).toEqual([
        {
          peak: 20,
          licensed: 10,
          quantity: 10,
          days: [
            ['2026-02-01', '2026-02-14', 20, 10],
            ['2026-02-15', '2026-02-28', 20, 10],
          ],
        },
      ]);
    });

    it('5 unlicensed in the first half, 20 of 20 licensed in the second: 5 metered', async () => {
      const site = await month.site({ mspId, name: 'branch' });
      await licence(site.siteId, 20, { from: '2026-02-15' });
      await daily(site, [3, 14], 5);
      await daily(site, [15, 20], 20);
      await report(site, ['2026-02'], 20);
      expect(await measured('branch')).toMatchObject([{ peak: 20, licensed: 15, quantity: 5 }]);
    });

    it('a report without check-ins stands for every day: 20 of which none was licensed until the 15th', async () => {
      const site = await month.site({ mspId, name: 'branch' });
      await licence(site.siteId, 20, { from: '2026-02-15' });
      await report(site, ['2026-02'], 20);
      expect(await measured('branch')).toMatchObject([{ peak: 20, quantity: 20 }]);
    });

    it('days before the site was there need no licence', async () => {
      const site = await month.site({ mspId, name: 'branch', activatedAt: '2026-02-15T09:00:00Z' });
      await licence(site.siteId, 20, { from: '2026-02-15' });
      await report(site, ['2026-02'], 20);
      expect(await measured('branch')).toMatchObject([{ peak: 20, quantity: 0 }]);
    });

    it('a site that was silent on the unlicensed days counts with its number of the month', async () => {
      const site = await month.site({ mspId, name: 'branch' });
      await licence(site.siteId, 20, { from: '2026-02-15' });
      await daily(site, [20], 20);
      await report(site, ['2026-02'], 20);
      expect(await measured('branch')).toMatchObject([{ peak: 20, quantity: 20 }]);
    });

    it('what a report counts beyond the check-ins falls on the day of the highest', async () => {
      const site = await month.site({ mspId, name: 'branch' });
      await licence(site.siteId, 20, { from: '2026-02-15' });
      await daily(site, [3], 5);
      await daily(site, [20], 20);
      await report(site, ['2026-02'], 23);
      expect(await measured('branch')).toMatchObject([
        {
          peak: 23,
          quantity: 5,
          days: [
            ['2026-02-01', '2026-02-14', 5, 0],
            ['2026-02-15', '2026-02-28', 23, 20],
          ],
        },
      ]);
    });

    it('a silent site is estimated on every day, and its late report corrects by the same days', async () => {
      const site = await month.site({ mspId, name: 'branch' });
      await licence(site.siteId, 20, { from: '2026-02-15' });
      await daily(site, [3], 5);
      await daily(site, [20], 22);
      expect(await measured('branch')).toMatchObject([{ peak: 22, quantity: 5 }]);
      await report(site, ['2026-02'], 30, { receivedAt: '2026-03-10T10:00:00Z' });
      expect(corrections(await close('2026-03', '2026-04-06'))).toEqual([
        ['branch', 5, 10, 1000n],
        ['large', 400, 400, -500n],
      ]);
    });

    it('of two tenants each is measured on its own days, the site’s licence shared day by day', async () => {
      const site = await month.site({ mspId, name: 'branch', tenants: ['one', 'two'] });
      await licence(site.siteId, 10, { from: '2026-02-15' });
      for (const [hour, tenant] of [
        ['10', 'one'],
        ['11', 'two'],
      ] as const) {
        await month.checkIn(site, { at: `2026-02-03T${hour}:00:00Z`, tenant, meter: MAILBOX, count: 2 });
        await month.checkIn(site, { at: `2026-02-20T${hour}:00:00Z`, tenant, meter: MAILBOX, count: 8 });
      }
      await month.report(site, {
        period: '2026-02',
        lines: ['one', 'two'].map((tenant) => ({ tenant, meter: MAILBOX, peak: 8 })),
      });
      expect(await measured('branch')).toMatchObject([
        { peak: 8, quantity: 2 },
        { peak: 8, quantity: 6 },
      ]);
    });
  });
});
