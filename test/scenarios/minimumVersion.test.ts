import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Statement } from '../../domain/statement.js';
import { renderStatement } from '../../statements/render.js';
import {
  CHECK_INS,
  MAILBOX,
  newPublicKey,
  report,
  REPORTS,
  startIngest,
  type Installation,
} from '../sites/ingestFixture.js';
import { readPdf } from '../statements/readPdf.js';

/**
 * The catalogue takes mail servers from 8.0.0 on. This programme wants 8.5 from March 2026 on. Two sites were installed before
 * with 8.1: one updates when it is told, the other stays where it is.
 */
describe('a programme with a minimum version of its own', () => {
  let ingest: Awaited<ReturnType<typeof startIngest>>;
  let partnerTeam: string;
  let updating: Installation;
  let staying: Installation;

  beforeAll(async () => {
    ingest = await startIngest({}, { temporal: true });
    partnerTeam = await ingest.api.token('vendor');
    await ingest.month.pricePlan({
      currency: 'EUR',
      prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } },
    });
    updating = await ingest.installed('2026-02');
    staying = await ingest.installed('2026-02');
  });
  afterAll(() => ingest.api.close());

  const call = (method: string, path: string, body?: object) =>
    ingest.api.call(method, path, { token: partnerTeam, ...(body === undefined ? {} : { body }) });

  const checkIn = async (installation: Installation, day: string, productVersion: string) => {
    const counts = [{ tenant: 'main', meter: MAILBOX, count: 5 }];
    const { status, json } = await installation.send(CHECK_INS, {
      ...{ version: 1, productVersion, sentAt: new Date() },
      checkIns: [{ observedAt: new Date(`${day}T12:00:00Z`), counts }],
    });
    expect(status).toBe(200);
    return { minimumVersion: json.minimumVersion, belowMinimum: json.belowMinimum };
  };

  const close = async (period: string, judgedBy?: (kinds: string) => string): Promise<Statement> => {
    await ingest.month.open(period, new Date());
    if (judgedBy !== undefined) {
      await ingest.sql(`update billing_run set rules = jsonb_set(rules, '{kinds}', ${judgedBy("rules -> 'kinds'")})`);
    }
    const [statement] = (await ingest.month.close(period, new Date())) as [Statement];
    return statement;
  };

  /** Of the kind: nobody has said which tenant these sites serve, which is found too. */
  const found = async (period: string) => {
    const { json } = await call('GET', `/v1/msps/${ingest.mspId}/findings?period=${period}`);
    return (json.items as { kind: string }[]).filter(({ kind }) => kind === 'version_below_minimum');
  };

  it('is set by the partner team from a month on, a version a product', async () => {
    const { status, json } = await call('POST', '/v1/programmes/msp/settings', {
      fromPeriod: '2026-03',
      settings: { minimumVersions: { 'mail-server': '8.5' } },
      reason: 'Older ones do not count shared mailboxes.',
    });
    expect([status, json.settings]).toEqual([201, { minimumVersions: { 'mail-server': '8.5' } }]);
    const wrong = await call('POST', '/v1/programmes/msp/settings', {
      fromPeriod: '2026-03',
      settings: { minimumVersions: { 'mail-server': 'newest' } },
      reason: 'A word is no version.',
    });
    expect([wrong.status, wrong.json.errors[0].field]).toEqual([422, '/settings/minimumVersions/mail-server']);
  });

  it('refuses an older installation at its activation and tells which one it takes', async () => {
    const { key } = await ingest.site();
    const activation = {
      ...{ key, installationId: crypto.randomUUID(), product: 'mail-server' },
      signingKey: { publicKey: newPublicKey() },
    };
    const old = await ingest.activate({ ...activation, productVersion: '8.4.9' });
    expect([old.status, old.json.code]).toEqual([422, 'PRODUCT_VERSION_TOO_OLD']);
    expect(old.json.errors).toEqual([
      expect.objectContaining({ field: '/productVersion', message: 'Install version 8.5 or later, then activate.' }),
    ]);
    const taken = await ingest.activate({ ...activation, productVersion: '8.5.0' });
    expect([taken.status, taken.json.minimumVersion]).toEqual([201, '8.5']);
  });

  it('tells the sites that are there at each check-in, and goes on counting them', async () => {
    const below = { minimumVersion: '8.5', belowMinimum: true };
    expect(await checkIn(updating, '2026-03-10', '8.1')).toEqual(below);
    expect(await checkIn(updating, '2026-03-11', '8.6')).toEqual({ minimumVersion: '8.5', belowMinimum: false });
    expect(await checkIn(staying, '2026-03-10', '8.1')).toEqual(below);
    expect(await checkIn(staying, '2026-03-31', '8.1')).toEqual(below);
  });

  it('finds at the close the site that stayed below, without anybody having to decide, and bills it like the other', async () => {
    for (const installation of [updating, staying]) {
      expect((await installation.send(REPORTS, report(5))).status).toBe(201);
    }
    const statement = await close('2026-03');
    expect(statement.lines.map((line) => line.kind === 'usage' && [line.siteId, line.quantity]).sort()).toEqual(
      [updating, staying].map(({ siteId }) => [siteId, 5]).sort(),
    );
    expect(await found('2026-03')).toEqual([
      expect.objectContaining({
        ...{ kind: 'version_below_minimum', siteId: staying.siteId, meter: null, state: 'settled' },
        evidence: { version: '8.1', minimum: '8.5', installations: 1 },
        decision: null,
      }),
    ]);
  });

  it('says so on the statement', async () => {
    const [statement] = await ingest.month.endReviewAndIssue('2026-03', new Date());
    const { text } = readPdf(renderStatement(statement as Statement).bytes);
    expect(text).toContain('Version below the minimum');
    expect(text).toContain('Version 8.1 in use; the programme takes 8.5 and later.');
  });

  it('judges no month by it that was opened before there was the kind', async () => {
    for (const installation of [updating, staying]) {
      expect((await installation.send(REPORTS, report(5, { period: '2026-04' }))).status).toBe(201);
    }
    await close('2026-04', (kinds) => `(${kinds}) - 'version_below_minimum'`);
    expect(await found('2026-04')).toEqual([]);
  });
});
