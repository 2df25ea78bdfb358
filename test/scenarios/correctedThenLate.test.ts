import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { createRenderPool, statementCsv, type RenderPool } from '../../statements/index.js';
import type { Statement } from '../../domain/statement.js';
import { verifyAll } from '../../verify/index.js';
import { closeConfirmed } from '../support/closedMonths.js';
import { corrector, type Corrector } from '../support/correctedMonths.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { issuedStatements, monthFixture } from '../support/month.js';
import { ALL } from '../../db/connect.js';
import { readPdf } from '../statements/readPdf.js';

const MAILBOX = 'mail-server.mailbox';
const eur = (amount: string) => ({ amount, currency: 'EUR' });
const amount = (value: string, line?: number) => ({
  change: 'amount',
  amount: eur(value),
  ...(line === undefined ? {} : { line }),
});

/**
 * The table of the decision. February: line 1 North and line 2 South, 30 mailboxes at 2.00 EUR each, 60.00 and 60.00. After
 * people corrected it, South says so many mailboxes late, once or twice. `booked`: what the rules book for the month in all; `left`:
 * what is left of the statement then.
 */
interface Row {
  byHand: object[];
  late: number[];
  booked: number;
  left: number;
}
const TABLE: Record<string, Row> = {
  'nothing, lower': { byHand: [], late: [20], booked: -20, left: 100 },
  'less on the line, lower': { byHand: [amount('-5.00', 2)], late: [20], booked: -20, left: 95 },
  'less on the line, higher': { byHand: [amount('-5.00', 2)], late: [40], booked: 20, left: 135 },
  'nearly all of the line, lower': { byHand: [amount('-50.00', 2)], late: [20], booked: -10, left: 60 },
  'all of the line, lower': { byHand: [amount('-60.00', 2)], late: [20], booked: 0, left: 60 },
  'all of the line, lower, then higher': { byHand: [amount('-60.00', 2)], late: [20, 35], booked: 10, left: 70 },
  'nearly all of the line, none, then as it was': { byHand: [amount('-50.00', 2)], late: [0, 30], booked: 0, left: 70 },
  'more on the line, higher': { byHand: [amount('20.00', 2)], late: [40], booked: 20, left: 160 },
  'more on the line, lower': { byHand: [amount('20.00', 2)], late: [20], booked: -20, left: 120 },
  'all of the statement, lower': { byHand: [amount('-120.00')], late: [20], booked: 0, left: 0 },
  'nearly all of the statement, lower': { byHand: [amount('-110.00')], late: [20], booked: -10, left: 0 },
  'the line waived, higher': { byHand: [{ change: 'waiver', line: 2 }], late: [40], booked: 0, left: 60 },
  'the line waived, lower': { byHand: [{ change: 'waiver', line: 2 }], late: [20], booked: 0, left: 60 },
  'the statement waived, higher': { byHand: [{ change: 'waiver' }], late: [40], booked: 0, left: 0 },
  'a quantity, as the site says late': {
    byHand: [{ change: 'quantity', line: 2, quantity: 20 }],
    ...{ late: [20], booked: 0, left: 100 },
  },
  'a quantity, higher': { byHand: [{ change: 'quantity', line: 2, quantity: 20 }], late: [40], booked: 0, left: 100 },
  'a credit of nearly all of the line, lower': {
    byHand: [{ ...amount('-50.00', 2), booking: 'credit' }],
    ...{ late: [20], booked: -10, left: 60 },
  },
};

describe('usage that comes late for a month that people corrected by hand', () => {
  let database: TestDatabase;
  let pool: RenderPool;
  let month: ReturnType<typeof monthFixture>;
  let hands: Corrector;
  const msps = new Map<
    string,
    { mspId: string; south: Awaited<ReturnType<ReturnType<typeof monthFixture>['site']>> }
  >();

  const close = (period: string, now: string) => closeConfirmed({ database, month }, pool, period, now);
  const statements = async (): Promise<Statement[]> => {
    const periods = ['2026-02', '2026-03', '2026-04', '2026-05'];
    const found = await database.db.transaction(ALL, async (trx) => {
      const all = [];
      for (const period of periods) all.push(...(await issuedStatements(trx, { programme: 'msp', period })));
      return all;
    });
    return found.map(({ statement }) => statement);
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    pool = createRenderPool({ threads: 1 });
    month = monthFixture(database.db);
    const germany = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.run(`update programme set first_period = '2026-02'`);
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } } });
    for (const name of Object.keys(TABLE)) {
      const mspId = await month.msp({ name, distributorId: germany });
      const north = await month.site({ mspId, name: 'North' });
      const south = await month.site({ mspId, name: 'South' });
      msps.set(name, { mspId, south });
      for (const period of ['2026-02', '2026-03', '2026-04', '2026-05']) {
        for (const site of [north, south]) {
          await month.report(site, { period, lines: [{ tenant: 'main', meter: MAILBOX, peak: 30 }] });
        }
      }
    }
    hands = await corrector({ database, month }, pool);
    await close('2026-02', '2026-03-06T12:00:00.000Z');
    await close('2026-03', '2026-04-06T12:00:00.000Z');
    const late = async (index: number, receivedAt: string) => {
      for (const [name, row] of Object.entries(TABLE)) {
        const peak = row.late[index];
        const south = msps.get(name)?.south;
        if (peak === undefined || south === undefined) continue;
        const lines = [{ tenant: 'main', meter: MAILBOX, peak } as const];
        await month.report(south, { period: '2026-02', revision: index + 2, receivedAt, lines });
      }
    };
    for (const [name, { byHand }] of Object.entries(TABLE)) {
      for (const one of byHand) await hands.correct(msps.get(name)?.mspId ?? '', '2026-02', one);
    }
    await late(0, '2026-04-25T00:00:00Z');
    await close('2026-04', '2026-05-06T12:00:00.000Z');
    await late(1, '2026-05-10T00:00:00Z');
    await close('2026-05', '2026-06-06T12:00:00.000Z');
  }, 120_000);
  afterAll(async () => {
    await pool.close();
    await database.drop();
  });

  it.each(Object.entries(TABLE))('%s', async (name, { booked, left }) => {
    const own = (await statements()).filter(({ msp }) => msp.name === name);
    const lines = own.flatMap((statement) => statement.lines);
    const added = (kind: string) =>
      lines.filter((line) => line.kind === kind).reduce((sum, line) => sum + Number(line.amountMinor), 0) / 100;
    const credits = await month.run<{ minor: string }>(
      `select coalesce(sum(c.total_minor), 0)::text as minor from credit c join msp m on m.id = c.msp_id where m.name = :name`,
      { name },
    );
    const credited = Number(credits[0]?.minor ?? 0) / 100;
    expect(added('correction')).toBe(booked);
    expect(120 + added('correction') + added('manual_correction') + credited).toBe(left);
  });

  it('what is withheld is printed and exported with the arithmetic', async () => {
    const april = (await statements()).find(
      ({ period, msp }) => period === '2026-04' && msp.name === 'nearly all of the line, lower',
    );
    if (april === undefined) throw new Error();
    const { text } = readPdf((await pool.renderStatement(april)).bytes);
    for (const said of [
      'comes to EUR 40.00',
      'less billed so far EUR 60.00',
      'plus taken off by hand before EUR 10.00',
    ]) {
      expect(text).toContain(said);
    }
    const records = parse<Record<string, string>>(statementCsv(april), { columns: true });
    const record = records.find(({ kind }) => kind === 'correction');
    const figures = ['rated_amount', 'billed_amount', 'withheld_amount', 'amount'];
    expect(figures.map((column) => record?.[column])).toEqual(['40.00', '60.00', '10.00', '-10.00']);
  });

  it('verify comes to the same by its own arithmetic', async () => {
    const { programmes } = await verifyAll(database.db, { now: new Date('2026-11-20T12:00:00Z') });
    expect(programmes.msp).toMatchObject({ I2: 'holds', I5: 'holds', I6: 'holds' });
  });
});
