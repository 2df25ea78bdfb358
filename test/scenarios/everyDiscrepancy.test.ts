import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { insertUnknownKeys } from '../../db/closing/reconciliation.js';
import { ALL } from '../../db/connect.js';
import { parsePeriod } from '../../domain/period.js';
import type { Statement } from '../../domain/statement.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';

/** March 2026, one site for each kind of rule 3; February confirmed 20 mailboxes wherever a comparison is needed. */
describe('a month with every discrepancy', () => {
  let database: TestDatabase;
  let month: ReturnType<typeof monthFixture>;
  let statements: Statement[];
  let mspId: string;
  let movedMspId: string;

  const lineOf = (siteName: string) => {
    const line = statements[0]?.lines.find(
      (candidate) => candidate.kind === 'usage' && candidate.siteName === siteName,
    );
    if (line?.kind !== 'usage') throw new Error(`No line of ${siteName}`);
    return line;
  };
  const findingsOf = (siteName: string) =>
    (statements[0]?.findings ?? [])
      .filter((finding) => finding.siteName === siteName)
      .map(({ kind, resolution }) => [kind, resolution.by]);

  beforeAll(async () => {
    database = await createTestDatabase();
    month = monthFixture(database.db);
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '1.00' } } });
    mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    movedMspId = await month.msp({ name: 'MSP Beta', distributorId });

    const confirmed = async (name: string, spec: Partial<Parameters<typeof month.site>[0]> = {}) => {
      const site = await month.site({ mspId, name, ...spec });
      for (const installation of site.installations) {
        await month.report(site, {
          period: '2026-02',
          installation,
          lines: [{ tenant: 'main', meter: MAILBOX, peak: 20 }],
        });
      }
      return site;
    };
    const reports = (site: Awaited<ReturnType<typeof confirmed>>, peak: number, tenant: string | null = 'main') =>
      month.report(site, { period: '2026-03', lines: [{ tenant, meter: MAILBOX, peak }] });
    const seen = (site: Awaited<ReturnType<typeof confirmed>>, count: number, at = '2026-03-15T10:00:00Z') =>
      month.checkIn(site, { at, tenant: 'main', meter: MAILBOX, count });

    const sites = {
      silentButSeen: await confirmed('silent, but seen'),
      silent: await confirmed('silent altogether'),
      within: await confirmed('within tolerance'),
      mismatch: await confirmed('reports less than seen'),
      revoked: await confirmed('revoked in mid-month', { revokedAt: '2026-03-16T00:00:00Z' }),
      twice: await confirmed('key used twice', { installations: 2 }),
      unassigned: await confirmed('unassigned tenant'),
      spike: await confirmed('spike'),
      clock: await confirmed('clock off'),
      licensed: await confirmed('over the licence'),
    };
    const beta = await month.site({ mspId: movedMspId, name: 'beta' });
    await month.report(beta, { period: '2026-02', lines: [{ tenant: 'main', meter: MAILBOX, peak: 100 }] });
    await month.close('2026-02', new Date('2026-03-06T12:00:00Z'));

    await seen(sites.silentButSeen, 22);
    await reports(sites.within, 20);
    await seen(sites.within, 21);
    await reports(sites.mismatch, 20);
    await seen(sites.mismatch, 25);
    await seen(sites.revoked, 18);
    await seen(sites.revoked, 24, '2026-03-20T10:00:00Z');
    for (const [index, installation] of sites.twice.installations.entries()) {
      await month.report(sites.twice, {
        period: '2026-03',
        installation,
        lines: [{ tenant: 'main', meter: MAILBOX, peak: 20 + index }],
      });
    }
    await reports(sites.unassigned, 20, 'nobody knows');
    await reports(sites.spike, 45);
    await reports(sites.clock, 20);
    await month.checkIn(sites.clock, {
      at: '2026-03-15T10:00:00Z',
      tenant: 'main',
      meter: MAILBOX,
      count: 20,
      clockOffsetSeconds: 36 * 3600,
    });
    await reports(sites.licensed, 20);
    await month.licence(sites.licensed, { meter: MAILBOX, count: 15, from: '2026-03-01', until: '2027-03-01' });
    await month.report(beta, { period: '2026-03', lines: [{ tenant: 'main', meter: MAILBOX, peak: 130 }] });
    await month.run(
      `insert into refused_claims (day, code, claimed_period, attempts, last_at, last_fingerprint)
       values ('2026-03-15', 'UNKNOWN_KEY', '2026-03', 1, '2026-03-15T00:00:00Z', 'abcd1234'),
         ('2026-03-16', 'UNKNOWN_KEY', '2026-03', 299, '2026-03-16T00:00:00Z', 'ffff0000')`,
    );
    statements = await month.close('2026-03', new Date('2026-04-06T12:00:00Z'));
  });

  afterAll(() => database.drop());

  it('missing report: the highest check-in is billed, labelled as an estimate (rule 4)', () => {
    expect(lineOf('silent, but seen')).toMatchObject({ peak: 22, basis: 'estimated', peakOn: '2026-03-15' });
    expect(findingsOf('silent, but seen')).toEqual([['missing_report', 'rule']]);
  });

  it('missing report of a site that was never seen: the last confirmed peak, never silently zero (rule 4)', () => {
    expect(lineOf('silent altogether')).toMatchObject({ peak: 20, basis: 'estimated', peakOn: null });
  });

  it('a difference of 1 unit is within the tolerance: the report counts, nothing is found (rule 3)', () => {
    expect(lineOf('within tolerance')).toMatchObject({ peak: 20, basis: 'reported' });
    expect(findingsOf('within tolerance')).toEqual([]);
  });

  it('reported 20, observed 25: the greater of both by default (rule 3)', () => {
    expect(lineOf('reports less than seen')).toMatchObject({ peak: 25, basis: 'observed' });
    expect(findingsOf('reports less than seen')).toEqual([['report_mismatch', 'default']]);
  });

  it('usage after revocation: the peak up to the revocation by default (rule 3)', () => {
    expect(lineOf('revoked in mid-month')).toMatchObject({ peak: 18 });
    expect(findingsOf('revoked in mid-month')).toContainEqual(['usage_after_revocation', 'default']);
  });

  it('two installations on one key: each counted, 20 and 21 summed by default (rule 3)', () => {
    expect(lineOf('key used twice')).toMatchObject({ peak: 41 });
    expect(findingsOf('key used twice')).toContainEqual(['two_installations', 'default']);
  });

  it('unassigned tenant: billed by default, on a line without a tenant (rule 3)', () => {
    expect(statements[0]?.lines).toContainEqual(
      expect.objectContaining({
        siteName: 'unassigned tenant',
        tenantRef: 'nobody knows',
        tenantName: null,
        quantity: 20,
      }),
    );
    expect(findingsOf('unassigned tenant')).toContainEqual(['unassigned_tenant', 'default']);
  });

  it('a spike from 20 to 45, over 50 % and over 10 units: accepted by default (rule 3)', () => {
    expect(lineOf('spike')).toMatchObject({ peak: 45 });
    expect(findingsOf('spike')).toEqual([['usage_jump', 'default']]);
  });

  it('a clock off by 36 hours is put on record; the quantity stays (rule 3)', () => {
    expect(lineOf('clock off')).toMatchObject({ peak: 20 });
    expect(findingsOf('clock off')).toEqual([['clock_off', 'rule']]);
  });

  it('20 in use, 15 licensed: the excess of 5 is metered (rule 3)', () => {
    expect(lineOf('over the licence')).toMatchObject({ peak: 20, licensed: 15, quantity: 5, amountMinor: 500n });
    expect(findingsOf('over the licence')).toEqual([['licence_exceeded', 'rule']]);
  });

  it('an unknown key is refused, counted nowhere, but shown (rule 3)', async () => {
    expect(await month.cases('2026-03')).toContainEqual(
      expect.objectContaining({
        kind: 'unknown_key',
        mspId: null,
        state: 'settled',
        evidence: { attempts: 300, fingerprint: 'ffff0000' },
      }),
    );
  });

  it('case 40: three hundred made-up keys are one case, and none of a run that is sealed', async () => {
    const unknown = async () => (await month.cases('2026-03')).filter(({ kind }) => kind === 'unknown_key');
    const before = await unknown();
    expect(before).toHaveLength(1);
    await month.run(`update refused_claims set attempts = 5000 where code = 'UNKNOWN_KEY'`);
    const found = async (state: string) => {
      await database.asOwner(`update billing_run set state = $1 where period = '2026-03'`, [state]);
      await database.db.transaction(ALL, (trx) =>
        insertUnknownKeys(trx, { programme: 'msp', period: parsePeriod('2026-03') }, new Date()),
      );
      return (await unknown()).map(({ evidence }) => evidence);
    };
    expect(await found('sealed')).toEqual([{ attempts: 300, fingerprint: 'ffff0000' }]);
    expect(await found('open')).toEqual([{ attempts: 10_000, fingerprint: 'ffff0000' }]);
  });

  it('a total that rose from 100 to 130 parks its MSP until a second person confirms; the other is issued (rule 3)', async () => {
    expect(statements.map(({ msp }) => msp.name)).toEqual(['MSP Alpha']);
    const [parked] = await month.run<{ state: string; code: string }>(
      `select state, parked_code as code from run_participant where period = '2026-03' and msp_id = :movedMspId`,
      { movedMspId },
    );
    expect(parked).toEqual({ state: 'parked', code: 'total_moved' });
  });

  it('the lines add up to the total, to the cent (rule 11)', () => {
    const sum = statements[0]?.lines.reduce((total, { amountMinor }) => total + amountMinor, 0n);
    expect(sum).toBe(statements[0]?.totalMinor);
  });
});

describe('the month after an estimate', () => {
  it('corrects the estimate by what the site reported late, naming the period (rules 4 and 7)', async () => {
    const database = await createTestDatabase();
    const month = monthFixture(database.db);
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '1.50' } } });
    const mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    const site = await month.site({ mspId, name: 'silent in February' });
    await month.checkIn(site, { at: '2026-02-10T10:00:00Z', tenant: 'main', meter: MAILBOX, count: 12 });
    const large = await month.site({ mspId, name: 'a large one' });
    await month.report(large, { period: '2026-02', lines: [{ tenant: 'main', meter: MAILBOX, peak: 100 }] });
    const [february] = await month.close('2026-02', new Date('2026-03-06T12:00:00Z'));
    expect(february?.totalMinor).toBe(1800n + 15000n);

    await month.report(site, {
      period: '2026-02',
      lines: [{ tenant: 'main', meter: MAILBOX, peak: 14 }],
      receivedAt: '2026-03-20T00:00:00Z',
    });
    await month.report(site, { period: '2026-03', lines: [{ tenant: 'main', meter: MAILBOX, peak: 10 }] });
    await month.report(large, { period: '2026-03', lines: [{ tenant: 'main', meter: MAILBOX, peak: 100 }] });
    const [march] = await month.close('2026-03', new Date('2026-04-06T12:00:00Z'));
    expect(march?.lines).toMatchObject([
      { kind: 'usage', quantity: 100, amountMinor: 15000n },
      { kind: 'usage', quantity: 10, amountMinor: 1500n },
      {
        kind: 'correction',
        reason: 'estimate_confirmed',
        forPeriod: '2026-02',
        correctsNumber: 'MSP-DE-2026-000001',
        oldQuantity: 12,
        newQuantity: 14,
        amountMinor: 300n,
      },
    ]);
    expect(march?.totalMinor).toBe(15000n + 1500n + 300n);

    await month.report(site, { period: '2026-04', lines: [{ tenant: 'main', meter: MAILBOX, peak: 10 }] });
    await month.report(large, { period: '2026-04', lines: [{ tenant: 'main', meter: MAILBOX, peak: 100 }] });
    const [april] = await month.close('2026-04', new Date('2026-05-06T12:00:00Z'));
    expect(april?.lines.map(({ kind }) => kind)).toEqual(['usage', 'usage']);
    await database.drop();
  });
});
