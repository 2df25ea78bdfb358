import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApi, type TestApi } from '../api/testApi.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';

/**
 * February and March 2026. Germany and Poland bill by the base list in euro, Poland in złoty; Japan has a list of its own in yen.
 * MSP Alpha moved from Germany to Austria with March. In another programme Japan has no list, and has billed nothing yet.
 */
describe('what a distributor sees of price lists, rates and runs', () => {
  let api: TestApi;
  let month: ReturnType<typeof monthFixture>;
  let partnerTeam: string;
  const tokens: Record<string, string> = {};
  const lists: Record<string, string> = {};

  const get = async (token: string, path: string) => {
    const { status, json } = await api.call('GET', path, { token });
    return status === 200 ? json : status;
  };
  const listsOf = async (code: string) =>
    (await get(tokens[code] ?? '', '/v1/price-plans')).items
      .map(({ id }: { id: string }) => Object.entries(lists).find(([, known]) => known === id)?.[0])
      .sort();
  const runsOf = async (code: string) =>
    (await get(tokens[code] ?? '', '/v1/runs')).items.map((run: { programme: string; period: string }) => [
      run.programme,
      run.period,
    ]);

  beforeAll(async () => {
    api = await startTestApi({ temporalAddress: '127.0.0.1:1' });
    month = monthFixture(api.database.db);
    partnerTeam = await api.token('vendor');
    const distributors: Record<string, string> = {};
    for (const [code, currency] of [
      ['DE', 'EUR'],
      ['AT', 'EUR'],
      ['PL', 'PLN'],
      ['JP', 'JPY'],
    ] as const) {
      distributors[code] = await month.distributor({ code, currency, country: code });
      tokens[code] = await api.token('distributor', { companyId: distributors[code], level: 'reader' });
    }
    const of = (code: string) => distributors[code] ?? '';
    const prices = (unitPrice: string) => ({ [MAILBOX]: { model: 'per_unit', unitPrice } as const });
    await month.programme({ code: 'other' });
    lists.first = await month.pricePlan({ currency: 'EUR', prices: prices('1.00') });
    lists.raised = await month.pricePlan({ currency: 'EUR', prices: prices('1.10'), fromPeriod: '2026-03' });
    lists.farAhead = await month.pricePlan({ currency: 'EUR', prices: prices('9.00'), fromPeriod: '2090-01' });
    lists.japan = await month.pricePlan({ currency: 'JPY', distributorId: of('JP'), prices: prices('150') });
    lists.other = await month.pricePlan({ programme: 'other', currency: 'EUR', prices: prices('7.00') });
    const alpha = await month.msp({ name: 'MSP Alpha', distributorId: of('DE'), joined: '2026-02' });
    await month.msp({ name: 'MSP Beta', distributorId: of('DE'), joined: '2026-02', left: '2026-02' });
    await month.msp({ name: 'MSP Gamma', distributorId: of('PL'), joined: '2026-03', zone: 'Europe/Warsaw' });
    await month.msp({ name: 'MSP Delta', distributorId: of('JP'), joined: '2026-03', zone: 'Asia/Tokyo' });
    await month.msp({ name: 'MSP Eta', distributorId: of('JP'), joined: '2026-03', programme: 'other' });
    await month.run(
      `insert into participation_distributor (msp_id, programme_code, from_period, distributor_id)
       values (:alpha, 'msp', '2026-03', :austria)`,
      { alpha, austria: of('AT') },
    );
    const site = await month.site({ mspId: alpha, name: 'Server', tenants: ['main'] });
    for (const period of ['2026-02', '2026-03']) {
      await month.report(site, { period, lines: [{ tenant: 'main', meter: MAILBOX, peak: 10 }] });
      await month.close(period);
    }
  }, 120_000);
  afterAll(() => api.close());

  it('its own lists, and the base lists by which its months are priced: also of months whose MSPs have moved since', async () => {
    expect(await listsOf('DE')).toEqual(['first']);
    expect(await listsOf('AT')).toEqual(['raised']);
    expect(await listsOf('PL')).toEqual(['raised']);
    expect(await listsOf('JP')).toEqual(['japan', 'other']);
    expect(await get(tokens.DE ?? '', `/v1/price-plans/${lists.first}`)).toMatchObject({ currency: 'EUR' });
    for (const hidden of ['raised', 'japan', 'other', 'farAhead']) {
      expect(await get(tokens.DE ?? '', `/v1/price-plans/${lists[hidden]}`)).toBe(404);
    }
    expect((await get(partnerTeam, '/v1/price-plans')).items).toHaveLength(5);
  });

  it('the rates its statements are converted by, and not who loaded them', async () => {
    const currenciesFor = async (code: string) => [
      ...new Set(
        (await get(tokens[code] ?? '', '/v1/exchange-rates?limit=200')).items.map(
          ({ currency }: { currency: string }) => currency,
        ),
      ),
    ];
    expect([await currenciesFor('PL'), await currenciesFor('DE')]).toEqual([['PLN'], []]);
    // Japan is billed by its own list in one programme, and by the euro list in the other.
    expect(await currenciesFor('JP')).toEqual(['JPY']);
    const { items } = await get(tokens.PL ?? '', '/v1/exchange-rates?day=2026-03-31');
    expect(items).toMatchObject([{ base: 'EUR', currency: 'PLN', rate: '4.289', loadedBy: null }]);
    const [ofTeam] = (await get(partnerTeam, '/v1/exchange-rates?day=2026-03-31&currency=PLN')).items;
    expect(ofTeam.loadedBy).toMatchObject({ kind: 'kontor' });
  });

  it('the runs in which it bills somebody, with its own MSPs, totals and deadlines alone', async () => {
    expect(await runsOf('DE')).toEqual([['msp', '2026-02']]);
    expect(await runsOf('AT')).toEqual([['msp', '2026-03']]);
    expect(await get(tokens.DE ?? '', '/v1/programmes/msp/runs/2026-03')).toBe(404);
    const february = await get(tokens.DE ?? '', '/v1/programmes/msp/runs/2026-02');
    expect(february).toMatchObject({
      participants: { open: 0, parked: 0, issued: 2 },
      totals: { EUR: '10.00' },
      ...{ openedBy: null, released: null, failure: null, reason: null, seal: null },
    });
    expect(february.shards.map(({ msps }: { msps: number }) => msps)).toEqual([2]);
    const march = await get(tokens.PL ?? '', '/v1/programmes/msp/runs/2026-03');
    expect([march.participants, march.totals]).toEqual([{ open: 0, parked: 0, issued: 1 }, { PLN: '0.00' }]);
    const all = await get(partnerTeam, '/v1/programmes/msp/runs/2026-03');
    expect(all.participants.issued).toBe(3);
    expect(all.openedBy).not.toBeNull();
  });

  it('of a part that it shares with others the zone of its own MSPs, and no deadline of theirs that had passed', async () => {
    const path = '/v1/programmes/msp/runs/2026-03';
    const [shared, ...others] = (await get(partnerTeam, path)).shards;
    expect([others, shared.msps, shared.zone]).toEqual([[], 3, 'Europe/Berlin']);
    const { openedAt } = await get(partnerTeam, path);
    const deadlines = ['collectUntil', 'reviewUntil', 'issueFrom', 'mailedBy'] as const;
    const passed = deadlines.filter((name) => shared[name] < openedAt);
    expect(passed).toEqual(expect.arrayContaining(['collectUntil']));
    for (const [code, zone] of [
      ['AT', 'Europe/Berlin'],
      ['PL', 'Europe/Warsaw'],
      ['JP', 'Asia/Tokyo'],
    ] as const) {
      const { shards } = await get(tokens[code] ?? '', path);
      const asOpened = Object.fromEntries(passed.map((name) => [name, openedAt]));
      expect(shards).toEqual([{ ...shared, ...asOpened, zone, msps: 1 }]);
    }
  });

  it('and changes nothing of them, nor looks into what the partner team decides', async () => {
    const token = tokens.DE ?? '';
    for (const [method, path] of [
      ['POST', '/v1/price-plans'],
      ['POST', `/v1/price-plans/${lists.first}/end`],
      ['POST', '/v1/exchange-rates'],
      ['POST', '/v1/programmes/msp/runs'],
      ['GET', '/v1/programmes/msp/runs/2026-02/parked'],
      ['GET', '/v1/programmes/msp/runs/2026-02/preview'],
      ['GET', '/v1/refused-messages'],
    ] as const) {
      const { status } = await api.call(method, path, { token, ...(method === 'GET' ? {} : { body: {} }) });
      expect([path, status]).toEqual([path, 403]);
    }
  });
});
