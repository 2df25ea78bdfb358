import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makePacks } from '../../activities/makeBillingPacks.js';
import { ALL } from '../../db/connect.js';
import { packFiles } from '../../db/outbox/mailDocuments.js';
import { billingPackList } from '../../db/readModels/billingPackList.js';
import { createRenderPool, type RenderPool } from '../../statements/index.js';
import { verifyAll } from '../../verify/index.js';
import { finish } from '../support/closedMonths.js';
import { corrector, type Corrector } from '../support/correctedMonths.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';
import { readPdf } from '../statements/readPdf.js';

const MAILBOX = 'mail-server.mailbox';

/**
 * 10 mailboxes at 2.00 EUR a month: 20.00 each. Stays is billed in Germany; Moves in Poland for February, in Germany from March
 * on; Other takes part in another programme, in Germany. April is the last month.
 */
describe('credits in the books of the distributor', () => {
  let database: TestDatabase;
  let pool: RenderPool;
  let month: ReturnType<typeof monthFixture>;
  let hands: Corrector;
  const ids = { germany: '', poland: '', stays: '', moves: '', other: '' };

  const eur = (amount: string) => ({ change: 'amount', amount: { amount, currency: 'EUR' }, booking: 'credit' });
  const close = async (period: string, now: string, programme = 'msp') => {
    await month.close(period, new Date(now), programme);
    await finish({ database, month }, pool, period, now, programme);
  };
  const packs = async () => {
    const found = await database.db.transaction(ALL, (trx) => billingPackList(trx, { limit: 100 }));
    return found
      .map(({ programme, distributorCode, period, supplement, statements, credits }) => ({
        name: `${programme} ${distributorCode} ${period} ${supplement}`,
        statements: statements.length,
        credits: credits.map(({ number, totalMinor }) => `${number} ${totalMinor}`),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  };
  const packOf = async (name: string) => (await packs()).find((pack) => pack.name === name);
  const files = async (period: string, distributorId: string, supplement = 0) => {
    const [pack] = await month.run<{ id: string; pdf: Buffer; csv: Buffer }>(
      `select id, summary_pdf as pdf, lines_csv as csv from billing_pack
       where period = :period and distributor_id = :distributorId and supplement = :supplement and programme_code = 'msp'`,
      { period, distributorId, supplement },
    );
    const mailed = await database.db.transaction(ALL, (trx) => packFiles(trx, pack?.id ?? '', 10_000_000));
    return {
      text: readPdf(pack?.pdf ?? Buffer.alloc(0)).text,
      csv: pack?.csv.toString('utf8').trim().split('\r\n') ?? [],
      attached: [...mailed.own, ...(mailed.statements ?? [])].map(({ filename }) => filename),
    };
  };
  const holds = async () => {
    await month.run(
      `update outbox set state = 'sent', attempts = 1, sent_at = now() where state = 'pending' returning id`,
    );
    const { programmes } = await verifyAll(database.db, { now: new Date('2026-11-20T12:00:00Z'), renderPool: pool });
    return ['I1', 'I2', 'I5', 'I7', 'I8'].map((name) => programmes.msp?.[name as 'I1']);
  };
  const allHold = ['holds', 'holds', 'holds', 'holds', 'holds'];

  beforeAll(async () => {
    database = await createTestDatabase();
    pool = createRenderPool({ threads: 1 });
    month = monthFixture(database.db);
    ids.germany = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    ids.poland = await month.distributor({ code: 'PL', currency: 'EUR', country: 'PL' });
    await month.programme({ code: 'scan', firstPeriod: '2026-02' });
    await month.run(`update programme set first_period = '2026-02'`);
    for (const programme of ['msp', 'scan']) {
      const prices = { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } } as const;
      await month.pricePlan({ currency: 'EUR', prices, programme });
    }
    ids.stays = await month.msp({ name: 'Stays', distributorId: ids.germany });
    ids.moves = await month.msp({ name: 'Moves', distributorId: ids.poland });
    ids.other = await month.msp({ name: 'Other', distributorId: ids.germany, programme: 'scan' });
    await month.run(
      `insert into participation_distributor (msp_id, programme_code, from_period, distributor_id)
       values (:mspId, 'msp', '2026-03', :distributorId)`,
      { mspId: ids.moves, distributorId: ids.germany },
    );
    for (const [mspId, programme] of [
      [ids.stays, 'msp'],
      [ids.moves, 'msp'],
      [ids.other, 'scan'],
    ] as const) {
      const site = await month.site({ mspId, name: 'site', programme });
      for (const period of ['2026-02', '2026-03', '2026-04']) {
        await month.report(site, { period, lines: [{ tenant: 'main', meter: MAILBOX, peak: 10 }] });
      }
    }
    hands = await corrector({ database, month }, pool);
    await close('2026-02', '2026-03-06T12:00:00.000Z');
    await close('2026-02', '2026-03-06T12:00:00.000Z', 'scan');
  }, 60_000);
  afterAll(async () => {
    await pool.close();
    await database.drop();
  });

  it('a credit is in no pack that was made before it, and verify asks for none yet', async () => {
    await hands.correct(ids.stays, '2026-02', eur('-3.00'));
    await hands.correct(ids.moves, '2026-02', eur('-4.00'));
    expect((await packs()).flatMap(({ credits }) => credits)).toEqual([]);
    expect(await holds()).toEqual(allHold);
  });

  it('a pack of another programme, of the same distributor, leaves it alone', async () => {
    await close('2026-03', '2026-04-21T12:00:00.000Z', 'scan');
    expect(await packOf('scan DE 2026-03 0')).toMatchObject({ statements: 1, credits: [] });
  });

  it('comes in the next pack of the distributor printed on it, also where that one bills nobody any more (rule 20)', async () => {
    await close('2026-03', '2026-05-06T12:00:00.000Z');
    expect(await packOf('msp DE 2026-03 0')).toMatchObject({ statements: 2, credits: ['MSP-DE-2026-C000001 -300'] });
    expect(await packOf('msp PL 2026-03 0')).toMatchObject({ statements: 0, credits: ['MSP-PL-2026-C000001 -400'] });
    expect(await holds()).toEqual(allHold);
  });

  it('is listed and deducted in the summary, has its lines in the CSV, and its document goes along', async () => {
    const { text, csv, attached } = await files('2026-03', ids.germany);
    for (const said of ['MSP-DE-2026-C000001', 'MSP-DE-2026-000001', 'Stays', '−3.00', 'EUR 37.00', '1 credit']) {
      expect(text).toContain(said);
    }
    expect(csv.map((line) => line.split(',')[0])).toEqual([
      ...['statement_number', 'MSP-DE-2026-000002', 'MSP-DE-2026-000003', 'MSP-DE-2026-C000001'],
    ]);
    expect(csv.at(-1)).toMatch(/,manual_correction,.*,-3\.00,EUR$/);
    expect(attached).toEqual([
      ...['msp-DE-2026-03-summary.pdf', 'msp-DE-2026-03-lines.csv'],
      ...['MSP-DE-2026-000002.pdf', 'MSP-DE-2026-000003.pdf', 'MSP-DE-2026-C000001.pdf'],
    ]);
    const [mail] = await month.run<{ params: object }>(
      `select params from outbox where message_id = 'billing-pack.msp.DE.2026-03.0@kontor.example'`,
    );
    expect(mail?.params).toMatchObject({ statements: 2, credits: 1, totals: [{ currency: 'EUR', amount: '37.00' }] });
  });

  it('is in one pack alone, whatever is made again or at once', async () => {
    await hands.correct(ids.stays, '2026-03', eur('-1.00'));
    // Its run is sealed: nothing is added to what it made.
    const march = { programme: 'msp', period: '2026-03', now: '2026-05-20T12:00:00.000Z' };
    expect(await makePacks({ db: database.db, renderPool: pool }, march)).toBe(0);
    await month.close('2026-04', new Date('2026-06-06T12:00:00Z'));
    const april = { programme: 'msp', period: '2026-04', now: '2026-06-06T12:00:00.000Z' };
    await month.run(
      `insert into statement_document (msp_id, statement_id, sha256, pages, pdf, rendered_at)
       select msp_id, id, '\\x00', 1, '\\x00', now() from statement where period = '2026-04' returning msp_id`,
    );
    const made = await Promise.all(
      [april, april, april].map((input) => makePacks({ db: database.db, renderPool: pool }, input)),
    );
    expect(made.reduce((sum, each) => sum + each, 0)).toBe(1);
    expect(await packOf('msp DE 2026-04 0')).toMatchObject({ statements: 2, credits: ['MSP-DE-2026-C000002 -100'] });
    expect((await packs()).flatMap(({ credits }) => credits)).toHaveLength(3);
  });

  it('after the last month of the programme it gets a supplement of its own', async () => {
    await month.run(`update programme set last_period = '2026-04' where code = 'msp'`);
    await hands.correct(ids.stays, '2026-04', eur('-2.00'));
    await month.run(
      `update billing_run set state = 'sealed', sealed_at = now() where programme_code = 'msp' returning period`,
    );
    await hands.correct(ids.moves, '2026-02', eur('-5.00'));
    expect(await packOf('msp DE 2026-04 1')).toMatchObject({ statements: 0, credits: ['MSP-DE-2026-C000003 -200'] });
    expect(await packOf('msp PL 2026-04 0')).toMatchObject({ statements: 0, credits: ['MSP-PL-2026-C000002 -500'] });
    const { text } = await files('2026-04', ids.germany, 1);
    expect(text).toContain('EUR −2.00');
  });
});
