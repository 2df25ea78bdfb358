import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { insertRates } from '../../db/prices/publishedRates.js';
import { ALL } from '../../db/connect.js';
import { startTestApi, type TestApi } from './testApi.js';

const PARTY = {
  name: 'Vendor',
  registrationNumber: 'HRB 1',
  address: ['Street 1', '10115 Berlin'],
  country: 'DE',
  email: 'Partners@Vendor.example',
};
const PROGRAMME = {
  name: 'MSP programme',
  vendor: PARTY,
  baseCurrency: 'EUR',
  firstPeriod: '2026-01',
  zone: 'Europe/Berlin',
};
const DISTRIBUTOR = {
  code: 'IT',
  name: 'Distributor Italy',
  registrationNumber: 'REA 1',
  address: ['Via 1'],
  country: 'IT',
  email: 'billing@it.example',
  currency: 'EUR',
  locale: 'it',
  zone: 'Europe/Rome',
};
const PLAN = {
  programme: 'msp',
  name: 'Base',
  currency: 'EUR',
  fromPeriod: '2026-01',
  firstMonth: 'billed',
  prices: { 'mail-server.mailbox': { model: 'per_unit', unitPrice: '1.50' } },
};

describe('settings', () => {
  let api: TestApi;
  let token: string;
  beforeAll(async () => {
    api = await startTestApi();
    token = await api.token('vendor', { name: 'Partner One' });
    await api.call('PUT', '/v1/programmes/msp', { token, body: PROGRAMME });
  });
  afterAll(() => api.close());

  const send = (method: string, path: string, body: unknown) => api.call(method, path, { token, body });
  const get = (path: string) => api.call('GET', path, { token });
  const fieldsOf = (answer: { json: { errors: { field: string }[] } }) => answer.json.errors.map(({ field }) => field);

  it('case 61: rule 6: warn 100, block 10, disable 1 is refused, field by field, in the whole and as a version', async () => {
    const settings = { contact: { warnAfterDays: 100, blockAfterDays: 10, disableAfterDays: 1 } };
    const broken = ['/settings/contact/blockAfterDays', '/settings/contact/disableAfterDays'];
    expect(fieldsOf(await send('PUT', '/v1/programmes/msp', { ...PROGRAMME, settings }))).toEqual(broken);
    const version = { fromPeriod: '2027-01', settings, reason: 'Too late' };
    expect(fieldsOf(await send('POST', '/v1/programmes/msp/settings', version))).toEqual(broken);
  });

  it('name time zones, countries and currencies that exist', async () => {
    expect(fieldsOf(await send('PUT', '/v1/programmes/msp', { ...PROGRAMME, zone: 'Europe/Nowhere' }))).toEqual([
      '/zone',
    ]);
    const answer = await send('POST', '/v1/distributors', {
      ...DISTRIBUTOR,
      currency: 'EEE',
      country: 'it',
      locale: 'xx',
    });
    expect(fieldsOf(answer).sort()).toEqual(['/country', '/currency', '/locale']);
  });

  it('of distributors: a code belongs to one of them', async () => {
    const first = await send('POST', '/v1/distributors', DISTRIBUTOR);
    const second = await send('POST', '/v1/distributors', DISTRIBUTOR);
    expect([first.status, second.status, second.json.code]).toEqual([201, 409, 'NAME_TAKEN']);
  });

  it('of prices: all four models, amounts exact and in the currency of the plan', async () => {
    const prices = {
      'mail-server.mailbox': { model: 'per_unit', unitPrice: '1.2345' },
      'firewall.user': { model: 'graduated', tiers: [{ upTo: 10, unitPrice: '2' }, { unitPrice: '1.5' }] },
      'scanner.scan': { model: 'volume', tiers: [{ upTo: 100, unitPrice: '0.10' }, { unitPrice: '0.05' }] },
      'endpoint.device': { model: 'package', size: 25, packagePrice: '40' },
    };
    const minimum = { amount: '25.00', currency: 'EUR' };
    const { status, json } = await send('POST', '/v1/price-plans', { ...PLAN, prices, monthlyMinimum: minimum });
    expect(status).toBe(201);
    const kept = (await get('/v1/price-plans')).json.items.find(({ id }: { id: string }) => id === json.id);
    expect(kept).toEqual({
      ...PLAN,
      prices,
      termPrices: {},
      id: json.id,
      distributorId: null,
      untilPeriod: null,
      monthlyMinimum: minimum,
    });
    expect(json).toEqual(kept);
    const wrong: [object, string][] = [
      [{ monthlyMinimum: { amount: '25', currency: 'PLN' } }, '/monthlyMinimum/currency'],
      [{ monthlyMinimum: { amount: '25.001', currency: 'EUR' } }, '/monthlyMinimum/amount'],
      [{ monthlyMinimum: { amount: '-1', currency: 'EUR' } }, '/monthlyMinimum/amount'],
      [{ untilPeriod: '2025-12' }, '/untilPeriod'],
      [{ fromPeriod: '2026-13' }, '/fromPeriod'],
      [{ programme: 'none' }, '/programme'],
      [{ currency: 'PLN' }, '/currency'],
      [{ prices: {} }, '/prices'],
      // case 37: BGN was withdrawn, no new list is made in it
      [{ currency: 'BGN', monthlyMinimum: null }, '/currency'],
      [
        { prices: { 'mail-server.mailbox': { model: 'per_unit', unitPrice: '-1' } } },
        '/prices/mail-server.mailbox/unitPrice',
      ],
      [
        { prices: { 'mail-server.mailbox': { model: 'per_unit', unitPrice: '1e3' } } },
        '/prices/mail-server.mailbox/unitPrice',
      ],
      [
        { prices: { 'mail-server.mailbox': { model: 'volume', tiers: [{ upTo: 5, unitPrice: '1' }] } } },
        '/prices/mail-server.mailbox/tiers',
      ],
      [{ distributorId: '6f1c1a52-0000-4000-8000-000000000000' }, '/distributorId'],
    ];
    for (const [change, field] of wrong) {
      const answer = await send('POST', '/v1/price-plans', { ...PLAN, ...change });
      expect([answer.status, ...fieldsOf(answer)]).toEqual([422, field]);
    }
    expect(
      (
        await send('POST', '/v1/price-plans', {
          ...PLAN,
          prices: { 'no.meter': { model: 'per_unit', unitPrice: '1' } },
        })
      ).status,
    ).toBe(422);
  });

  it('of rates are read by currency and day', async () => {
    await api.database.db.transaction(ALL, (trx) =>
      insertRates(trx, [
        { base: 'EUR', currency: 'PLN', rate: '4.25', day: '2026-03-30', source: 'test' },
        { base: 'EUR', currency: 'PLN', rate: '4.26', day: '2026-03-31', source: 'test' },
        { base: 'EUR', currency: 'JPY', rate: '186.75', day: '2026-03-31', source: 'test' },
      ]),
    );
    const zloty = await get('/v1/exchange-rates?currency=PLN');
    expect(zloty.json.items.map(({ day, rate }: { day: string; rate: string }) => [day, rate])).toEqual([
      ['2026-03-31', '4.26'],
      ['2026-03-30', '4.25'],
    ]);
    expect((await get('/v1/exchange-rates?currency=JPY&day=2026-03-31')).json.items).toHaveLength(1);
  });
});

describe('a list', () => {
  let api: TestApi;
  let token: string;
  beforeAll(async () => {
    api = await startTestApi();
    token = await api.token('vendor');
    await api.call('PUT', '/v1/programmes/msp', { token, body: PROGRAMME });
    for (let i = 0; i < 7; i += 1) {
      await api.call('POST', '/v1/price-plans', { token, body: { ...PLAN, fromPeriod: `2026-0${1 + (i % 3)}` } });
      await api.call('POST', '/v1/distributors', {
        token,
        body: { ...DISTRIBUTOR, code: `D${i}`, email: `billing@d${i}.example` },
      });
      await api.token('vendor');
    }
  });
  afterAll(() => api.close());

  it.each(['/v1/price-plans', '/v1/distributors', '/v1/tokens', '/v1/audit'])(
    '%s comes in pages that together hold each item once, in one order',
    async (path) => {
      const whole = await api.call('GET', `${path}?limit=200`, { token });
      const ids: string[] = [];
      let next: string | null = '';
      while (next !== null) {
        const { json } = await api.call('GET', `${path}?limit=2${next === '' ? '' : `&after=${next}`}`, { token });
        expect(json.items.length).toBeLessThanOrEqual(2);
        ids.push(...json.items.map(({ id }: { id: string }) => id));
        next = json.next;
      }
      expect(ids).toEqual(whole.json.items.map(({ id }: { id: string }) => id));
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.length).toBeGreaterThanOrEqual(7);
    },
  );

  it('has 50 items a page unless asked for up to 200', async () => {
    for (const limit of ['0', '201', '-1', '1.5', 'x', '1e2']) {
      expect((await api.call('GET', `/v1/tokens?limit=${limit}`, { token })).status).toBe(422);
    }
    expect((await api.call('GET', '/v1/tokens?limit=5&limit=6', { token })).status).toBe(422);
  });

  it('refuses a cursor it did not give', async () => {
    const forged = Buffer.from(JSON.stringify(["x'; drop table msp; --", 'y'])).toString('base64url');
    const nul = Buffer.from(JSON.stringify(['a\u0000', 'b'])).toString('base64url');
    expect((await api.call('GET', `/v1/distributors?after=${nul}`, { token })).status).toBe(422);
    for (const after of ['x', forged, Buffer.from('{"__proto__":1}').toString('base64url')]) {
      const answer = await api.call('GET', `/v1/tokens?after=${after}`, { token });
      expect([answer.status, answer.json.errors[0].code]).toEqual([422, 'INVALID_CURSOR']);
    }
  });
});
