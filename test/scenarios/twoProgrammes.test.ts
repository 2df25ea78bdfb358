import { TERMINAL } from '../../domain/access/actor.js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import PostalMime from 'postal-mime';
import { ALL } from '../../db/connect.js';
import type { Statement } from '../../domain/statement.js';
import { overallVerdicts, verifyAll } from '../../verify/index.js';
import { closePeriod, closePeriodId } from '../../workflows/closePeriod.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { issuedStatements, monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';

/**
 * Two vendors. "msp" is Berlin's, in EUR, mailboxes at 2.00; "scan" is New York's, in USD, mailboxes at 5.00. MSP Alpha
 * takes part in both, through the same distributor; MSP Boston in "scan" alone, MSP Delta in "msp" alone.
 */
describe('two programmes side by side', () => {
  let database: TestDatabase;
  let app: TestApp;
  let month: ReturnType<typeof monthFixture>;
  let report: (period: string) => Promise<void>;

  const start = (programme: string, period: string) =>
    app.client.workflow.start(closePeriod, {
      workflowId: closePeriodId(programme, period),
      taskQueue: app.taskQueue,
      args: [{ programme, period, openedBy: TERMINAL, collectUntil: null, reviewUntil: null, skipReason: null }],
    });
  const close = async (programme: string, period: string) => (await start(programme, period)).result();

  const statements = async (programme: string, period: string): Promise<Statement[]> => {
    const issued = await database.db.transaction(ALL, (trx) => issuedStatements(trx, { programme, period }));
    return issued.map(({ statement }) => statement);
  };
  const told = async (programme: string, period: string) =>
    (await statements(programme, period)).map(({ number, msp, totalMinor, currency }) => [
      number,
      msp.name,
      totalMinor,
      currency,
    ]);
  const mailsTo = async (recipient: string) => {
    const found = app.inbox.messages().filter(({ recipients }) => recipients.includes(recipient));
    const mails = await Promise.all(found.map(async ({ id }) => PostalMime.parse(await app.inbox.source(id))));
    return mails.sort((a, b) => ((a.messageId ?? '') < (b.messageId ?? '') ? -1 : 1));
  };
  const runs = () =>
    month.run<{ programme: string; period: string; state: string }>(
      `select programme_code as programme, period, state from billing_run order by period, programme_code`,
    );

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await createTestApp(database);
    month = monthFixture(database.db);
    await month.programme({ firstPeriod: '2026-01' });
    await month.programme({ code: 'scan', zone: 'America/New_York', baseCurrency: 'USD', firstPeriod: '2026-01' });
    const germany = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    const america = await month.distributor({ code: 'US', currency: 'USD', country: 'US', zone: 'America/New_York' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } } });
    await month.pricePlan({
      programme: 'scan',
      currency: 'USD',
      prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '5.00' } },
    });
    const alpha = await month.msp({ name: 'MSP Alpha', distributorId: germany });
    await month.participation({ mspId: alpha, distributorId: germany, programme: 'scan' });
    const delta = await month.msp({ name: 'MSP Delta', distributorId: germany });
    const boston = await month.msp({
      name: 'MSP Boston',
      distributorId: america,
      programme: 'scan',
      zone: 'America/New_York',
      country: 'US',
    });
    const used = await Promise.all(
      (
        [
          [alpha, 'msp', 10],
          [alpha, 'scan', 4],
          [delta, 'msp', 3],
          [boston, 'scan', 7],
        ] as const
      ).map(async ([mspId, programme, peak]) => ({
        site: await month.site({ mspId, name: `site in ${programme}`, programme }),
        peak,
      })),
    );
    report = async (period) => {
      for (const { site, peak } of used) {
        await month.report(site, { period, lines: [{ tenant: 'main', meter: MAILBOX, peak }] });
      }
    };
    await app.startWorker();
    await report('2026-01');
    await Promise.all([close('msp', '2026-01'), close('scan', '2026-01')]);
  }, 120_000);

  afterAll(async () => {
    await app.stop();
    await database.drop();
  });

  it('close the same month at once, each with its own numbers, prices and currency', async () => {
    expect(await told('msp', '2026-01')).toEqual([
      ['MSP-DE-2026-000001', 'MSP Alpha', 20_00n, 'EUR'],
      ['MSP-DE-2026-000002', 'MSP Delta', 6_00n, 'EUR'],
    ]);
    // 4 × 5.00 USD = 20.00 USD, at 1.1919 USD to the euro of 30 January.
    expect(await told('scan', '2026-01')).toEqual([
      ['SCAN-DE-2026-000001', 'MSP Alpha', 16_78n, 'EUR'],
      ['SCAN-US-2026-000001', 'MSP Boston', 35_00n, 'USD'],
    ]);
  });

  it('an MSP in both gets a statement of each, that bears the right vendor and no site of the other', async () => {
    for (const [programme, vendor, site] of [
      ['msp', 'Vendor', 'site in msp'],
      ['scan', 'Vendor of scan', 'site in scan'],
    ] as const) {
      const [alpha] = await statements(programme, '2026-01');
      expect(alpha?.vendor.name).toBe(vendor);
      expect(alpha?.lines.map((line) => ('siteName' in line ? line.siteName : null))).toEqual([site]);
    }
  });

  it('a distributor of both gets a pack of each, whose mail and files tell them apart', async () => {
    const packs = (await mailsTo('billing@de.example')).map(({ messageId, attachments }) => [
      messageId,
      attachments.map(({ filename }) => filename),
    ]);
    expect(packs).toEqual([
      [
        '<billing-pack.msp.DE.2026-01.0@kontor.example>',
        ['msp-DE-2026-01-summary.pdf', 'msp-DE-2026-01-lines.csv', 'MSP-DE-2026-000001.pdf', 'MSP-DE-2026-000002.pdf'],
      ],
      [
        '<billing-pack.scan.DE.2026-01.0@kontor.example>',
        ['scan-DE-2026-01-summary.pdf', 'scan-DE-2026-01-lines.csv', 'SCAN-DE-2026-000001.pdf'],
      ],
    ]);
    expect((await mailsTo('billing@us.example')).map(({ messageId }) => messageId)).toEqual([
      '<billing-pack.scan.US.2026-01.0@kontor.example>',
    ]);
  });

  it('each vendor’s partner team gets the summary of its own run, and nothing of the other', async () => {
    for (const [recipient, programme, totals] of [
      ['partners@vendor.example', 'msp', ['EUR 26.00']],
      ['partners@scan.example', 'scan', ['EUR 16.78', 'USD 35.00']],
    ] as const) {
      const mails = await mailsTo(recipient);
      expect(mails.map(({ messageId }) => messageId)).toEqual([
        expect.stringContaining(`run-summary.${programme}.2026-01`),
      ]);
      const text = mails[0]?.text?.replaceAll(/\s/g, ' ');
      expect(text?.match(/\b[A-Z]{3} [\d.]+\d/g)).toEqual(totals);
    }
  });

  it('one that is late with February does not hold up the other, and closes it later', async () => {
    await report('2026-02');
    await close('msp', '2026-02');
    await report('2026-03');
    await close('msp', '2026-03');
    expect((await runs()).map(({ programme, period, state }) => `${programme} ${period} ${state}`)).toEqual([
      'msp 2026-01 sealed',
      'scan 2026-01 sealed',
      'msp 2026-02 sealed',
      'msp 2026-03 sealed',
    ]);
    await close('scan', '2026-02');
    expect(await told('scan', '2026-02')).toEqual([
      ['SCAN-DE-2026-000002', 'MSP Alpha', expect.anything(), 'EUR'],
      ['SCAN-US-2026-000002', 'MSP Boston', 35_00n, 'USD'],
    ]);
    expect((await told('msp', '2026-03')).map(([number]) => number)).toEqual([
      'MSP-DE-2026-000005',
      'MSP-DE-2026-000006',
    ]);
  }, 120_000);

  it('one whose run cannot be opened says so to its own partner team alone; the other closes its month', async () => {
    await report('2026-04');
    const failing = await start('scan', '2026-04');
    await close('msp', '2026-04');
    await expect(failing.result()).rejects.toMatchObject({ cause: { type: 'PERIOD_OUT_OF_ORDER' } });
    const announced = (await mailsTo('partners@scan.example')).filter(({ messageId }) =>
      messageId?.includes('run-not-opened'),
    );
    expect(announced.map(({ messageId }) => messageId)).toEqual([
      expect.stringContaining('run-not-opened.scan.2026-04.PERIOD-OUT-OF-ORDER.'),
    ]);
    expect(announced[0]?.text).toContain('close 2026-03 first');
    const others = (await mailsTo('partners@vendor.example')).map(({ messageId }) => messageId ?? '');
    expect(others.filter((id) => !id.includes('run-summary.msp.'))).toEqual([]);
    expect((await told('msp', '2026-04')).map(([, name]) => name)).toEqual(['MSP Alpha', 'MSP Delta']);
  }, 120_000);

  it('an MSP that is parked in one, for want of a price list, is billed by the other', async () => {
    await report('2026-05');
    await month.run(`update price_plan set until_period = '2026-02' where programme_code = 'scan'`);
    expect(await close('scan', '2026-03')).toMatchObject({ issued: 0, parked: 2 });
    expect(await close('msp', '2026-05')).toMatchObject({ issued: 2, parked: 0 });
    const parked = await month.run(
      `select distinct programme_code as programme, parked_code as code from run_participant where state = 'parked'`,
    );
    expect(parked).toEqual([{ programme: 'scan', code: 'PRICE_PLAN_MISSING' }]);
  }, 120_000);

  it('every invariant holds for both', async () => {
    const verdicts = overallVerdicts(await verifyAll(database.db, {}));
    expect(Object.entries(verdicts).filter(([, result]) => result !== 'holds' && result !== 'not checked')).toEqual([]);
  });
});
