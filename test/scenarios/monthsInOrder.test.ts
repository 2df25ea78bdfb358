import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addMonths, parsePeriod, periodRange } from '../../domain/period.js';
import { closePeriod, closePeriodId } from '../../workflows/closePeriod.js';
import { monthFixture } from '../support/month.js';
import { createProgramme, eventually, type Programme } from '../support/programme.js';

const MAILBOX = 'mail-server.mailbox';
const AN_HOUR_MS = 3_600_000;

/** Rules 19, 20 and 23, each story in a programme of its own; everybody acts over HTTP. */
describe('months in order', () => {
  let house: Programme;
  let month: ReturnType<typeof monthFixture>;
  let germany: string;
  let austria: string;

  beforeAll(async () => {
    house = await createProgramme();
    month = monthFixture(house.database.db);
    germany = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    austria = await month.distributor({ code: 'AT', currency: 'EUR', country: 'AT', zone: 'Europe/Vienna' });
  }, 120_000);

  afterAll(() => house.stop());

  /** A programme from January 2026 on at 2.00 EUR a mailbox, with one MSP and its site. */
  const story = async (programme: string, { unitPrice = '2.00' }: { unitPrice?: string } = {}) => {
    await month.programme({ code: programme, firstPeriod: '2026-01' });
    const prices = { [MAILBOX]: { model: 'per_unit', unitPrice } } as const;
    const planId = await month.pricePlan({ programme, currency: 'EUR', prices });
    const mspId = await month.msp({ name: `MSP of ${programme}`, distributorId: germany, programme });
    const site = await month.site({ mspId, name: 'site', programme });
    const report = (period: string, peak: number) =>
      month.report(site, { period, lines: [{ tenant: 'main', meter: MAILBOX, peak }] });
    const participation = `/v1/programmes/${programme}/participations/${mspId}`;
    return { mspId, siteId: site.siteId, planId, report, participation };
  };
  const closeOver = (programme: string, body: object) => house.call('POST', `/v1/programmes/${programme}/runs`, body);
  const ended = (programme: string, period: string) =>
    house.app.client.workflow.getHandle<typeof closePeriod>(closePeriodId(programme, period)).result();
  const bill = async (programme: string, period: string) =>
    (await month.close(period, undefined, programme)).map(({ number, totalMinor }) => [number, totalMinor]);

  describe('a programme closes its months one after the other, from its first (rule 19)', () => {
    beforeAll(async () => {
      const { report } = await story('order');
      for (const period of ['2026-01', '2026-02', '2026-03', '2026-04']) await report(period, 10);
    });

    it.each([
      ['a later month than the first', '2026-02', 'close 2026-01 first, or skip it with a reason'],
      ['a month before the first', '2025-12', '2025-12 is before that'],
    ])('%s is refused', async (_what, period, detail) => {
      const { status, json } = await closeOver('order', { period });
      expect([status, json.code, json.errors[0].field]).toEqual([409, 'PERIOD_OUT_OF_ORDER', '/period']);
      expect(json.detail).toContain(detail);
    });

    it('the next one is refused while the one before is still open', async () => {
      const reviewUntil = new Date(Date.now() + AN_HOUR_MS).toISOString();
      expect((await closeOver('order', { period: '2026-01', reviewUntil })).status).toBe(202);
      await eventually(
        () => house.call('GET', '/v1/programmes/order/runs/2026-01'),
        ({ json }) => json.shards?.[0]?.stage === 'review',
      );
      const refused = await closeOver('order', { period: '2026-02' });
      expect(refused.json.code).toBe('PERIOD_OUT_OF_ORDER');
      expect(refused.json.detail).toContain('2026-01 of "order" is still open');
      await house.call('POST', '/v1/programmes/order/runs/2026-01/end-review');
      expect(await ended('order', '2026-01')).toMatchObject({ issued: 1 });
    });

    it('months are skipped on purpose only, with who did it and why on record, and for good', async () => {
      const skipReason = 'February was billed by the old system';
      expect((await closeOver('order', { period: '2026-03', skipReason })).status).toBe(202);
      expect(await ended('order', '2026-03')).toMatchObject({ issued: 1 });
      const skipped = await house.call('GET', '/v1/programmes/order/runs/2026-02');
      expect(skipped.json).toMatchObject({ state: 'skipped', reason: skipReason, openedBy: { name: 'test vendor' } });
      const trail = await house.call('GET', '/v1/audit?subject=run:order:2026-03');
      expect(trail.json.items).toContainEqual(
        expect.objectContaining({
          action: 'run.skipped',
          actor: expect.objectContaining({ name: 'test vendor' }),
          reason: skipReason,
        }),
      );
      expect((await closeOver('order', { period: '2026-02' })).json.code).toBe('PERIOD_OUT_OF_ORDER');
      const billed = await month.run<{ period: string }>(
        `select period from statement where programme_code = 'order' order by period`,
      );
      expect(billed.map(({ period }) => period)).toEqual(['2026-01', '2026-03']);
    });

    it('a reason to skip skips nothing where nothing is left out', async () => {
      await closeOver('order', { period: '2026-04', skipReason: 'just in case' });
      await ended('order', '2026-04');
      const skipped = await month.run<{ period: string }>(
        `select period from billing_run where programme_code = 'order' and state = 'skipped'`,
      );
      expect(skipped).toEqual([{ period: '2026-02' }]);
    });
  });

  it('nothing reaches a month that was opened; all of it may take effect from the next (rule 19)', async () => {
    const { mspId, siteId, planId, report, participation } = await story('opened');
    await report('2026-01', 10);
    await month.close('2026-01', undefined, 'opened');
    const [tenant] = await month.run<{ id: string }>(
      'insert into tenant (msp_id, id, ref, name, state, created_at) values ' +
        `(:mspId, gen_random_uuid(), 'other', 'Other', 'active', now()) returning id`,
      { mspId },
    );
    const prices = { [MAILBOX]: { model: 'per_unit', unitPrice: '9.00' } };
    const plan = { programme: 'opened', name: 'Dearer', currency: 'EUR', firstMonth: 'billed', prices };
    const reason = 'Agreed';
    const changes: [string, string, string, (period: string) => object][] = [
      ['POST', '/v1/price-plans', '/fromPeriod', (fromPeriod) => ({ ...plan, fromPeriod })],
      ['POST', `/v1/price-plans/${planId}/end`, '/untilPeriod', (untilPeriod) => ({ untilPeriod, reason })],
      ['POST', '/v1/programmes/opened/settings', '/fromPeriod', (fromPeriod) => ({ fromPeriod, settings: {}, reason })],
      ['PUT', `/v1/msps/${mspId}/zone`, '/fromPeriod', (fromPeriod) => ({ fromPeriod, zone: 'Europe/Athens', reason })],
      [
        'POST',
        `/v1/msps/${mspId}/sites`,
        '/fromPeriod',
        (fromPeriod) => ({ programme: 'opened', name: 'New', product: 'mail-server', fromPeriod }),
      ],
      ['PUT', `/v1/msps/${mspId}/sites/${siteId}/tenants`, '/from', (from) => ({ tenantRefs: ['other'], from })],
      ['POST', `/v1/msps/${mspId}/tenants/${tenant?.id ?? ''}/close`, '/from', (from) => ({ from })],
      [
        'PUT',
        `${participation}/distributor`,
        '/fromPeriod',
        (fromPeriod) => ({ fromPeriod, distributorId: austria, reason }),
      ],
      ['POST', `${participation}/leave`, '/lastPeriod', (lastPeriod) => ({ lastPeriod, reason })],
    ];
    const answers = async (period: string) => {
      const given: string[] = [];
      for (const [method, path, , body] of changes) {
        const { status, json } = await house.call(method, path, body(period));
        given.push(`${method} ${path}: ${status < 300 ? 'taken' : `${json.code} ${json.errors[0]?.field}`}`);
      }
      return given;
    };
    expect(await answers('2026-01')).toEqual(
      changes.map(([method, path, field]) => `${method} ${path}: PERIOD_OPENED ${field}`),
    );
    expect(await answers('2026-02')).toEqual(changes.map(([method, path]) => `${method} ${path}: taken`));
    const late = { name: 'x', zone: 'Europe/Berlin', baseCurrency: 'EUR', firstPeriod: '2025-06' };
    const [vendor] = await month.run<{ vendor: object }>(`select vendor from programme where code = 'opened'`);
    const moved = await house.call('PUT', '/v1/programmes/opened', { ...late, vendor: vendor?.vendor });
    expect([moved.json.code, moved.json.errors[0].field]).toEqual(['PERIOD_OPENED', '/firstPeriod']);
  });

  it('prices, settings and zone hold from the month they name; the month before stays with its own (rule 23)', async () => {
    const { mspId, report } = await story('versions');
    for (const period of ['2026-01', '2026-02', '2026-03']) await report(period, 10);
    const from = { fromPeriod: '2026-02' };
    const prices = { [MAILBOX]: { model: 'per_unit', unitPrice: '2.10' } };
    const plan = { programme: 'versions', name: '2026', currency: 'EUR', firstMonth: 'billed', prices, ...from };
    const settings = { contact: { warnAfterDays: 5 } };
    const statuses = [
      await house.call('POST', '/v1/price-plans', plan),
      await house.call('POST', '/v1/programmes/versions/settings', {
        ...from,
        settings,
        zone: 'Europe/London',
        reason: 'Moved to London',
      }),
      await house.call('PUT', `/v1/msps/${mspId}/zone`, { ...from, zone: 'America/New_York', reason: 'Moved too' }),
    ].map(({ status }) => status);
    expect(statuses).toEqual([201, 201, 200]);
    expect(await bill('versions', '2026-01')).toEqual([['VERSIONS-DE-2026-000001', 20_00n]]);
    expect(await bill('versions', '2026-02')).toEqual([['VERSIONS-DE-2026-000002', 21_00n]]);
    const closedBy = await month.run(
      `select r.period, r.rules ->> 'zone' as programme, (r.rules ->> 'settingVersion')::int as version,
         r.rules -> 'settings' -> 'contact' -> 'warnAfterDays' as "warnAfterDays", p.zone as msp
       from billing_run r join run_participant p on p.programme_code = r.programme_code and p.period = r.period
       where r.programme_code = 'versions' order by r.period`,
    );
    expect(closedBy).toEqual([
      { period: '2026-01', programme: 'Europe/Berlin', version: 1, warnAfterDays: 7, msp: 'Europe/Berlin' },
      { period: '2026-02', programme: 'Europe/London', version: 2, warnAfterDays: 5, msp: 'America/New_York' },
    ]);
    const versions = (await house.call('GET', '/v1/programmes/versions/settings')).json.items;
    expect(versions[0]).toMatchObject({
      version: 2,
      fromPeriod: '2026-02',
      setBy: expect.objectContaining({ name: 'test vendor' }),
      reason: 'Moved to London',
    });
  });

  it('case 14: an MSP approved late is no participant of the months before, and owes no minimum for them (rule 20)', async () => {
    await month.pricePlan({
      currency: 'EUR',
      minimumMinor: 25_00n,
      prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } },
    });
    const { mspId } = (await house.register()).json;
    const decided = await house.call('POST', `/v1/programmes/msp/registrations/${mspId}/decision`, {
      decision: 'approve',
    });
    const joined = parsePeriod(decided.json.joinedPeriod);
    const later = new Date(periodRange(joined, 'Europe/Rome').end.getTime() + 7 * 24 * AN_HOUR_MS);
    for (const before of [-7, -6, -1]) {
      expect(await month.close(addMonths(joined, before), later)).toEqual([]);
    }
    const took = await month.run(`select period from run_participant where msp_id = :mspId`, { mspId });
    expect(took).toEqual([]);
    const [first] = await month.close(joined, later);
    expect(first).toMatchObject({ totalMinor: 25_00n, lines: [{ kind: 'minimum' }] });
  });

  it('who leaves gets a statement of the last month and none after it (rule 20)', async () => {
    const { report, participation } = await story('leaver');
    for (const period of ['2026-01', '2026-02', '2026-03']) await report(period, 10);
    expect(await bill('leaver', '2026-01')).toHaveLength(1);
    const left = await house.call('POST', `${participation}/leave`, { lastPeriod: '2026-02', reason: 'Sold' });
    expect(left.json).toMatchObject({ leftPeriod: '2026-02' });
    expect(await bill('leaver', '2026-02')).toEqual([['LEAVER-DE-2026-000002', 20_00n]]);
    expect(await bill('leaver', '2026-03')).toEqual([]);
  });

  it('who changes the distributor is billed by the new one from that month on; old documents stay (rule 20)', async () => {
    const { report, participation } = await story('mover');
    for (const period of ['2026-01', '2026-02']) await report(period, 10);
    const [january] = await month.close('2026-01', undefined, 'mover');
    const change = { fromPeriod: '2026-02', distributorId: austria, reason: 'Moved to Vienna' };
    expect((await house.call('PUT', `${participation}/distributor`, change)).status).toBe(200);
    const [february] = await month.close('2026-02', undefined, 'mover');
    expect([february?.number, february?.distributor.name]).toEqual(['MOVER-AT-2026-000001', 'Distributor AT']);
    const { items } = (await house.call('GET', '/v1/statements?programme=mover&period=2026-01')).json;
    expect(items).toHaveLength(1);
    const old = (await house.call('GET', `/v1/statements/${items[0].id}`)).json;
    expect([old.number, old.distributor.name]).toEqual([january?.number, 'Distributor DE']);
    const to = async (distributorId: string) => {
      const token = await house.token('distributor', { companyId: distributorId });
      const seen = (await house.call('GET', '/v1/statements?programme=mover', undefined, token)).json.items;
      return seen.map(({ number }: { number: string }) => number);
    };
    expect([await to(germany), await to(austria)]).toEqual([['MOVER-DE-2026-000001'], ['MOVER-AT-2026-000001']]);
  });

  it('case 20: 1,002.16 → 540.23 over a month that was never closed is for a person: the last statement counts', async () => {
    const { report } = await story('moved', { unitPrice: '0.01' });
    await report('2026-01', 100_216);
    await report('2026-03', 54_023);
    expect(await bill('moved', '2026-01')).toEqual([['MOVED-DE-2026-000001', 1002_16n]]);
    expect(await bill('moved', '2026-03')).toEqual([]);
    const { items } = (await house.call('GET', '/v1/programmes/moved/runs/2026-03/parked')).json;
    expect(items).toMatchObject([{ code: 'total_moved', openCases: 1 }]);
    const [moved] = (await house.call('GET', '/v1/cases?programme=moved&period=2026-03&kind=total_moved')).json.items;
    expect(moved).toMatchObject({ state: 'open', handling: 'person' });
    expect(JSON.stringify(moved.evidence)).toMatch(/100216.*54023|54023.*100216/);
  });
});
