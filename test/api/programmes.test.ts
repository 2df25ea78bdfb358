import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { issue } from '../../activities/issueStatements.js';
import { startClose } from '../../activities/startClose.js';
import { ALL } from '../../db/connect.js';
import type { MonthEnd } from '../../db/readModels/monthEnds.js';
import { runKeyOf, type RunInput } from '../../domain/run.js';
import { monthFixture } from '../support/month.js';
import { testTemporal } from '../support/temporal.js';
import { startTestApi, type TestApi } from './testApi.js';

const PROGRAMME = {
  name: 'Mail programme',
  vendor: {
    name: 'Vendor',
    registrationNumber: 'HRB 1',
    address: ['Street 1', '10115 Berlin'],
    country: 'DE',
    email: 'Partners@Vendor.example',
  },
  baseCurrency: 'EUR',
  firstPeriod: '2026-01',
  zone: 'Europe/Berlin',
  settings: {},
};
const PLAN = {
  name: 'Base',
  currency: 'EUR',
  fromPeriod: '2026-01',
  firstMonth: 'billed',
  prices: { 'mail-server.mailbox': { model: 'per_unit', unitPrice: '1.50' } },
};

describe('a programme', () => {
  let api: TestApi;
  let token: string;
  beforeAll(async () => {
    api = await startTestApi();
    token = await api.token('vendor', { name: 'Partner One' });
  });
  afterAll(() => api.close());

  const send = (method: string, path: string, body: unknown) => api.call(method, path, { token, body });
  const get = (path: string) => api.call('GET', path, { token });
  const firstError = ({ status, json }: { status: number; json: { code: string; errors: { field: string }[] } }) => [
    status,
    json.code,
    json.errors[0]?.field,
  ];
  /** Another programme under its own code, with these months opened. */
  const programme = async (code: string, opened: string[] = []) => {
    expect((await send('PUT', `/v1/programmes/${code}`, PROGRAMME)).status).toBe(200);
    const month = monthFixture(api.database.db);
    for (const period of opened) {
      await month.run(
        `insert into billing_run (programme_code, period, state, opened_at, opened_by, rules)
         values (:code, :period, 'sealed', now(), '{"kind": "kontor", "id": "kontor", "name": "test"}', '{}')`,
        { code, period },
      );
    }
    return code;
  };

  it('is set as a whole; setting it again changes nothing, and the audit trail has both sides', async () => {
    const first = await send('PUT', '/v1/programmes/mail', PROGRAMME);
    expect([first.status, first.json]).toEqual([
      200,
      {
        programme: 'mail',
        ...PROGRAMME,
        vendor: { ...PROGRAMME.vendor, email: 'partners@vendor.example' },
        lastPeriod: null,
        nextPeriod: '2026-01',
      },
    ]);
    expect((await send('PUT', '/v1/programmes/mail', PROGRAMME)).json).toEqual(first.json);
    expect((await get('/v1/programmes/mail/settings')).json.items).toHaveLength(1);
    await send('PUT', '/v1/programmes/mail', { ...PROGRAMME, name: 'Renamed' });
    const trail = (await get('/v1/audit?subject=programme:mail')).json.items;
    expect(trail.map(({ action }: { action: string }) => action)).toEqual([
      'programme.set',
      'programme.settingsSet',
      'programme.set',
    ]);
    expect(trail[0]).toMatchObject({
      actor: { kind: 'person', name: 'Partner One' },
      before: { name: 'Mail programme' },
      after: { name: 'Renamed' },
    });
  });

  it('has its month-end in its own zone as soon as it is saved, and anew when the zone changes', async () => {
    const code = `zone-${Date.now()}`;
    await programme(code);
    const connection = await Connection.connect(testTemporal());
    try {
      const schedule = new Client({ connection }).schedule.getHandle(`month-end:${code}`);
      const zoneOf = async () => (await schedule.describe()).spec.timezone;
      expect(await zoneOf()).toBe('Europe/Berlin');
      await send('PUT', `/v1/programmes/${code}`, { ...PROGRAMME, zone: 'Asia/Tokyo' });
      expect(await zoneOf()).toBe('Asia/Tokyo');
      await schedule.delete();
    } finally {
      await connection.close();
    }
  });

  it('opens each month by the calendar of that month, and none after its last', async () => {
    const code = `calendar-${Date.now()}`;
    await programme(code);
    const connection = await Connection.connect(testTemporal());
    try {
      const schedule = new Client({ connection }).schedule.getHandle(`month-end:${code}`);
      const later = { fromPeriod: '2026-02', settings: { calendar: { openDay: 2 } }, reason: 'The first is a holiday' };
      expect((await send('POST', `/v1/programmes/${code}/settings`, later)).status).toBe(201);
      const { spec } = await schedule.describe();
      expect(spec.calendars?.map(({ dayOfMonth }) => dayOfMonth)).toEqual([[{ start: 1, end: 1, step: 1 }]]);

      const set: MonthEnd[] = [];
      const start = startClose({
        db: api.database.db,
        closes: { start: () => Promise.resolve(true) },
        monthEnds: { set: (end) => Promise.resolve(void set.push(end)) },
      });
      await start({ programme: code, zone: 'Europe/Berlin', openedAt: '2026-02-01T03:00:00Z' });
      expect(set).toMatchObject([
        { programme: code, zone: 'Europe/Berlin', calendar: { openDay: 2 }, lastPeriod: null },
      ]);

      const end = { lastPeriod: '2027-05', reason: 'The product is discontinued' };
      expect((await send('POST', `/v1/programmes/${code}/end`, end)).status).toBe(200);
      // May 2027 opens on 1 June at 04:00 in Berlin; a day later the schedule is over.
      expect((await schedule.describe()).spec.endAt).toEqual(new Date('2027-06-02T02:00:00Z'));
      await schedule.delete();
    } finally {
      await connection.close();
    }
  });

  it.each([
    ['2026-04-01T02:00:00Z', 'Europe/Berlin', '2026-03'],
    ['2026-03-31T19:00:00Z', 'Asia/Tokyo', '2026-03'],
    ['2026-04-01T15:00:00Z', 'Pacific/Honolulu', '2026-03'],
    ['2027-01-01T03:00:00Z', 'Europe/Berlin', '2026-12'],
    ['2028-03-01T03:00:00Z', 'Europe/Berlin', '2028-02'],
    ['2027-02-28T03:00:00Z', 'Europe/Berlin', '2027-01'],
    ['2026-04-28T02:00:00Z', 'Europe/Berlin', '2026-03'],
  ])('rule 1: a run scheduled for %s in %s closes %s', async (openedAt, zone, period) => {
    await programme('scheduled');
    const started: RunInput[] = [];
    const start = startClose({
      db: api.database.db,
      closes: { start: (input) => Promise.resolve(started.push(input) > 0) },
      monthEnds: { set: () => Promise.resolve() },
    });
    expect(await start({ programme: 'scheduled', zone, openedAt })).toEqual({ period, started: true });
    expect(started).toMatchObject([{ programme: 'scheduled', period, openedBy: { kind: 'kontor' } }]);
  });

  it('rule 19: an opened month gets prices it lacks while an MSP waits for them, never other ones', async () => {
    const code = await programme('lacking');
    const month = monthFixture(api.database.db);
    const distributorId = await month.distributor({ code: 'LA', currency: 'EUR', country: 'DE' });
    const plan = { ...PLAN, programme: code };
    expect((await send('POST', '/v1/price-plans', plan)).status).toBe(201);
    const mspId = await month.msp({ name: 'Lacking a price', distributorId, programme: code });
    const site = await month.site({ mspId, name: 'Office', programme: code });
    await month.report(site, { period: '2026-01', lines: [{ tenant: 'main', meter: 'scanner.node', peak: 4 }] });
    expect(await month.close('2026-01', undefined, code)).toEqual([]);

    const node = { 'scanner.node': { model: 'per_unit', unitPrice: '3' } };
    const other = { ...plan, prices: { ...node, 'mail-server.mailbox': { model: 'per_unit', unitPrice: '1.51' } } };
    expect(firstError(await send('POST', '/v1/price-plans', other))).toEqual([409, 'PERIOD_OPENED', '/fromPeriod']);
    const minimum = { amount: '5', currency: 'EUR' };
    const dearer = { ...plan, prices: { ...plan.prices, ...node }, monthlyMinimum: minimum };
    expect(firstError(await send('POST', '/v1/price-plans', dearer))).toEqual([409, 'PERIOD_OPENED', '/fromPeriod']);
    const complete = { ...plan, prices: { ...plan.prices, ...node } };
    expect((await send('POST', '/v1/price-plans', complete)).status).toBe(201);

    const key = runKeyOf({ programme: code, period: '2026-01' });
    const issued = await api.database.db.transaction(ALL, (trx) => issue(trx, { ...key, mspIds: [mspId] }, new Date()));
    expect(issued).toEqual({ issued: 1, parked: 0 });
    // Everybody has a statement now: nothing of the month is priced any more.
    const late = { ...complete, prices: { ...complete.prices, 'scanner.scan': { model: 'per_unit', unitPrice: '1' } } };
    expect(firstError(await send('POST', '/v1/price-plans', late))).toEqual([409, 'PERIOD_OPENED', '/fromPeriod']);
  });

  it('is found among the others, and an unknown one is not', async () => {
    await programme('found');
    const { json } = await get('/v1/programmes');
    expect(json.items.map((item: { programme: string }) => item.programme)).toContain('found');
    for (const path of ['', '/settings', '/territories', '/documents', '/participations', '/waiting-list']) {
      expect((await get(`/v1/programmes/nowhere${path}`)).status).toBe(404);
    }
  });

  it('rule 19: has another first month only while none was opened', async () => {
    const early = await programme('early');
    expect((await send('PATCH', `/v1/programmes/${early}`, { firstPeriod: '2026-04' })).json.firstPeriod).toBe(
      '2026-04',
    );
    const late = await programme('late', ['2026-01']);
    const refused = await send('PATCH', `/v1/programmes/${late}`, { firstPeriod: '2026-04' });
    expect(firstError(refused)).toEqual([409, 'PERIOD_OPENED', '/firstPeriod']);
    const whole = await send('PUT', `/v1/programmes/${late}`, { ...PROGRAMME, firstPeriod: '2026-04' });
    expect(firstError(whole)).toEqual([409, 'PERIOD_OPENED', '/firstPeriod']);
    expect((await get(`/v1/programmes/${late}`)).json.firstPeriod).toBe('2026-01');
  });

  it('keeps its base currency once something is priced in it', async () => {
    const code = await programme('priced');
    expect((await send('PATCH', `/v1/programmes/${code}`, { baseCurrency: 'CHF' })).json.baseCurrency).toBe('CHF');
    expect((await send('PATCH', `/v1/programmes/${code}`, { baseCurrency: 'EUR' })).json.baseCurrency).toBe('EUR');
    await send('POST', '/v1/price-plans', { ...PLAN, programme: code });
    const refused = await send('PATCH', `/v1/programmes/${code}`, { baseCurrency: 'CHF' });
    expect(firstError(refused)).toEqual([409, 'STATE_CONFLICT', '/baseCurrency']);
  });

  it('rule 23: has settings in versions, each from a month on, with who set it and why', async () => {
    const code = await programme('versions', ['2026-01', '2026-02']);
    const path = `/v1/programmes/${code}/settings`;
    const settings = { registration: { expireAfterDays: 20 } };
    const set = await send('POST', path, { fromPeriod: '2026-05', settings, reason: 'Agreed in the spring' });
    expect([set.status, set.json]).toEqual([
      201,
      {
        version: 2,
        fromPeriod: '2026-05',
        zone: 'Europe/Berlin',
        settings,
        setAt: expect.any(String),
        setBy: { kind: 'person', id: expect.any(String), name: 'Partner One' },
        reason: 'Agreed in the spring',
      },
    ]);
    expect((await get(`/v1/programmes/${code}`)).json).toMatchObject({ nextPeriod: '2026-03', settings: {} });
    const { json } = await get(path);
    expect(json.items.map(({ version }: { version: number }) => version)).toEqual([2, 1]);
    const trail = await get(`/v1/audit?subject=programme:${code}`);
    expect(trail.json.items[0]).toMatchObject({ action: 'programme.settingsSet', reason: 'Agreed in the spring' });
  });

  it('rule 19: has no settings that reach into a month that was opened', async () => {
    const code = await programme('opened', ['2026-01', '2026-02']);
    const body = { fromPeriod: '2026-02', settings: {}, reason: 'Too late' };
    const refused = await send('POST', `/v1/programmes/${code}/settings`, body);
    expect(firstError(refused)).toEqual([409, 'PERIOD_OPENED', '/fromPeriod']);
    const nowhere = await send('POST', '/v1/programmes/nowhere/settings', body);
    expect(nowhere.status).toBe(404);
    // Set as a whole, what changed holds from the first month that was not opened.
    const zone = 'Europe/Vienna';
    await send('PUT', `/v1/programmes/${code}`, { ...PROGRAMME, zone });
    const [latest] = (await get(`/v1/programmes/${code}/settings`)).json.items;
    expect(latest).toMatchObject({ fromPeriod: '2026-03', zone });
  });

  it('ends with a last month, from one that was not opened', async () => {
    const code = await programme('ended', ['2026-01', '2026-02']);
    const refused = await send('POST', `/v1/programmes/${code}/end`, { lastPeriod: '2026-01', reason: 'Sold' });
    expect(firstError(refused)).toEqual([409, 'PERIOD_OPENED', '/lastPeriod']);
    expect((await get(`/v1/programmes/${code}`)).json.lastPeriod).toBeNull();
    const ended = await send('POST', `/v1/programmes/${code}/end`, { lastPeriod: '2026-03', reason: 'Sold' });
    expect([ended.status, ended.json.lastPeriod]).toEqual([200, '2026-03']);
    const after = await send('POST', `/v1/programmes/${code}/runs`, { period: '2026-04', skipReason: 'x' });
    expect(firstError(after)).toEqual([409, 'PERIOD_OUT_OF_ORDER', '/period']);
    expect(after.json.detail).toContain('ended with 2026-03');
  });

  describe('and its price plans', () => {
    it('rule 19: price no month that was opened, neither when they are made nor when they end', async () => {
      const code = await programme('plans', ['2026-01', '2026-02']);
      const refused = await send('POST', '/v1/price-plans', { ...PLAN, programme: code, fromPeriod: '2026-02' });
      expect(firstError(refused)).toEqual([409, 'PERIOD_OPENED', '/fromPeriod']);
      const plan = { ...PLAN, programme: code, fromPeriod: '2026-03' };
      const { id } = (await send('POST', '/v1/price-plans', plan)).json;
      const early = await send('POST', `/v1/price-plans/${id}/end`, { untilPeriod: '2026-02', reason: 'x' });
      expect(firstError(early)).toEqual([422, 'VALIDATION_FAILED', '/untilPeriod']);
      const ended = await send('POST', `/v1/price-plans/${id}/end`, { untilPeriod: '2026-06', reason: 'New list' });
      expect([ended.status, ended.json]).toEqual([
        200,
        { ...plan, id, untilPeriod: '2026-06', distributorId: null, monthlyMinimum: null, termPrices: {} },
      ]);
      expect((await get(`/v1/price-plans/${id}`)).json).toEqual(ended.json);
      await monthFixture(api.database.db).run(
        `insert into billing_run (programme_code, period, state, opened_at, opened_by, rules)
         values (:code, '2026-03', 'open', now(), '{"kind": "kontor", "id": "kontor", "name": "test"}', '{}')`,
        { code },
      );
      const late = await send('POST', `/v1/price-plans/${id}/end`, { untilPeriod: '2026-03', reason: 'x' });
      expect(firstError(late)).toEqual([409, 'PERIOD_OPENED', '/untilPeriod']);
      const trail = await get(`/v1/audit?subject=price-plan:${id}`);
      expect(trail.json.items[0]).toMatchObject({ action: 'pricePlan.ended', reason: 'New list' });
    });

    it('case 59, a relative: of two who end one at once with different months the second is told', async () => {
      const code = await programme('raced');
      const { id } = (await send('POST', '/v1/price-plans', { ...PLAN, programme: code })).json;
      for (let round = 0; round < 4; round += 1) {
        const months = [`20${30 + round}-06`, `20${30 + round}-07`];
        const end = (untilPeriod: string) => send('POST', `/v1/price-plans/${id}/end`, { untilPeriod, reason: 'x' });
        const answers = await Promise.all(months.map(end));
        const kept = (await get(`/v1/price-plans/${id}`)).json.untilPeriod as string;
        const trail = await get(`/v1/audit?subject=price-plan:${id}`);
        // Either the second came after the first had ended, and says so in its audit event, or it is refused.
        const refused = answers.filter(({ status }) => status === 409).map(firstError);
        if (refused.length > 0) expect(refused).toEqual([[409, 'STATE_CONFLICT', '/untilPeriod']]);
        else expect(trail.json.items[0].before.untilPeriod).toBe(months.find((month) => month !== kept));
      }
    });

    it('are listed by programme, a base list in its base currency', async () => {
      const code = await programme('francs');
      await send('PATCH', `/v1/programmes/${code}`, { baseCurrency: 'CHF' });
      const euro = await send('POST', '/v1/price-plans', { ...PLAN, programme: code });
      expect(firstError(euro)).toEqual([422, 'VALIDATION_FAILED', '/currency']);
      const { id } = (await send('POST', '/v1/price-plans', { ...PLAN, programme: code, currency: 'CHF' })).json;
      const list = await get(`/v1/price-plans?programme=${code}`);
      expect(list.json.items.map((plan: { id: string }) => plan.id)).toEqual([id]);
    });
  });
});
