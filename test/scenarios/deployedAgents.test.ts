import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CHECK_INS, REPORTS, startIngest, type Installation } from '../sites/ingestFixture.js';
import { readPdf } from '../statements/readPdf.js';

const SERVER = 'backup.server_agent';
const WORKSTATION = 'backup.workstation_agent';
const BACKUP = { product: 'backup', productVersion: '17.2.1' } as const;

type Counts = [servers: number, workstations: number];

/**
 * March 2026: an MSP has a site that is managed over its central console, and a laptop that is not: its key is typed in by hand.
 * A further pair of both activates with the one key of their tenant. All report on the last day of the month.
 */
describe('what is deployed, managed and standalone', () => {
  let ingest: Awaited<ReturnType<typeof startIngest>>;
  let mspId: string;
  let german: string;
  let italian: string;
  const siteIds: Record<string, string> = {};
  const tokens: Record<string, string> = {};

  const call = (method: string, path: string, body?: object, token = tokens.msp ?? '') =>
    ingest.api.call(method, path, { token, ...(body === undefined ? {} : { body }) });

  const addSite = async (name: string, kind: string | undefined, tenantRefs: string[]) => {
    const { status, json } = await call('POST', `/v1/msps/${mspId}/sites`, {
      ...{ programme: 'msp', name, product: 'backup', tenantRefs, fromPeriod: '2026-03' },
      ...(kind === undefined ? {} : { kind }),
    });
    expect(status).toBe(201);
    siteIds[name] = json.siteId;
    return json.key as string;
  };

  const speaks = async (
    installation: Installation,
    tenant: string,
    days: [day: string, ...Counts][],
    peaks: Counts,
  ) => {
    const lines = ([servers, workstations]: Counts, as: 'count' | 'peak') => [
      { tenant, meter: SERVER, [as]: servers },
      { tenant, meter: WORKSTATION, [as]: workstations },
    ];
    const checkIns = days.map(([day, ...counts]) => ({
      observedAt: new Date(`${day}T12:00:00Z`),
      counts: lines(counts, 'count'),
    }));
    expect((await installation.send(CHECK_INS, { sentAt: new Date(), checkIns })).status).toBe(200);
    const said = { sentAt: new Date(), period: '2026-03', revision: 1, lines: lines(peaks, 'peak') };
    expect((await installation.send(REPORTS, said)).status).toBe(201);
  };

  /** A site with a key of its own, and its installation. */
  const installed = async (name: string, kind: string | undefined, tenantRefs: string[]) => {
    const key = await addSite(name, kind, tenantRefs);
    return ingest.install(siteIds[name] ?? '', key, BACKUP);
  };

  beforeAll(async () => {
    ingest = await startIngest();
    mspId = ingest.mspId;
    const priced = { model: 'per_unit', unitPrice: '1.00' } as const;
    await ingest.month.pricePlan({ currency: 'EUR', prices: { [SERVER]: priced, [WORKSTATION]: priced } });
    tokens.msp = await ingest.api.token('service_provider', { companyId: mspId });
    const [billing] = await ingest.sql<{ id: string }>('select distributor_id as id from participation_distributor');
    german = billing?.id ?? '';
    italian = await ingest.month.distributor({ code: 'IT', currency: 'EUR', country: 'IT' });
    for (const ref of ['north', 'south']) {
      await call('POST', `/v1/msps/${mspId}/tenants`, { ref, name: `Tenant ${ref}` });
    }
    const office = await installed('Office', undefined, ['north']);
    const laptop = await installed('Laptop', 'standalone', ['north']);
    await speaks(
      office,
      'north',
      [
        ['2026-03-10', 12, 40],
        ['2026-03-20', 11, 58],
      ],
      [12, 58],
    );
    await speaks(
      laptop,
      'north',
      [
        ['2026-03-05', 0, 1],
        ['2026-03-25', 0, 1],
      ],
      [0, 1],
    );
  });
  afterAll(() => ingest.api.close());

  const report = (form: string, token = tokens.msp) =>
    ingest.api.call('GET', `/v1/programmes/msp/msps/${mspId}/usage-reports/2026-03/${form}`, { token: token ?? '' });

  it('tells standalone sites from managed ones, in every list', async () => {
    const { json } = await call('GET', `/v1/msps/${mspId}/sites`);
    const kinds = (items: { name: string; kind: string }[]) => items.map(({ name, kind }) => [name, kind]);
    expect(kinds(json.items)).toEqual([
      ['Laptop', 'standalone'],
      ['Office', 'managed'],
    ]);
    const standalone = await call('GET', `/v1/msps/${mspId}/sites?kind=standalone`);
    expect(kinds(standalone.json.items)).toEqual([['Laptop', 'standalone']]);
    const overview = await call('GET', '/v1/site-overview?period=2026-03&kind=standalone');
    expect(kinds(overview.json.items)).toEqual([['Laptop', 'standalone']]);
    const usage = await call('GET', `/v1/msps/${mspId}/usage?period=2026-03&meter=${WORKSTATION}`);
    expect(usage.json.items.map((row: Record<string, unknown>) => [row.siteName, row.siteKind, row.reported])).toEqual([
      ['Laptop', 'standalone', 1],
      ['Office', 'managed', 58],
    ]);
  });

  it('finds no two installations on one key, also where both kinds activate with the key of their tenant', async () => {
    const { json } = await call('GET', `/v1/msps/${mspId}/tenants`);
    const south = (json.items as { ref: string; id: string }[]).find(({ ref }) => ref === 'south');
    const issued = await call('POST', `/v1/msps/${mspId}/tenants/${south?.id ?? ''}/keys`, {
      ...{ programme: 'msp', product: 'backup' },
    });
    expect(issued.status).toBe(201);
    await addSite('Branch', 'managed', ['south']);
    await addSite('Tablet', 'standalone', ['south']);
    for (const siteName of ['Branch', 'Tablet']) {
      const installation = await ingest.install(siteIds[siteName] ?? '', issued.json.key, { ...BACKUP, siteName });
      await speaks(installation, 'south', [['2026-03-15', 1, 2]], [1, 2]);
    }
    const [statement] = await ingest.month.close('2026-03', new Date());
    const billed = statement?.lines.map((line) => line.kind === 'usage' && [line.siteName, line.meter, line.quantity]);
    expect(billed).toContainEqual(['Tablet', WORKSTATION, 2]);
    expect(billed).toContainEqual(['Laptop', WORKSTATION, 1]);
    const found = await call('GET', `/v1/msps/${mspId}/findings?period=2026-03`);
    expect(found.json.items).toEqual([]);
  });

  it('recognises one that nobody has added, as it activates with the key of its tenant', async () => {
    const { json } = await call('GET', `/v1/msps/${mspId}/tenants`);
    const south = (json.items as { id: string; ref: string }[]).find(({ ref }) => ref === 'south');
    const issued = await call('POST', `/v1/msps/${mspId}/tenants/${south?.id ?? ''}/keys`, {
      ...{ programme: 'msp', product: 'backup' },
    });
    const phone = await ingest.install('', issued.json.key, { ...BACKUP, siteName: 'Phone', siteKind: 'standalone' });
    const sites = await call('GET', `/v1/msps/${mspId}/sites?kind=standalone`);
    expect(sites.json.items.map(({ name }: { name: string }) => name)).toEqual(['Laptop', 'Phone', 'Tablet']);
    const again = await ingest.activate({ ...phone.activation, siteName: 'Branch' });
    expect([again.status, again.json.errors]).toEqual([
      422,
      [expect.objectContaining({ field: '/siteKind', message: expect.stringContaining('That site is managed') })],
    ]);
  });

  it('gives the report of one site as PDF: its kinds, the highest number of each, and the day of it', async () => {
    const answer = await report(`pdf?siteId=${siteIds.Office ?? ''}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/pdf']);
    const { text, files } = readPdf(answer.bytes);
    for (const words of ['Usage report', 'March 2026', 'MSP Alpha', 'Vendor', 'Office', 'Tenant north', 'managed']) {
      expect(text).toContain(words);
    }
    expect(text).toMatch(/server agents Backup 12 12 10 Mar(ch)? 2026 12/);
    expect(text).toMatch(/workstation agents Backup 58 58 20 Mar(ch)? 2026 58/);
    expect(text).not.toContain('Laptop');
    expect([...files.keys()]).toEqual(['usage-report-2026-03.csv']);
  });

  it('gives that of all sites in one file, each kind of site for itself and both together', async () => {
    const { text } = readPdf((await report('pdf')).bytes);
    for (const name of ['Office', 'Laptop', 'Branch', 'Tablet']) expect(text).toContain(name);
    expect(text).toContain('standalone, key typed by hand');
    // 12 + 1 managed, 0 + 1 standalone; 58 + 2 and 1 + 2.
    expect(text).toContain('server agents Backup 13 1 14');
    expect(text).toContain('workstation agents Backup 60 3 63');
  });

  it('is the same file, byte by byte, whenever it is asked for', async () => {
    const [first, second] = [await report('pdf'), await report('pdf')];
    expect(first.bytes.equals(second.bytes)).toBe(true);
    expect(first.headers.get('etag')).toBe(second.headers.get('etag'));
  });

  it('is there as CSV too, as RFC 4180 has it or as a spreadsheet of the MSP does', async () => {
    const { bytes } = await report(`csv?siteId=${siteIds.Laptop ?? ''}`);
    const [head = '', ...records] = bytes.toString().trim().split('\r\n');
    expect(head).toBe(
      'msp_name,msp_registration_number,programme,period,site,site_id,site_kind,product,reported_at,reference,tenant,' +
        'tenant_ref,meter,reported,highest,highest_on,observed,counted',
    );
    expect(records.map((record) => record.split(',').toSpliced(8, 1))).toEqual([
      [
        ...['MSP Alpha', 'R-MSP Alpha', 'Programme msp', '2026-03', 'Laptop', siteIds.Laptop, 'standalone', 'backup'],
        ...['north', 'Tenant north', 'north', SERVER, '0', '0', '2026-03-05', '0', '0'],
      ],
      [
        ...['MSP Alpha', 'R-MSP Alpha', 'Programme msp', '2026-03', 'Laptop', siteIds.Laptop, 'standalone', 'backup'],
        ...['north', 'Tenant north', 'north', WORKSTATION, '1', '1', '2026-03-05', '1', '1'],
      ],
    ]);
    expect((await report('csv?form=local')).status).toBe(200);
  });

  it('is for the MSP, the partner team, and the distributor that bills the month; for others there is none', async () => {
    const partnerTeam = await ingest.api.token('vendor');
    // From April on the MSP is billed by another distributor, which billed nothing of March.
    await ingest.sql(
      `insert into participation_distributor (msp_id, programme_code, from_period, distributor_id)
       values ($1, 'msp', '2026-04', $2)`,
      [mspId, italian],
    );
    const billedMarch = await ingest.api.token('distributor', { companyId: german });
    const bills = await ingest.api.token('distributor', { companyId: italian });
    const other = await ingest.month.msp({ name: 'MSP Beta', distributorId: italian });
    const stranger = await ingest.api.token('service_provider', { companyId: other });
    const own = await report('csv');
    for (const token of [partnerTeam, billedMarch]) {
      const { status, bytes } = await report('csv', token);
      expect([status, bytes.toString()]).toEqual([200, own.bytes.toString()]);
    }
    for (const token of [bills, stranger]) {
      for (const form of ['csv', 'pdf', `pdf?siteId=${siteIds.Office ?? ''}`]) {
        expect((await report(form, token)).json.code).toBe('NOT_FOUND');
      }
    }
    expect((await report(`csv?siteId=${mspId}`)).json.code).toBe('NOT_FOUND');
  });

  it('gives a customer what is of its own tenant alone', async () => {
    const customer = await ingest.month.company('customer');
    await ingest.sql(`update tenant set customer_id = $1 where ref = 'south'`, [customer]);
    const token = await ingest.api.token('customer', { companyId: customer });
    const { bytes } = await report('csv', token);
    const sites = bytes
      .toString()
      .trim()
      .split('\r\n')
      .slice(1)
      .map((record) => record.split(',')[4]);
    expect([...new Set(sites)]).toEqual(['Branch', 'Tablet']);
  });

  it('says of a month of which nothing came that nothing did', async () => {
    // All of them have activated just now; in a month before that no site is asked for a report.
    const nobody = await ingest.api.call('GET', `/v1/programmes/msp/msps/${mspId}/usage-reports/2026-05/pdf`, {
      token: tokens.msp ?? '',
    });
    expect(readPdf(nobody.bytes).text).not.toContain('no report came');
    await ingest.sql(`update installation set activated_at = '2026-03-01T08:00:00Z'`);
    const path = `/v1/programmes/msp/msps/${mspId}/usage-reports/2026-05/pdf`;
    const { text } = readPdf((await ingest.api.call('GET', path, { token: tokens.msp ?? '' })).bytes);
    expect(text).toContain('Nothing came of this month.');
    expect(text).toContain('no report came');
  });
});
