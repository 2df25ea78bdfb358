import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { View } from '../../domain/access/views.js';
import { CHECK_INS, startIngest, type Installation } from '../sites/ingestFixture.js';

const SERVER = 'backup.server_agent';
const WORKSTATION = 'backup.workstation_agent';

type Shown = Record<string, unknown> & {
  name: string;
  meters: { meter: string; thisMonth: number | null; lastMonth: number | null }[];
};

/** What a site says of its backups, in jobs. */
const ALL_PASSED = { passed: 7, failed: 0, unknown: 0 };
const ONE_FAILED = { passed: 6, failed: 1, unknown: 0 };
const ONE_UNKNOWN = { passed: 6, failed: 0, unknown: 1 };

/**
 * March 2026, seen from its end. Alpha has four sites: Harbour and Market are fine, at Tower a backup failed and the version
 * is old, Attic has been silent since February. Beta has one site, Quay; another distributor bills it. All speak over HTTP.
 */
describe('the overview of all sites', () => {
  let ingest: Awaited<ReturnType<typeof startIngest>>;
  let alpha: string;
  let beta: string;
  let otherDistributor: string;
  let partnerTeam: string;
  const installation: Record<string, Installation> = {};
  const tokens: Partial<Record<View, string>> = {};

  const call = (method: string, path: string, body?: object, token = partnerTeam) =>
    ingest.api.call(method, path, { token, ...(body === undefined ? {} : { body }) });

  const overview = async (query: string, token = partnerTeam) => {
    const { status, json } = await call('GET', `/v1/site-overview?period=2026-03&${query}`, undefined, token);
    expect(status).toBe(200);
    return json as { items: Shown[]; next: string | null };
  };
  const names = async (query: string, token?: string) => (await overview(query, token)).items.map(({ name }) => name);

  const tenant = async (mspId: string, ref: string, parentRef?: string): Promise<string> => {
    const parent = parentRef === undefined ? {} : { parentRef };
    const { status, json } = await call('POST', `/v1/msps/${mspId}/tenants`, { ref, name: `Tenant ${ref}`, ...parent });
    expect([status, json]).toEqual([201, expect.anything()]);
    return json.id;
  };

  const site = async (mspId: string, name: string, tenantRefs: string[]) => {
    const { status, json } = await call('POST', `/v1/msps/${mspId}/sites`, {
      ...{ programme: 'msp', name, product: 'backup', tenantRefs, fromPeriod: '2026-02' },
    });
    expect([status, json]).toEqual([201, expect.anything()]);
    installation[name] = await ingest.install(json.siteId, json.key, { product: 'backup', productVersion: '17.2.1' });
  };

  const says = async (
    name: string,
    at: string,
    counts: Record<string, [servers: number, workstations: number]>,
    more: { backups?: object; productVersion?: string } = {},
  ) => {
    const { backups, ...message } = more;
    const answer = await installation[name]?.send(CHECK_INS, {
      ...{ version: 1, sentAt: new Date(), ...message },
      checkIns: [
        {
          observedAt: new Date(at),
          ...(backups === undefined ? {} : { backups }),
          counts: Object.entries(counts).flatMap(([of, [servers, workstations]]) => [
            { tenant: of, meter: SERVER, count: servers },
            { tenant: of, meter: WORKSTATION, count: workstations },
          ]),
        },
      ],
    });
    expect([answer?.status, answer?.json]).toEqual([200, expect.anything()]);
  };

  beforeAll(async () => {
    ingest = await startIngest();
    alpha = ingest.mspId;
    otherDistributor = await ingest.month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
    beta = await ingest.month.msp({ name: 'MSP Beta', distributorId: otherDistributor });
    partnerTeam = await ingest.api.token('vendor');
    for (const ref of ['north', 'south']) await tenant(alpha, ref);
    await tenant(alpha, 'north-east', 'north');
    await tenant(beta, 'west');
    await site(alpha, 'Harbour', ['north', 'south']);
    await site(alpha, 'Market', ['south']);
    await site(alpha, 'Tower', ['north-east']);
    await site(alpha, 'Attic', ['south']);
    await site(beta, 'Quay', ['west']);

    await says('Harbour', '2026-02-10T12:00:00Z', { north: [3, 30], south: [2, 20] }, { backups: ONE_FAILED });
    await says('Harbour', '2026-03-10T12:00:00Z', { north: [4, 33], south: [2, 18] }, { backups: ALL_PASSED });
    await says('Harbour', '2026-03-20T12:00:00Z', { north: [3, 34], south: [2, 19] }, { backups: ALL_PASSED });
    await says('Market', '2026-03-11T12:00:00Z', { south: [1, 0] }, { backups: ONE_UNKNOWN });
    await says(
      'Tower',
      '2026-03-12T12:00:00Z',
      { 'north-east': [5, 5] },
      { backups: ONE_FAILED, productVersion: '9.1' },
    );
    await says('Attic', '2026-02-12T12:00:00Z', { south: [1, 1] });
    await says('Quay', '2026-03-13T12:00:00Z', { west: [8, 8] }, { backups: ALL_PASSED });
    // What was sent just now was heard just now: but for this test Attic was heard last in February.
    await ingest.sql(`update site set last_contact_at = now() - interval '40 days' where name = 'Attic'`);
    const customer = await ingest.month.company('customer');
    await ingest.sql(`update tenant set customer_id = $1 where ref = 'south'`, [customer]);
    tokens.service_provider = await ingest.api.token('service_provider', { companyId: alpha });
    tokens.distributor = await ingest.api.token('distributor', { companyId: otherDistributor });
    tokens.customer = await ingest.api.token('customer', { companyId: customer });
  });
  afterAll(() => ingest.api.close());

  it('shows the partner team every site of every MSP, by MSP and name', async () => {
    const { items, next } = await overview('');
    expect(items.map(({ mspName, name }) => [mspName, name])).toEqual([
      ['MSP Alpha', 'Attic'],
      ['MSP Alpha', 'Harbour'],
      ['MSP Alpha', 'Market'],
      ['MSP Alpha', 'Tower'],
      ['MSP Beta', 'Quay'],
    ]);
    expect(next).toBeNull();
  });

  it('says of a site when it was heard, its version, its agents against the last month, and the state of its backups', async () => {
    const [harbour] = (await overview('name=harbour')).items;
    expect(harbour).toEqual({
      ...{ mspId: alpha, mspName: 'MSP Alpha', programme: 'msp', siteId: expect.any(String), name: 'Harbour' },
      ...{ product: 'backup', kind: 'managed', state: 'active', contact: 'ok', lastContactAt: expect.any(String) },
      ...{ tenantRefs: ['north', 'south'], installations: 1 },
      ...{ productVersion: '17.2.1', minimumVersion: '17.0.0', belowMinimum: false },
      backups: { state: 'passed', ...ALL_PASSED, toldAt: '2026-03-20T12:00:00.000Z' },
      // The highest of each tenant, added: 4 + 2 and 34 + 19; in February 3 + 2 and 30 + 20.
      meters: [
        { meter: SERVER, thisMonth: 6, lastMonth: 5 },
        { meter: WORKSTATION, thisMonth: 53, lastMonth: 50 },
      ],
    });
    const [attic] = (await overview('name=attic')).items;
    expect(attic?.meters).toEqual([
      { meter: SERVER, thisMonth: null, lastMonth: 1 },
      { meter: WORKSTATION, thisMonth: null, lastMonth: 1 },
    ]);
  });

  it('filters by the state of backups, silence, version, MSP, tenant with its units, and name', async () => {
    expect(await names('backups=passed')).toEqual(['Harbour', 'Quay']);
    expect(await names('backups=failed')).toEqual(['Tower']);
    expect(await names('backups=unknown')).toEqual(['Attic', 'Market']);
    expect(await names('silentDays=30')).toEqual(['Attic']);
    expect(await names('silentDays=50')).toEqual([]);
    expect(await names('belowMinimum=true')).toEqual(['Tower']);
    expect(await names(`mspId=${beta}`)).toEqual(['Quay']);
    expect(await names('name=ar')).toEqual(['Harbour', 'Market']);
    const { json } = await call('GET', `/v1/msps/${alpha}/tenants`);
    const north = (json.items as { id: string; ref: string }[]).find(({ ref }) => ref === 'north');
    expect(await names(`tenantId=${north?.id ?? ''}`)).toEqual(['Harbour', 'Tower']);
    const unknown = await call('GET', '/v1/site-overview?period=2026-03&programme=other');
    expect([unknown.status, unknown.json.errors[0].field]).toEqual([404, 'programme']);
    expect(await names(`mspId=${alpha}&backups=unknown&silentDays=30`)).toEqual(['Attic']);
  });

  it('comes in pages, of which none repeats or leaves out a site', async () => {
    const seen: string[] = [];
    for (let after = ''; ;) {
      const { items, next } = await overview(`limit=2${after}`);
      seen.push(...items.map(({ name }) => name));
      if (next === null) break;
      expect(items).toHaveLength(2);
      after = `&after=${next}`;
    }
    expect(seen).toEqual(['Attic', 'Harbour', 'Market', 'Tower', 'Quay']);
    const broken = await call('GET', '/v1/site-overview?after=nonsense&silentDays=0');
    expect([broken.status, broken.json.errors[0].field]).toEqual([422, 'silentDays']);
  });

  it('shows an MSP its own sites alone, and a distributor those of the MSPs it bills, without the state of their backups', async () => {
    expect(await names('', tokens.service_provider)).toEqual(['Attic', 'Harbour', 'Market', 'Tower']);
    const foreign = await call('GET', `/v1/site-overview?mspId=${beta}`, undefined, tokens.service_provider);
    expect([foreign.status, foreign.json.errors[0].field]).toEqual([404, 'mspId']);
    const { items } = await overview('', tokens.distributor);
    expect(items.map(({ name, backups }) => [name, backups])).toEqual([['Quay', null]]);
    expect(await names('backups=unknown', tokens.distributor)).toEqual([]);
    expect(items[0]?.meters).toContainEqual({ meter: SERVER, thisMonth: 8, lastMonth: null });
  });

  it('shows a customer the sites that serve it, with its own agents and no tenant beside it', async () => {
    const { items } = await overview('', tokens.customer);
    expect(items.map(({ name, tenantRefs }) => [name, tenantRefs])).toEqual([
      ['Attic', ['south']],
      ['Harbour', ['south']],
      ['Market', ['south']],
    ]);
    expect(items[1]?.meters).toEqual([
      { meter: SERVER, thisMonth: 2, lastMonth: 2 },
      { meter: WORKSTATION, thisMonth: 19, lastMonth: 20 },
    ]);
    expect(items[1]?.backups).toBeNull();
  });

  it('is one file as CSV, a record for each site and kind of agent', async () => {
    const path = '/v1/site-overview/csv?period=2026-03&name=r';
    const answer = await call('GET', path, undefined, tokens.service_provider);
    expect(answer.headers.get('content-type')).toMatch(/^text\/csv/);
    const [head = '', ...records] = answer.bytes.toString().trim().split('\r\n');
    const columns = head.split(',');
    const shown = records.map((record) => {
      const cells = record.split(',');
      const cell = (name: string) => cells[columns.indexOf(name)];
      return ['site', 'tenant_refs', 'backups', 'below_minimum', 'meter', 'this_month', 'last_month'].map(cell);
    });
    expect(shown).toEqual([
      ['Harbour', 'north south', 'passed', 'no', SERVER, '6', '5'],
      ['Harbour', 'north south', 'passed', 'no', WORKSTATION, '53', '50'],
      ['Market', 'south', 'unknown', 'no', SERVER, '1', ''],
      ['Market', 'south', 'unknown', 'no', WORKSTATION, '0', ''],
      ['Tower', 'north-east', 'failed', 'yes', SERVER, '5', ''],
      ['Tower', 'north-east', 'failed', 'yes', WORKSTATION, '5', ''],
    ]);
  });
});
