import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRenderPool, type RenderPool } from '../../statements/index.js';
import { startTestApi, type TestApi } from '../api/testApi.js';
import { png } from '../statements/logoFiles.js';
import { readPdf } from '../statements/readPdf.js';
import { corrector, type Corrector } from '../support/correctedMonths.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';
const SCAN = 'scanner.scan';

type Record = { [column: string]: string };

/**
 * MSP Alpha pays 2.00 EUR a mailbox and 0.10 a scan, and at least 100.00 a month. Its customers are a hospital with a unit, the
 * ward, and a bakery. March: hospital 20 mailboxes (40.00), ward 11 (22.00), bakery 12 (24.00) and 30 scans (3.00): 89.00, and
 * 11.00 to the minimum. Of its customers it asks 3.355 EUR a mailbox in March and 4.00 from April on, and nothing for scans.
 */
describe('an MSP that bills its customers', () => {
  let api: TestApi;
  let pool: RenderPool;
  let correct: Corrector['correct'];
  let month: ReturnType<typeof monthFixture>;
  let alpha: string;
  let house: Awaited<ReturnType<ReturnType<typeof monthFixture>['site']>>;
  let shop: typeof house;
  let scanner: typeof house;
  const tenant: Record = {};
  const statement: Record = {};
  const token: Record = {};

  const call = (method: string, path: string, body?: object, as = 'msp') =>
    api.call(method, path, { token: token[as] ?? '', ...(body === undefined ? {} : { body }) });
  const document = (ref: string, period: string, form: 'pdf' | 'csv', as = 'msp') =>
    call('GET', `/v1/statements/${statement[period] ?? ''}/tenants/${tenant[ref] ?? ''}/${form}`, undefined, as);
  const records = (bytes: Buffer): Record[] => {
    const [head = '', ...lines] = bytes.toString().trim().split('\r\n');
    const columns = head.split(',');
    return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [columns[i] ?? '', cell])));
  };
  const rowsOf = async (ref: string, period: string, columns: string[]) => {
    const answer = await document(ref, period, 'csv');
    expect(answer.status).toBe(200);
    return records(answer.bytes).map((record) => columns.map((column) => record[column]));
  };
  const textOf = async (ref: string, period: string) => {
    const answer = await document(ref, period, 'pdf');
    expect(answer.status).toBe(200);
    return readPdf(answer.bytes).text.replaceAll(/[\u00a0\u202f]/g, ' ');
  };
  const addList = (list: object) => call('POST', `/v1/msps/${alpha}/customer-prices`, { programme: 'msp', ...list });
  const each = (unitPrice: string) => ({ [MAILBOX]: { model: 'per_unit', unitPrice } });

  const report = async (period: string, mailboxes: Record & { hospital: string }, scans: number) => {
    const line = (ref: string, peak: number, meter: typeof MAILBOX | typeof SCAN = MAILBOX) => ({
      tenant: ref,
      meter,
      peak,
    });
    const { hospital, ward = '0', bakery = '0' } = mailboxes;
    await month.report(house, { period, lines: [line('hospital', Number(hospital)), line('ward', Number(ward))] });
    await month.report(shop, { period, lines: [line('bakery', Number(bakery))] });
    await month.report(scanner, { period, lines: [line('bakery', scans, SCAN)] });
  };
  const close = async (period: string, at: string) => {
    await month.close(period, new Date(at));
    const [row] = await month.run<{ id: string }>('select id from statement where period = :period', { period });
    statement[period] = row?.id ?? '';
  };

  beforeAll(async () => {
    api = await startTestApi();
    pool = createRenderPool({ threads: 1 });
    month = monthFixture(api.database.db);
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({
      ...{ currency: 'EUR', minimumMinor: 100_00n },
      prices: {
        [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' },
        [SCAN]: { model: 'per_unit', unitPrice: '0.10' },
      },
    });
    alpha = await month.msp({ name: 'MSP Alpha', distributorId });
    house = await month.site({ mspId: alpha, name: 'House', tenants: ['hospital', 'ward'] });
    shop = await month.site({ mspId: alpha, name: 'Shop', tenants: ['bakery'] });
    scanner = await month.site({ mspId: alpha, name: 'Scanner', product: 'scanner', tenants: ['bakery'] });
    for (const { id, ref } of await month.run<{ id: string; ref: string }>('select id, ref from tenant'))
      tenant[ref] = id;
    const customer = await month.company('customer');
    await month.run(
      `update tenant set parent_id = case when ref = 'ward' then :hospital::uuid end,
         customer_id = case when ref = 'hospital' then :customer::uuid end`,
      { hospital: tenant.hospital, customer },
    );
    token.vendor = await api.token('vendor');
    token.distributor = await api.token('distributor', { companyId: distributorId });
    token.msp = await api.token('service_provider', { companyId: alpha });
    token.reader = await api.token('service_provider', { companyId: alpha, level: 'reader' });
    token.customer = await api.token('customer', { companyId: customer });
    // A member of the MSP that sees the hospital alone, and one that sees the ward below it too.
    const tenantIds = [tenant.hospital ?? ''];
    token.without = await api.token('service_provider', { companyId: alpha, tenantIds });
    token.below = await api.token('service_provider', { companyId: alpha, tenantIds, withBelow: true });
    ({ correct } = await corrector({ database: api.database, month }, pool));

    await report('2026-03', { hospital: '20', ward: '11', bakery: '12' }, 30);
    await close('2026-03', '2026-04-06T12:00:00Z');
  }, 120_000);

  afterAll(async () => {
    await pool.close();
    await api.close();
  });

  it('sees what of its statement each tenant and unit makes, to the cent', async () => {
    const { status, json } = await call('GET', `/v1/statements/${statement['2026-03'] ?? ''}/tenants`);
    expect(status).toBe(200);
    const eur = (amount: string) => ({ amount, currency: 'EUR' });
    type Unit = { [name: string]: { amount: string } } & { ref: string };
    const shown = (json.units as Unit[]).map(({ ref, own, ofShared, total, withUnitsBelow }) => [
      ...[ref, own?.amount, ofShared?.amount, total?.amount, withUnitsBelow?.amount],
    ]);
    // 11.00 by 40 : 22 : 27 of 89 is 4.943…, 2.719… and 3.337…; of the two cents left over the ward and the bakery get one each.
    expect(shown).toEqual([
      ['bakery', '27.00', '3.34', '30.34', '30.34'],
      ['hospital', '40.00', '4.94', '44.94', '69.66'],
      ['ward', '22.00', '2.72', '24.72', '24.72'],
    ]);
    expect([json.total, json.ofNobody]).toEqual([eur('100.00'), { total: eur('0.00'), lines: [] }]);
    const [bakery, hospital, ward] = json.units;
    expect([bakery, hospital, ward].map(({ shared: [part] }) => part.byRemainder)).toEqual([true, false, true]);
    expect(ward.parentRef).toBe('hospital');
    expect(bakery.meters).toEqual([
      { meter: MAILBOX, quantity: 12, corrected: 0, licensed: 0, amount: eur('24.00') },
      { meter: SCAN, quantity: 30, corrected: 0, licensed: 0, amount: eur('3.00') },
    ]);
  });

  it('gets the same as CSV, which adds up to the total', async () => {
    const { bytes } = await call('GET', `/v1/statements/${statement['2026-03'] ?? ''}/tenants/csv`);
    const found = records(bytes);
    expect(
      found.map(({ tenant_ref, kind, meter, line_kind, rounding_difference, amount }) => [
        ...[tenant_ref, kind, meter, line_kind, rounding_difference, amount],
      ]),
    ).toEqual([
      ['bakery', 'meter', MAILBOX, '', '', '24.00'],
      ['bakery', 'meter', SCAN, '', '', '3.00'],
      ['bakery', 'shared', '', 'minimum', 'yes', '3.34'],
      ['hospital', 'meter', MAILBOX, '', '', '40.00'],
      ['hospital', 'shared', '', 'minimum', 'no', '4.94'],
      ['ward', 'meter', MAILBOX, '', '', '22.00'],
      ['ward', 'shared', '', 'minimum', 'yes', '2.72'],
    ]);
    expect(found.reduce((sum, { amount }) => sum + Math.round(Number(amount) * 100), 0)).toBe(10_000);
  });

  it('has documents without prices before it has a list, and says so', async () => {
    expect(await rowsOf('bakery', '2026-03', ['meter', 'quantity', 'amount', 'unpriced'])).toEqual([
      [SCAN, '30', '', 'no_price'],
      [MAILBOX, '12', '', 'no_price'],
    ]);
  });

  it('keeps its prices in versions; what was priced once keeps its price', async () => {
    const first = { currency: 'EUR', fromPeriod: '2026-03', prices: each('3.355') };
    const made = await addList({ ...first, basedOn: 0 });
    expect([made.status, made.json.version]).toEqual([201, 1]);
    const late = await addList({ ...first, basedOn: 0, prices: each('9') });
    expect([late.json.code, late.json.errors[0].field]).toEqual(['STATE_CONFLICT', '/basedOn']);
    const changed = await addList({ ...first, basedOn: 1, prices: each('9') });
    expect([changed.json.code, changed.json.errors[0].field]).toEqual(['PERIOD_OPENED', '/fromPeriod']);
    const tiers = await addList({ ...first, basedOn: 1, prices: { [MAILBOX]: { model: 'volume', tiers: [] } } });
    expect(tiers.status).toBe(422);
    const next = await addList({ ...first, basedOn: 1, fromPeriod: '2026-04', prices: each('4.00') });
    expect([next.status, next.json.version]).toEqual([201, 2]);
    const { json } = await call('GET', `/v1/msps/${alpha}/customer-prices`);
    expect(json.items.map(({ version }: { version: number }) => version)).toEqual([2, 1]);
    const rewritten = api.database.asOwner(`update customer_price_list set currency = 'USD'`);
    await expect(rewritten).rejects.toThrow('never changed or deleted');
  });

  it('of two who set a list at once one is told to read again', async () => {
    const list = { currency: 'EUR', fromPeriod: '2026-04', prices: each('4.00'), basedOn: 2 };
    const answers = await Promise.all([addList(list), addList(list)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it('gets a document for each tenant at its own prices, with a file that adds up to it', async () => {
    // 20 × 3.355 = 67.10, and of the ward 11 × 3.355 = 36.905, rounded 36.91.
    expect(
      await rowsOf('hospital', '2026-03', ['line_no', 'unit_ref', 'site', 'quantity', 'unit_price', 'amount']),
    ).toEqual([
      ['1', 'hospital', 'House', '20', '3.355', '67.10'],
      ['2', 'ward', 'House', '11', '3.355', '36.91'],
    ]);
    const text = await textOf('hospital', '2026-03');
    for (const said of ['EUR 104.01', '67.10', '36.91', 'MSP Alpha', 'Tenant hospital', 'This is not an invoice']) {
      expect(text).toContain(said);
    }
    const bakery = await textOf('bakery', '2026-03');
    for (const said of ['EUR 40.26', 'no price']) expect(bakery).toContain(said);
    expect(await rowsOf('ward', '2026-03', ['amount', 'currency'])).toEqual([['36.91', 'EUR']]);
    const [one, other] = [await document('bakery', '2026-03', 'pdf'), await document('bakery', '2026-03', 'pdf')];
    expect(one.bytes.equals(other.bytes)).toBe(true);
  });

  it('shows a customer the documents of its tenants once the MSP has released them, and nobody else any', async () => {
    const path = `/v1/msps/${alpha}/tenant-documents`;
    const listed = async (as: string) => {
      const { status, json } = await call('GET', path, undefined, as);
      return status === 200 ? json.items.map(({ tenantRef }: { tenantRef: string }) => tenantRef) : status;
    };
    expect(await listed('msp')).toEqual(['bakery', 'hospital', 'ward']);
    expect(await listed('customer')).toEqual([]);
    expect((await document('hospital', '2026-03', 'pdf', 'customer')).status).toBe(404);

    const refused = await call('PUT', `${path}/msp/release`, { released: true }, 'reader');
    expect(refused.status).toBe(403);
    expect((await call('PUT', `${path}/msp/release`, { released: true })).json).toEqual({ released: true });
    expect(await listed('customer')).toEqual(['hospital', 'ward']);
    const [own, theirs] = [
      await document('hospital', '2026-03', 'pdf'),
      await document('hospital', '2026-03', 'pdf', 'customer'),
    ];
    expect([theirs.status, theirs.bytes.equals(own.bytes)]).toEqual([200, true]);
    expect((await document('bakery', '2026-03', 'csv', 'customer')).status).toBe(404);
    // A document tells of the units below its tenant: it is for those who see all of them, in the list as by itself.
    for (const [as, refs] of [
      ['without', []],
      ['below', ['hospital', 'ward']],
    ] as const) {
      expect([as, await listed(as)]).toEqual([as, refs]);
      expect((await document('hospital', '2026-03', 'csv', as)).status).toBe(refs.length === 0 ? 404 : 200);
    }

    for (const as of ['vendor', 'distributor']) {
      expect([as, await listed(as), (await document('hospital', '2026-03', 'csv', as)).status]).toEqual([as, 403, 403]);
      expect((await call('GET', `/v1/msps/${alpha}/customer-prices`, undefined, as)).status).toBe(403);
    }
    expect((await call('GET', `/v1/msps/${alpha}/customer-prices`, undefined, 'customer')).status).toBe(403);
    await call('PUT', `${path}/msp/release`, { released: false });
    expect((await document('hospital', '2026-03', 'csv', 'customer')).status).toBe(404);
  });

  it('is told of a credit in the document of that month, and prints its company as the latest revision does', async () => {
    const before = await document('bakery', '2026-03', 'csv');
    await correct(alpha, '2026-03', { change: 'quantity', line: 2, quantity: 10, booking: 'credit' });
    // 10 × 3.355 = 33.55 less the 36.91 of before.
    expect((await rowsOf('hospital', '2026-03', ['kind', 'unit_ref', 'quantity', 'amount'])).at(-1)).toEqual([
      ...['credit', 'ward', '-1', '-3.36'],
    ]);
    const credited = await textOf('hospital', '2026-03');
    for (const said of ['EUR 100.65', 'by credit MSP-DE-2026-C000001 11 → 10']) expect(credited).toContain(said);
    expect((await document('bakery', '2026-03', 'csv')).bytes.equals(before.bytes)).toBe(true);

    await month.run(`update company set name = 'MSP Alpha GmbH' where id = :id`, { id: alpha });
    expect(await textOf('bakery', '2026-03')).not.toContain('MSP Alpha GmbH');
    await correct(alpha, '2026-03', { change: 'reissue' });
    const reissued = await textOf('bakery', '2026-03');
    for (const said of ['MSP Alpha GmbH', 'revision 2', 'EUR 40.26']) expect(reissued).toContain(said);
  });

  it('books late usage of March in the document of April, at the price of March', async () => {
    await month.report(house, {
      ...{ period: '2026-03', revision: 2, receivedAt: '2026-04-22T12:00:00Z' },
      lines: [
        { tenant: 'hospital', meter: MAILBOX, peak: 22 },
        { tenant: 'ward', meter: MAILBOX, peak: 11 },
      ],
    });
    await report('2026-04', { hospital: '21', ward: '11', bakery: '12' }, 30);
    await close('2026-04', '2026-05-06T12:00:00Z');
    // 21 × 4.00, and 22 × 3.355 = 73.81 less the 67.10 of March.
    expect(
      await rowsOf('hospital', '2026-04', ['kind', 'unit_ref', 'for_period', 'quantity', 'unit_price', 'amount']),
    ).toEqual([
      ['usage', 'hospital', '2026-04', '21', '4.00', '84.00'],
      ['usage', 'ward', '2026-04', '11', '4.00', '44.00'],
      ['correction', 'hospital', '2026-03', '2', '3.355', '6.71'],
    ]);
    const text = await textOf('hospital', '2026-04');
    for (const said of ['EUR 134.71', 'March 2026 20 → 22']) expect(text).toContain(said);
    // What was missing to March's minimum is less by the 4.00 of the two mailboxes: that is of no tenant.
    const { json } = await call('GET', `/v1/statements/${statement['2026-04'] ?? ''}/tenants`);
    expect(json.ofNobody.lines.map((line: { kind: string; amount: object }) => [line.kind, line.amount])).toEqual([
      ['minimum_correction', { amount: '-4.00', currency: 'EUR' }],
    ]);
  });

  it('tells its service desk in the desk’s own columns what there is more and less than the month before', async () => {
    const columns = `/v1/msps/${alpha}/desk-columns`;
    expect((await call('GET', columns)).json.columns).toContainEqual({ field: 'difference', header: 'difference' });
    const twice = [
      { field: 'tenant_ref', header: 'Contract' },
      { field: 'meter', header: 'Contract' },
    ];
    expect((await call('PUT', columns, { columns: twice })).status).toBe(422);
    const wanted = [
      { field: 'tenant_ref', header: '=Contract' },
      { field: 'meter', header: 'Item' },
      { field: 'change', header: 'Change' },
      { field: 'quantity', header: 'New' },
      { field: 'previous_quantity', header: 'Old' },
      { field: 'difference', header: 'Adjustment' },
      { field: 'amount', header: 'Sum' },
      { field: 'corrected_amount', header: 'Earlier months' },
    ];
    expect((await call('PUT', columns, { columns: wanted }, 'reader')).status).toBe(403);
    expect((await call('PUT', columns, { columns: wanted })).json).toEqual({ columns: wanted });
    const lines = await call('GET', `/v1/statements/${statement['2026-04'] ?? ''}/desk-lines/csv`);
    // Of the ward there were 11 in March, and a credit took one back.
    expect(lines.bytes.toString().trim().split('\r\n')).toEqual([
      "'=Contract,Item,Change,New,Old,Adjustment,Sum,Earlier months",
      `bakery,${MAILBOX},same,12,12,0,48.00,0.00`,
      `bakery,${SCAN},same,30,30,0,,`,
      `hospital,${MAILBOX},changed,21,20,1,84.00,6.71`,
      `ward,${MAILBOX},changed,11,10,1,44.00,0.00`,
    ]);
    const first = await call('GET', `/v1/statements/${statement['2026-03'] ?? ''}/desk-lines/csv`);
    expect(first.bytes.toString()).toContain(`ward,${MAILBOX},added,10,0,10,33.55,0.00`);
    for (const as of ['vendor', 'distributor', 'customer']) {
      const refused = await call('GET', `/v1/statements/${statement['2026-04'] ?? ''}/desk-lines/csv`, undefined, as);
      expect([as, refused.status]).toEqual([as, 403]);
    }
  });

  it('has its logo on the documents, if it wants', async () => {
    const path = `/v1/msps/${alpha}/logo`;
    const plain = await document('bakery', '2026-04', 'pdf');
    expect((await call('GET', path)).status).toBe(404);
    const wrong = await call('PUT', path, { contentBase64: Buffer.from('GIF89a').toString('base64') });
    expect([wrong.status, wrong.json.errors[0].field]).toEqual([422, '/contentBase64']);
    const set = await call('PUT', path, { contentBase64: png().toString('base64') });
    expect([set.status, set.json.contentType]).toEqual([200, 'image/png']);
    expect((await call('GET', path)).bytes.equals(png())).toBe(true);
    const shown = await document('bakery', '2026-04', 'pdf');
    expect(shown.bytes.toString('latin1')).toContain('/Subtype /Image');
    expect(plain.bytes.toString('latin1')).not.toContain('/Subtype /Image');
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await document('bakery', '2026-04', 'pdf')).bytes.equals(plain.bytes)).toBe(true);
  });
});
