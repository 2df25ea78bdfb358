import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { secretHash } from '../../db/access/secret.js';
import { addDays } from '../../domain/instant.js';
import { startTestApi, type TestApi } from '../api/testApi.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';
const OVERVIEW = '/v1/licence-overview';

/** A day so many days from today, in UTC. */
const dayFrom = (days: number) => addDays(new Date(), days).toISOString().slice(0, 10);

interface Item {
  side: string;
  mspName: string;
  tenantName: string | null;
  product: string;
  kind: string;
  status: string;
  startsOn: string;
  endsOn: string | null;
  service: { isDue: boolean; until: string | null };
  terms: { siteName: string; count: number; unitPrice: string | null; renewed: boolean; licenceId: string } | null;
}

/** Every view asks for what was bought or sold, over HTTP; row level security says what it is told. */
describe('the overview of licences bought and sold', () => {
  let api: TestApi;
  let month: ReturnType<typeof monthFixture>;
  const tokens: Record<string, string> = {};
  const msps: Record<string, string> = {};
  const tenants: Record<string, string> = {};
  let customerId: string;
  let expiring: string;

  beforeAll(async () => {
    api = await startTestApi();
    month = monthFixture(api.database.db);
    const germany = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    const poland = await month.distributor({ code: 'PL', currency: 'PLN', country: 'PL' });
    await month.programme({ code: 'other' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } } });
    const alpha = await month.msp({ name: 'MSP Alpha', distributorId: germany });
    const beta = await month.msp({ name: 'MSP Beta', distributorId: poland });
    Object.assign(msps, { alpha, beta });
    const site = (mspId: string, name: string, refs: string[]) =>
      month.site({ mspId, name, tenants: refs, activatedAt: '2025-01-15T00:00:00Z' });
    const north = await site(alpha, 'North', ['north']);
    const south = await site(alpha, 'South', ['south']);
    const both = await site(alpha, 'Both', ['north', 'south']);
    const east = await site(beta, 'East', ['east']);
    const licence = (of: typeof north, from: number, until: number, tenant?: string) =>
      month.licence(of, {
        ...{ meter: MAILBOX, count: 10, unitPrice: '24.00', from: dayFrom(from), until: dayFrom(until) },
        ...(tenant === undefined ? {} : { tenant }),
      });
    await licence(north, -400, -35, 'north');
    expiring = await licence(north, -355, 10, 'north');
    const next = await licence(north, 20, 385, 'north');
    await month.run('update term_licence set renews = :expiring where id = :next', { expiring, next });
    await licence(north, -100, 265);
    await licence(both, -99, 266);
    const stopped = await licence(south, -98, 267, 'south');
    await licence(east, -97, 268, 'east');
    for (const row of await month.run<{ id: string; ref: string }>('select id, ref from tenant')) {
      tenants[row.ref] = row.id;
    }
    const subscribed = (mspId: string, ref: string, product: string, fromPeriod: string, kind: string) =>
      month.run(
        `insert into subscription (msp_id, programme_code, tenant_id, product, from_period, kind, set_at, set_by)
         values (:mspId, 'msp', :tenantId, :product, :fromPeriod, :kind, now(), '{}')`,
        { mspId, tenantId: tenants[ref] ?? '', product, fromPeriod, kind },
      );
    await subscribed(alpha, 'north', 'scanner', '2025-02', 'metered');
    await subscribed(alpha, 'north', 'mail-server', '2025-02', 'term');
    await subscribed(alpha, 'south', 'backup', '2025-03', 'metered');
    await subscribed(alpha, 'south', 'backup', '2025-06', 'ended');

    tokens.team = await api.token('vendor');
    tokens.alpha = await api.token('service_provider', { companyId: alpha });
    tokens.south = await api.token('service_provider', { companyId: alpha, tenantIds: [tenants.south ?? ''] });
    tokens.germany = await api.token('distributor', { companyId: germany });
    tokens.poland = await api.token('distributor', { companyId: poland });
    customerId = await month.company('customer');
    tokens.customer = await api.token('customer', { companyId: customerId });
    for (const view of ['system_integrator', 'reseller', 'partner'] as const) {
      tokens[view] = await api.token(view, { companyId: await month.company(view) });
    }
    await month.run('update tenant set customer_id = :customerId where ref in (:one, :other)', {
      ...{ customerId, one: 'north', other: 'east' },
    });
    const ended = await api.call('POST', `/v1/msps/${alpha}/term-licences/${stopped}/end`, {
      token: tokens.team,
      body: { endsOn: dayFrom(-5), reason: 'Bought by mistake' },
    });
    expect(ended.status).toBe(200);
  }, 120_000);
  afterAll(() => api.close());

  const ask = async (as: string, query = '') => api.call('GET', `${OVERVIEW}${query}`, { token: tokens[as] ?? '' });
  const items = async (as: string, query = ''): Promise<Item[]> => (await ask(as, query)).json.items;
  const told = async (as: string, query = '') =>
    (await items(as, query)).map(
      ({ mspName, tenantName, product, terms, kind, status }) =>
        `${mspName}: ${terms?.siteName ?? product} ${tenantName ?? 'as a whole'}, ${kind} ${status}`,
    );

  const NORTH = [
    'MSP Alpha: scanner Tenant north, metered active',
    'MSP Alpha: North Tenant north, term expired',
    'MSP Alpha: North Tenant north, term expiring',
    'MSP Alpha: North as a whole, term active',
    'MSP Alpha: North Tenant north, term upcoming',
  ];
  const EAST = ['MSP Beta: East Tenant east, term active'];
  const ALPHA = [
    NORTH[0],
    'MSP Alpha: backup Tenant south, metered ended',
    NORTH[1],
    NORTH[2],
    NORTH[3],
    'MSP Alpha: Both as a whole, term active',
    'MSP Alpha: South Tenant south, term ended',
    NORTH[4],
  ];

  it('tells each view what is its own, with the status in a word', async () => {
    expect(await told('alpha')).toEqual(ALPHA);
    expect(await told('germany')).toEqual(ALPHA);
    expect(await told('team')).toEqual([...ALPHA, ...EAST]);
    expect(await told('poland')).toEqual(EAST);
    // What a site shares with others is not a customer's.
    expect(await told('customer')).toEqual([...NORTH, ...EAST]);
    expect(await told('south')).toEqual([ALPHA[1], ALPHA[6]]);
    for (const [as, side] of [
      ['alpha', 'bought'],
      ['customer', 'bought'],
      ['germany', 'sold'],
      ['team', 'sold'],
    ] as const) {
      expect([as, new Set((await items(as)).map((item) => item.side))]).toEqual([as, new Set([side])]);
    }
    for (const as of ['reseller', 'partner']) expect([as, (await ask(as)).status]).toEqual([as, 403]);
  });

  it('tells an integrator what its customer has, while the mandate lasts', async () => {
    expect(await told('system_integrator')).toEqual([]);
    const asked = await api.call('POST', '/v1/mandates', {
      token: tokens.system_integrator ?? '',
      body: { customerId },
    });
    const mandate = `/v1/mandates/${asked.json.id}`;
    await api.call('POST', `${mandate}/consent`, { token: tokens.customer ?? '' });
    expect(await told('system_integrator')).toEqual([...NORTH, ...EAST]);
    await api.call('POST', `${mandate}/end`, { token: tokens.customer ?? '' });
    expect(await told('system_integrator')).toEqual([]);
  });

  it('says the terms, and until when service is due; prices to those who see amounts', async () => {
    const [own] = await items('alpha', '?status=expiring');
    expect(own).toMatchObject({
      ...{ startsOn: dayFrom(-355), endsOn: dayFrom(10), service: { isDue: true, until: dayFrom(10) } },
      terms: { licenceId: expiring, count: 10, unitPrice: '24.00', priceCurrency: 'EUR', renewed: true, renews: null },
    });
    const [metered] = await items('alpha', '?product=scanner');
    expect(metered).toMatchObject({
      ...{ startsOn: '2025-02-01', endsOn: null, service: { isDue: true, until: null }, terms: null },
    });
    const [ended] = await items('alpha', `?product=backup`);
    expect(ended).toMatchObject({ endsOn: '2025-06-01', service: { isDue: false, until: '2025-06-01' } });
    const prices = async (as: string) => new Set((await items(as)).flatMap(({ terms }) => terms?.unitPrice ?? []));
    expect(await prices('germany')).toEqual(new Set(['24.00']));
    expect(await prices('customer')).toEqual(new Set());
    expect((await api.call('GET', `${OVERVIEW}/csv`, { token: tokens.customer ?? '' })).bytes.toString()).not.toContain(
      '24.00',
    );
  });

  it('says of one that it expires by the days that are asked for', async () => {
    const statusOf = async (days: number) => {
      const found = await items('alpha', `?expiringDays=${days}`);
      return found.find(({ terms }) => terms?.licenceId === expiring)?.status;
    };
    expect([await statusOf(5), await statusOf(12)]).toEqual(['active', 'expiring']);
    expect(await told('alpha', '?expiringDays=5&status=expiring')).toEqual([]);
    expect((await ask('alpha', '?expiringDays=367')).json.errors[0].field).toBe('expiringDays');
  });

  it('is filtered, and says of what is not the reader’s that there is nothing', async () => {
    expect(await told('team', `?mspId=${msps.beta}`)).toEqual(EAST);
    expect(await told('alpha', `?tenantId=${tenants.south}`)).toEqual([ALPHA[1], ALPHA[6]]);
    expect(await told('alpha', '?status=ended')).toEqual([ALPHA[1], ALPHA[6]]);
    expect(await told('alpha', '?programme=msp&product=mail-server&status=active')).toEqual([ALPHA[4], ALPHA[5]]);
    for (const [as, query, field] of [
      ['alpha', `?mspId=${msps.beta}`, 'mspId'],
      ['poland', `?tenantId=${tenants.north}`, 'tenantId'],
      ['customer', `?tenantId=${tenants.south}`, 'tenantId'],
      ['alpha', '?programme=other', 'programme'],
    ] as const) {
      for (const path of ['', '/csv']) {
        const { status, json } = await api.call('GET', `${OVERVIEW}${path}${query}`, { token: tokens[as] ?? '' });
        expect([as, path, status, json.errors[0].field]).toEqual([as, path, 404, field]);
      }
    }
  });

  it('comes page by page, and whole as CSV', async () => {
    const all = await items('team');
    const paged: Item[] = [];
    for (let after = ''; ;) {
      const { json } = await ask('team', `?limit=2${after}`);
      paged.push(...json.items);
      if (json.next === null) break;
      after = `&after=${json.next}`;
    }
    expect(paged).toEqual(all);
    const csv = await api.call('GET', `${OVERVIEW}/csv`, { token: tokens.team ?? '' });
    const [head = '', ...records] = csv.bytes.toString().trimEnd().split('\r\n');
    expect(head.split(',').slice(0, 3)).toEqual(['side', 'msp_name', 'msp_id']);
    expect(records).toHaveLength(all.length);
    expect(records[0]).toContain(`scanner,Tenant north,${tenants.north},,,metered,active,2025-02-01,,yes`);
    const one = await api.call('GET', `${OVERVIEW}/csv?status=expiring`, { token: tokens.alpha ?? '' });
    expect(one.bytes.toString().trimEnd().split('\r\n')).toHaveLength(2);
  });

  it('leaves subscriptions out for those whose level leaves them out', async () => {
    tokens.licences = await api.token('service_provider', { companyId: msps.alpha ?? '' });
    await month.run(
      `with made as (insert into access_level (id, company_id, name, copied_from, actions, created_at)
         values (gen_random_uuid(), :companyId, 'Licences alone', 'reader', '{licences.read}', now()) returning id)
       update membership m set system_level = null, access_level_id = made.id from made, api_token t
       where m.id = t.membership_id and t.token_hash = :hash`,
      { companyId: msps.alpha ?? '', hash: secretHash(tokens.licences) },
    );
    expect(await told('licences')).toEqual(ALPHA.filter((line) => line?.includes(' term ')));
  });
});
