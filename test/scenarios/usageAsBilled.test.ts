import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MeterCode } from '../../domain/catalog/index.js';
import { startTestApi, type TestApi } from '../api/testApi.js';
import { readPdf } from '../statements/readPdf.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';
const SCAN = 'scanner.scan';
const NODE = 'scanner.node';
const PRICED = { model: 'per_unit', unitPrice: '1.00' } as const;

type Month = ReturnType<typeof monthFixture>;
type Site = Awaited<ReturnType<Month['site']>>;

/** What is billed of March 2026 (in Berlin), and why: the ledger that every view has to agree with. */
const LEDGER: readonly [site: string, meter: MeterCode, quantity: number, why: string][] = [
  ['Beside', MAILBOX, 45, 'replaced, but seen afterwards: 20 of the old server and 25 of the new one'],
  ['Chain', MAILBOX, 36, 'replaced twice, one server after the other: 36 seen of the first, 32 reported by the third'],
  ['Close', MAILBOX, 100, 'reported 100 and seen with 102, which the tolerance allows: as reported'],
  ['Far', MAILBOX, 110, 'reported 100 and seen with 110: the greater'],
  [
    'Omitted',
    MAILBOX,
    4,
    'one server reports 4, the other reports without any and was seen with 1, which the tolerance allows',
  ],
  ['Replaced', MAILBOX, 40, 'replaced for free, both report 40: once'],
  ['ReplacedLater', MAILBOX, 21, 'replaced in April, the new server reports March for both: 21, not 21 + 18'],
  ['ReplacedScanner', SCAN, 70, 'replaced for free, scans are events: 30 of the old one and 40 of the new one'],
  ['Retired', MAILBOX, 7, 'retired since, was there in March'],
  ['RetiredWithin', MAILBOX, 6, 'retired on 5 March, seen with 6 until then'],
  ['Scans', SCAN, 200, '10 scans on each of 20 days, no report'],
  ['Scans', NODE, 12, 'nodes are no events: the highest of the same days'],
  ['Shared', MAILBOX, 14, 'two tenants, 5 and 9'],
  ['Two', MAILBOX, 50, 'two servers: one reports 10, the other is only seen, with 40'],
];
/** Whose sites the close of March asks for a report, though nothing came. */
const SILENT = ['Gone', 'Silent'];
/** Reported that there was nothing. */
const EMPTY = ['Empty'];

/**
 * A month with everything that makes numbers differ, looked at while it runs and after it is closed: the overview, the list of
 * usage and the usage report show what the close bills.
 */
describe('the views of usage against what is billed', () => {
  let api: TestApi;
  let month: Month;
  let mspId: string;
  let msp: string;
  let partnerTeam: string;
  const sites: Record<string, Site> = {};

  const get = async (path: string, token = msp) => {
    const answer = await api.call('GET', path, { token });
    expect([path, answer.status]).toEqual([path, 200]);
    return answer;
  };
  const reportPath = (form: string, period = '2026-03') =>
    `/v1/programmes/msp/msps/${mspId}/usage-reports/${period}/${form}`;
  const recordsOf = (bytes: Buffer): Record<string, string>[] => {
    const [head = '', ...records] = bytes.toString().trim().split('\r\n');
    const columns = head.split(',');
    return records.map((line) => Object.fromEntries(line.split(',').map((cell, at) => [columns[at] ?? '', cell])));
  };
  const records = async (token = msp, period = '2026-03') =>
    recordsOf((await get(reportPath('csv', period), token)).bytes);

  const add = async (name: string, of: Partial<Parameters<Month['site']>[0]> = {}) => {
    const site = await month.site({ mspId, name, ...of });
    sites[name] = site;
    return site;
  };
  const reported = (site: Site, installation: number, peak: number, meter: MeterCode = MAILBOX, tenant = 'main') =>
    month.report(site, {
      ...{ period: '2026-03', installation: site.installations[installation] ?? '' },
      lines: [{ tenant, meter, peak }],
    });
  const seen = (site: Site, installation: number, day: string, count: number, meter: MeterCode = MAILBOX) =>
    month.checkIn(site, {
      ...{ at: `${day}T10:00:00Z`, installation: site.installations[installation] ?? '' },
      ...{ tenant: 'main', meter, count },
    });
  /** By the installation after it. */
  const replaced = (site: Site, installation: number, at: string) =>
    month.run(
      'update installation set replaced_by = :next, replaced_at = :at, replaced_for_free = true where id = :id returning id',
      { id: site.installations[installation], next: site.installations[installation + 1], at },
    );
  const retired = (site: Site, at: string) =>
    month.run(
      `with gone as (update site set state = 'retired' where id = :id),
       ended as (update metered_key set state = 'destroyed', ended_how = 'destroyed', ended_at = :at, ended_by = 'msp'
         where site_id = :id)
       update installation set retired_at = :at where site_id = :id returning id`,
      { id: site.siteId, at },
    );

  beforeAll(async () => {
    api = await startTestApi({ temporalAddress: '127.0.0.1:1' });
    month = monthFixture(api.database.db);
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: PRICED, [SCAN]: PRICED, [NODE]: PRICED } });
    mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    msp = await api.token('service_provider', { companyId: mspId });
    partnerTeam = await api.token('vendor');

    const two = await add('Two', { installations: 2 });
    await reported(two, 0, 10);
    await seen(two, 1, '2026-03-12', 25);
    await seen(two, 1, '2026-03-20', 40);

    const moved = await add('Replaced', { installations: 2 });
    await reported(moved, 0, 40);
    await reported(moved, 1, 40);
    await replaced(moved, 0, '2026-03-15T10:00:00Z');

    const chain = await add('Chain', { installations: 3 });
    await seen(chain, 0, '2026-03-03', 36);
    await seen(chain, 1, '2026-03-12', 31);
    await reported(chain, 2, 32);
    await replaced(chain, 0, '2026-03-10T10:00:00Z');
    await replaced(chain, 1, '2026-03-20T10:00:00Z');

    const beside = await add('Beside', { installations: 2 });
    await seen(beside, 0, '2026-03-03', 20);
    await replaced(beside, 0, '2026-03-10T00:00:00Z');
    await seen(beside, 0, '2026-03-11', 19);
    await reported(beside, 1, 25);

    const later = await add('ReplacedLater', { installations: 2 });
    await seen(later, 0, '2026-03-30', 18);
    await replaced(later, 0, '2026-04-01T10:00:00Z');
    await reported(later, 1, 21);

    const scanner = await add('ReplacedScanner', { product: 'scanner', installations: 2 });
    await reported(scanner, 0, 30, SCAN);
    await reported(scanner, 1, 40, SCAN);
    await replaced(scanner, 0, '2026-03-15T10:00:00Z');

    const scans = await add('Scans', { product: 'scanner' });
    for (let day = 1; day <= 20; day += 1) {
      const on = `2026-03-${String(day).padStart(2, '0')}`;
      await month.checkIn(scans, { at: `${on}T10:00:00Z`, tenant: 'main', meter: SCAN, count: 10 });
      await month.checkIn(scans, { at: `${on}T11:00:00Z`, tenant: 'main', meter: NODE, count: day === 7 ? 12 : 5 });
    }

    const close = await add('Close');
    await reported(close, 0, 100);
    await seen(close, 0, '2026-03-20', 102);
    const far = await add('Far');
    await reported(far, 0, 100);
    await seen(far, 0, '2026-03-20', 110);

    const omitted = await add('Omitted', { installations: 2 });
    await reported(omitted, 0, 4);
    await month.report(omitted, { period: '2026-03', installation: omitted.installations[1] ?? '', lines: [] });
    await seen(omitted, 1, '2026-03-09', 1);

    const shared = await add('Shared', { tenants: ['north', 'south'] });
    await month.report(shared, {
      period: '2026-03',
      lines: [
        { tenant: 'north', meter: MAILBOX, peak: 5 },
        { tenant: 'south', meter: MAILBOX, peak: 9 },
      ],
    });

    await month.report(await add('Empty'), { period: '2026-03', lines: [] });
    await add('Silent');
    // Retired since; retired before; activated in April, which begins in Berlin two hours before it does in UTC.
    const old = await add('Retired');
    await reported(old, 0, 7);
    await retired(old, '2026-04-20T10:00:00Z');
    await retired(await add('Gone'), '2026-04-02T10:00:00Z');
    const within = await add('RetiredWithin');
    await seen(within, 0, '2026-03-04', 6);
    await retired(within, '2026-03-05T10:00:00Z');
    await retired(await add('RetiredBefore'), '2026-02-20T10:00:00Z');
    await add('Revoked', { revokedAt: '2026-02-20T10:00:00Z' });
    await add('Later', { activatedAt: '2026-03-31T22:30:00Z', fromPeriod: '2026-03' });
  }, 120_000);
  afterAll(() => api.close());

  const ledger = LEDGER.map(([site, meter, quantity]) => [site, meter, quantity]);
  const sorted = (rows: (string | number)[][]) =>
    rows.map((row) => JSON.stringify(row)).sort((a, b) => (a < b ? -1 : 1));
  /** Added over tenants, as the ledger is. */
  const added = (rows: readonly (readonly [site: string, meter: string, quantity: number])[]) => {
    const sums = new Map<string, number>();
    for (const [site, meter, quantity] of rows) {
      const key = JSON.stringify([site, meter]);
      sums.set(key, (sums.get(key) ?? 0) + quantity);
    }
    return [...sums].map(([key, quantity]) => [...(JSON.parse(key) as string[]), quantity]);
  };

  const inOverview = async (token: string) => {
    const active = (await get('/v1/site-overview?period=2026-03&limit=100', token)).json.items;
    const gone = (await get('/v1/site-overview?period=2026-03&limit=100&state=retired', token)).json.items;
    type Shown = { name: string; meters: { meter: string; thisMonth: number | null }[] };
    return ([...active, ...gone] as Shown[]).flatMap(({ name, meters }) =>
      meters.map(({ meter, thisMonth }) => [name, meter, thisMonth ?? -1]),
    );
  };
  const inList = async () => {
    const { items } = (await get(`/v1/msps/${mspId}/usage?period=2026-03&limit=100`)).json;
    return added(
      (items as { siteName: string; meter: string; counted: number }[]).map((row) => [
        row.siteName,
        row.meter,
        row.counted,
      ]),
    );
  };
  const inReport = async () =>
    added(
      (await records())
        .filter(({ meter }) => meter !== '')
        .map(({ site = '', meter = '', counted }) => [site, meter, Number(counted)]),
    );

  const agrees = async () => {
    expect(sorted(await inOverview(msp))).toEqual(sorted(ledger));
    expect(sorted(await inOverview(partnerTeam))).toEqual(sorted(ledger));
    expect(sorted(await inList())).toEqual(sorted(ledger));
    expect(sorted(await inReport())).toEqual(sorted(ledger));
  };

  it('agree with the ledger before the month is closed', agrees);

  it('lists the sites that the close asks for a report, and what of them came', async () => {
    const shown = new Map((await records()).map((record) => [record.site ?? '', record]));
    const listed = [...new Set(LEDGER.map(([site]) => site)), ...SILENT, ...EMPTY].sort();
    expect([...shown.keys()].sort()).toEqual(listed);
    for (const site of SILENT) {
      expect(shown.get(site)).toMatchObject({ reported_at: '', meter: '', reported: '', counted: '' });
    }
    for (const site of EMPTY) {
      expect(shown.get(site)).toMatchObject({
        ...{ reported_at: '2026-03-31T22:00:00.000Z', meter: '', reported: '0', counted: '0' },
      });
    }
  });

  it('prints it on paper: each line, and the total of all sites', async () => {
    const { text } = readPdf((await get(reportPath('pdf'))).bytes);
    const total = (of: MeterCode) => LEDGER.reduce((sum, [, meter, many]) => sum + (meter === of ? many : 0), 0);
    expect(text).toContain(`mailboxes Mail server ${total(MAILBOX)} 0 ${total(MAILBOX)}`);
    expect(text).toContain(`scans Vulnerability scanner ${total(SCAN)} 0 ${total(SCAN)}`);
    expect(text).toMatch(
      /Two managed reported on 1 April 2026 Tenant main main mailboxes Mail server 10 40 20 March 2026 50/,
    );
    // A sum is of all days.
    expect(text).toContain('scans Vulnerability scanner – 200 – 200');
    expect(text).toContain('Empty managed reported on 1 April 2026 0 – – 0');
    expect(text).toContain('Silent managed no report came – – – –');
  });

  it('is what the close bills, site by site, and the views still say it afterwards', async () => {
    const [statement] = await month.close('2026-03');
    const billed = (statement?.lines ?? []).flatMap((line) =>
      line.kind === 'usage' ? [[line.siteName, line.meter, line.quantity] as const] : [],
    );
    expect(sorted(added(billed))).toEqual(sorted(ledger));
    const asked = await month.run<{ name: string }>(
      `select s.name from reconciled_site r join site s on s.id = r.site_id where r.period = '2026-03' order by 1`,
    );
    expect([...new Set((await records()).map(({ site }) => site))].sort()).toEqual(
      asked.map(({ name }) => name).sort(),
    );
    await agrees();
  });

  it('shows a customer what is its own: nothing of the MSP but its name, and of a site that reported for others, nothing used', async () => {
    const customer = await month.company('customer');
    await month.run(
      `with made as (insert into tenant (msp_id, id, ref, name, state, created_at, customer_id)
         values (:mspId, gen_random_uuid(), 'east', 'Tenant east', 'active', now(), :customer) returning msp_id, id)
       insert into site_tenant (msp_id, site_id, reference, tenant_id, from_period)
       select msp_id, :siteId, 'east', id, '2026-03' from made returning site_id`,
      { mspId, customer, siteId: sites.Shared?.siteId },
    );
    const token = await api.token('customer', { companyId: customer });
    const [shared, ...others] = await records(token);
    expect(others).toEqual([]);
    expect(shared).toMatchObject({
      ...{ msp_name: 'MSP Alpha', msp_registration_number: '', site: 'Shared', meter: '' },
      ...{ reported_at: '2026-03-31T22:00:00.000Z', reported: '0', counted: '0' },
    });
    const { text } = readPdf((await get(reportPath('pdf'), token)).bytes);
    expect(text).toContain('MSP Alpha');
    expect(text).toContain('The reports say that nothing was used.');
    expect(text).toContain('Shared managed reported on 1 April 2026 0 – – 0');
    for (const foreign of [
      'R-MSP Alpha',
      'Reg. no.',
      'Europe/Berlin',
      'Time zone',
      'no report came',
      'north',
      'south',
    ]) {
      expect(text).not.toContain(foreign);
    }
    expect(readPdf((await get(reportPath('pdf'))).bytes).text).toContain('Europe/Berlin');
    // In February it served nobody of this customer's.
    expect(await records(token, '2026-02')).toEqual([]);
  });

  it('asks no site for a report whose installations had all been retired, though the key of its tenant goes on', async () => {
    await month.run(
      `update metered_key set state = 'active', ended_how = null, ended_at = null, ended_by = null where id = :id returning id`,
      { id: sites.RetiredBefore?.keyId },
    );
    const listed = async (period: string) => (await records(msp, period)).map(({ site }) => site);
    expect(await listed('2026-03')).not.toContain('RetiredBefore');
    expect(await listed('2026-02')).toContain('RetiredBefore');
  });

  it('takes what was reported however much was seen, in a programme that says so', async () => {
    await month.run(
      `insert into programme_setting (programme_code, version, from_period, zone, settings, set_at, set_by)
       values ('msp', 2, '2026-05', 'Europe/Berlin', :settings, now(), '{"kind": "kontor", "id": "kontor", "name": "test"}')
       returning version`,
      { settings: JSON.stringify({ discrepancies: { kinds: { report_mismatch: { default: 'as_reported' } } } }) },
    );
    const may = { period: '2026-05', lines: [{ tenant: 'main', meter: MAILBOX, peak: 100 }] } as const;
    const far = sites.Far ?? (await add('Far'));
    await month.report(far, { ...may, lines: [...may.lines] });
    await seen(far, 0, '2026-05-20', 110);
    const record = (await records(msp, '2026-05')).find(({ site }) => site === 'Far');
    expect([record?.observed, record?.counted]).toEqual(['110', '100']);
  });
});
