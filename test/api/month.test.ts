import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { monthFixture } from '../support/month.js';
import { startTestApi, type TestApi } from './testApi.js';

const MAILBOX = 'mail-server.mailbox';
const PDF = Buffer.from('%PDF-1.7 stands for a document');

/** March 2026: two MSPs under two distributors, one with a case, both issued; documents and a pack laid beside them. */
describe('a closed month', () => {
  let api: TestApi;
  let month: ReturnType<typeof monthFixture>;
  let alpha: string;
  let italy: string;
  let poland: string;
  let statementId: string;
  let packId: string;
  const tokens: Record<string, string> = {};

  const get = (path: string, token = tokens.partnerTeam) => api.call('GET', path, { token: token ?? '' });

  beforeAll(async () => {
    api = await startTestApi({ limits: { updateTimeoutMs: 300 } });
    month = monthFixture(api.database.db);
    italy = await month.distributor({ code: 'IT', currency: 'EUR', country: 'IT', locale: 'it' });
    poland = await month.distributor({ code: 'PL', currency: 'PLN', country: 'PL' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '1.50' } } });
    alpha = await month.msp({ name: 'MSP Alpha', distributorId: italy, locale: 'it' });
    const beta = await month.msp({ name: 'MSP Beta', distributorId: poland });
    const site = await month.site({ mspId: alpha, name: 'Headquarters' });
    await month.checkIn(site, { at: '2026-03-10T10:00:00Z', tenant: 'main', meter: MAILBOX, count: 40 });
    await month.report(site, { period: '2026-03', lines: [{ tenant: 'main', meter: MAILBOX, peak: 20 }] });
    const other = await month.site({ mspId: beta, name: 'Warehouse' });
    await month.report(other, { period: '2026-03', lines: [{ tenant: 'main', meter: MAILBOX, peak: 10 }] });
    await month.close('2026-03');
    const [statement] = await month.run<{ id: string }>('select id from statement where msp_id = :alpha', { alpha });
    statementId = statement?.id ?? '';
    const sha256 = createHash('sha256').update(PDF).digest();
    await month.run(
      `insert into statement_document (msp_id, statement_id, sha256, pages, pdf, rendered_at)
       values (:alpha, :statementId, :sha256, 1, :pdf, now())`,
      { alpha, statementId, sha256, pdf: PDF },
    );
    packId = '0198f0c0-0000-7000-8000-000000000001';
    await month.run(
      `insert into billing_pack (id, programme_code, distributor_id, period, supplement, summary, summary_sha256, summary_pdf, lines_csv,
         made_at) values (:packId, 'msp', :italy, '2026-03', 0, '{}', :sha256, :pdf, 'a;b', now())`,
      { packId, italy, sha256, pdf: PDF },
    );
    await month.run('insert into billing_pack_statement values (:packId, :alpha, :statementId)', {
      packId,
      alpha,
      statementId,
    });
    tokens.partnerTeam = await api.token('vendor');
    tokens.alpha = await api.token('service_provider', { companyId: alpha });
    tokens.beta = await api.token('service_provider', { companyId: beta });
    tokens.italy = await api.token('distributor', { companyId: italy });
    tokens.poland = await api.token('distributor', { companyId: poland });
  });
  afterAll(() => api.close());

  it('shows its run with shards, participants, discrepancies and totals per currency', async () => {
    const { json } = await get('/v1/programmes/msp/runs/2026-03');
    expect(json).toMatchObject({
      period: '2026-03',
      state: 'open',
      workflowId: 'billing-run:msp:2026-03',
      participants: { open: 0, parked: 0, issued: 2 },
      discrepancies: { report_mismatch: 1 },
      openCases: 0,
      totals: { EUR: '60.00' },
    });
    expect(json.totals.PLN).toMatch(/^\d+\.\d\d$/);
    expect(json.shards[0]).toMatchObject({ shard: 1, msps: 2, collectUntil: '2026-04-03T22:00:00.000Z' });
    expect((await get('/v1/runs')).json.items[0]).toMatchObject({ period: '2026-03', participants: { issued: 2 } });
    expect((await get('/v1/programmes/msp/runs/2026-02')).status).toBe(404);
  });

  it('shows its cases with evidence, resolution and what could have been decided', async () => {
    const { json } = await get('/v1/cases?period=2026-03&kind=report_mismatch&state=settled');
    expect(json.items).toHaveLength(1);
    expect(json.items[0]).toMatchObject({
      mspName: 'MSP Alpha',
      siteName: 'Headquarters',
      meter: MAILBOX,
      handling: 'review',
      resolvedBy: 'default',
      statementNumber: 'MSP-IT-2026-000001',
      decisions: expect.arrayContaining(['accept_reported', 'waive']),
    });
    expect((await get(`/v1/cases/${json.items[0].id}`)).json).toEqual(json.items[0]);
    expect((await get('/v1/cases?state=open')).json.items).toEqual([]);
  });

  it('lets nobody decide a case of a statement that is issued', async () => {
    const { json } = await get('/v1/cases?kind=report_mismatch');
    const answer = await api.call('POST', `/v1/cases/${json.items[0].id}/decision`, {
      token: tokens.partnerTeam ?? '',
      body: { decision: 'waive', reason: 'Agreed' },
    });
    expect([answer.status, answer.json.code]).toEqual([409, 'ALREADY_DECIDED']);
  });

  it('shows its statements with lines that add up to the total', async () => {
    const list = await get('/v1/statements?period=2026-03');
    expect(list.json.items.map(({ number }: { number: string }) => number)).toEqual([
      'MSP-IT-2026-000001',
      'MSP-PL-2026-000001',
    ]);
    expect(list.json.items[0]).toMatchObject({
      total: { amount: '60.00', currency: 'EUR' },
      document: { pages: 1, sha256: createHash('sha256').update(PDF).digest('hex') },
    });
    expect(list.json.items[1].document).toBeNull();
    const { json } = await get(`/v1/statements/${statementId}`);
    expect(json).toMatchObject({ number: 'MSP-IT-2026-000001', total: { amount: '60.00', currency: 'EUR' } });
    expect(json.lines).toEqual([
      expect.objectContaining({
        kind: 'usage',
        siteName: 'Headquarters',
        quantity: 40,
        steps: [{ kind: 'units', units: 40, unitPrice: '1.50' }],
        amount: { amount: '60.00', currency: 'EUR' },
      }),
    ]);
    const zloty = await get(`/v1/statements/${list.json.items[1].id}`);
    expect(zloty.json.exchange).toMatchObject({ base: 'EUR', currency: 'PLN', day: '2026-03-31' });
  });

  it('gives the PDF as it is stored, and its hash as the strong ETag', async () => {
    const pdf = await get(`/v1/statements/${statementId}/pdf`);
    expect(pdf.bytes.equals(PDF)).toBe(true);
    expect(pdf.headers.get('content-type')).toBe('application/pdf');
    expect(pdf.headers.get('etag')).toBe(`"${createHash('sha256').update(PDF).digest('hex')}"`);
    expect(pdf.headers.get('content-disposition')).toBe('attachment; filename="MSP-IT-2026-000001.pdf"');
    expect(pdf.headers.get('cache-control')).toContain('private');
  });

  it('gives the lines as CSV, plain or as the spreadsheets of the MSP expect them', async () => {
    const plain = (await get(`/v1/statements/${statementId}/csv`)).bytes.toString();
    expect(plain.split('\r\n')[1]).toContain('60.00');
    const local = (await get(`/v1/statements/${statementId}/csv?form=local`)).bytes.toString();
    expect(local).toContain('60,00');
  });

  it('shows each MSP its own statements alone', async () => {
    expect((await get('/v1/statements', tokens.alpha)).json.items).toHaveLength(1);
    for (const part of ['', '/pdf', '/csv']) {
      expect((await get(`/v1/statements/${statementId}${part}`, tokens.alpha)).status).toBe(200);
      expect((await get(`/v1/statements/${statementId}${part}`, tokens.beta)).status).toBe(404);
      expect((await get(`/v1/statements/${statementId}${part}`, tokens.poland)).status).toBe(404);
      expect((await get(`/v1/statements/${statementId}${part}`, tokens.italy)).status).toBe(200);
    }
    expect((await get(`/v1/statements?mspId=${alpha}`, tokens.beta)).status).toBe(404);
  });

  it('shows each distributor its own billing packs alone', async () => {
    const list = await get('/v1/billing-packs?period=2026-03', tokens.italy);
    expect(list.json.items).toEqual([
      expect.objectContaining({
        id: packId,
        distributorCode: 'IT',
        supplement: 0,
        statements: [
          { id: statementId, number: 'MSP-IT-2026-000001', mspId: alpha, total: { amount: '60.00', currency: 'EUR' } },
        ],
      }),
    ]);
    expect((await get('/v1/billing-packs', tokens.poland)).json.items).toEqual([]);
    const files: [string, string, string][] = [
      ['', 'application/json; charset=utf-8', ''],
      ['/summary.pdf', 'application/pdf', 'msp-IT-2026-03-summary.pdf'],
      ['/lines.csv', 'text/csv; charset=utf-8', 'msp-IT-2026-03-lines.csv'],
    ];
    for (const [part, type, filename] of files) {
      const mine = await get(`/v1/billing-packs/${packId}${part}`, tokens.italy);
      expect([mine.status, mine.headers.get('content-type')]).toEqual([200, type]);
      expect(mine.headers.get('content-disposition') ?? '').toContain(filename);
      expect((await get(`/v1/billing-packs/${packId}${part}`, tokens.poland)).status).toBe(404);
    }
  });

  it('shows what ingest refused by the period it claimed', async () => {
    await month.run(
      `insert into refused_message (received_at, code, detail, claimed_period, msp_id) values
         (now(), 'METER_UNKNOWN', 'No meter of ours.', '2026-03', :alpha), (now(), 'NONCE_REUSED', 'Seen.', '2026-04', :alpha)`,
      { alpha },
    );
    const { json } = await get('/v1/refused-messages?period=2026-03');
    expect(json.items.map(({ code }: { code: string }) => code)).toEqual(['METER_UNKNOWN']);
  });

  it('shows how many messages of unproven senders it refused, page by page', async () => {
    await month.run(
      `insert into refused_claims (day, code, programme_code, claimed_period, attempts, last_at, last_fingerprint) values
         ('2026-03-04', 'UNKNOWN_KEY', 'msp', '2026-02', 300, '2026-03-04T10:00:00Z', 'abcd1234'),
         ('2026-03-04', 'UNKNOWN_KEY', null, '2026-02', 2, '2026-03-04T11:00:00Z', null),
         ('2026-03-05', 'SIGNATURE_INVALID', null, null, 7, '2026-03-05T11:00:00Z', null)`,
    );
    const seen: unknown[] = [];
    for (let after = ''; ;) {
      const { json } = await get(`/v1/refused-claims?limit=1${after}`);
      seen.push(...json.items.map((row: Record<string, unknown>) => [row.day, row.code, row.programme, row.attempts]));
      if (json.next === null) break;
      after = `&after=${json.next}`;
    }
    expect(seen.slice(0, 3)).toEqual([
      ['2026-03-05', 'SIGNATURE_INVALID', null, 7],
      ['2026-03-04', 'UNKNOWN_KEY', 'msp', 300],
      ['2026-03-04', 'UNKNOWN_KEY', null, 2],
    ]);
    expect((await get('/v1/refused-claims?period=2026-02')).json.items).toHaveLength(2);
  });

  it('shows parked MSPs with the reason and until when to act', async () => {
    await month.run(
      `update run_participant set state = 'parked', parked_reason = 'No rate', parked_code = 'EXCHANGE_RATE_MISSING',
         parked_until = '2026-04-11T00:00:00Z' where msp_id = :alpha`,
      { alpha },
    );
    const { json } = await get('/v1/programmes/msp/runs/2026-03/parked');
    expect(json.items).toEqual([
      {
        mspId: alpha,
        mspName: 'MSP Alpha',
        distributorCode: 'IT',
        reason: 'No rate',
        code: 'EXCHANGE_RATE_MISSING',
        toDo: expect.stringMatching(/^load the rate: POST \S*\/v1\/exchange-rates, .*; it goes on by itself$/),
        until: '2026-04-11T00:00:00.000Z',
        openCases: 0,
      },
    ]);
  });
});
