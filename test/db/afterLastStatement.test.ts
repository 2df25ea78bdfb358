/** Rules 7 and 20: what sites of an MSP that has left say after its last statement. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openCasesAfterLast } from '../../activities/closing/casesAfterLast.js';
import { decideCase } from '../../activities/decideCase.js';
import { insertDecision } from '../../db/access/decisionStore.js';
import { ALL } from '../../db/connect.js';
import { caseList } from '../../db/readModels/caseList.js';
import { createRenderPool } from '../../statements/index.js';
import { verifyAll } from '../../verify/index.js';
import { corrector } from '../support/correctedMonths.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';
const NOW = new Date('2026-11-20T12:00:00Z');

describe('an MSP that left with March, whose last statement is issued', () => {
  let database: TestDatabase;
  let month: ReturnType<typeof monthFixture>;
  let mspId: string;
  let north: Awaited<ReturnType<typeof month.site>>;

  const report = (period: string, peak: number, receivedAt?: string, revision = 1) =>
    month.report(north, {
      ...{ period, revision, lines: [{ tenant: 'main', meter: MAILBOX, peak }] },
      ...(receivedAt === undefined ? {} : { receivedAt }),
    });
  const watch = (day: string) => openCasesAfterLast(database.db, new Date(`${day}T02:30:00Z`));
  const cases = () =>
    database.db.transaction(ALL, (trx) => caseList(trx, { kind: 'after_last_statement', mspId, limit: 9 }));
  const said = async () =>
    (await cases()).map(({ evidence, state }) =>
      'amount' in evidence ? `${evidence.forPeriod} ${evidence.amount} ${state}` : '',
    );
  const verified = async () => {
    const { programmes } = await verifyAll(database.db, { now: NOW });
    return programmes['msp']?.I6;
  };
  const decide = async (decision: string, reason: string | null = null) => {
    const [found] = await cases();
    const id = randomUUID();
    const actor = { kind: 'person', id: randomUUID(), name: 'Anna' } as const;
    const content = { decision, quantity: null, reason, seenResolvedAt: null } as const;
    await database.db.transaction(ALL, (trx) =>
      insertDecision(trx, { kind: 'case', id, subject: `case:${found?.id ?? ''}`, content, actor, at: NOW }),
    );
    const of = { programme: 'msp', period: '2026-03', mspId, caseId: found?.id ?? '' };
    return decideCase({ db: database.db })({ ...of, decisionId: id, now: NOW.toISOString() });
  };

  beforeEach(async () => {
    database = await createTestDatabase();
    month = monthFixture(database.db);
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } } });
    mspId = await month.msp({ name: 'MSP Alpha', distributorId, left: '2026-03' });
    await month.msp({ name: 'MSP Beta', distributorId });
    north = await month.site({ mspId, name: 'North' });
    await report('2026-02', 30);
    await report('2026-03', 30);
    // Silent in March: estimated by February.
    const south = await month.site({ mspId, name: 'South' });
    await month.report(south, { period: '2026-02', lines: [{ tenant: 'main', meter: MAILBOX, peak: 30 }] });
    await month.close('2026-02', new Date('2026-03-04T12:00:00Z'));
    await month.close('2026-03', new Date('2026-04-04T12:00:00Z'));
  });
  afterEach(() => database.drop());

  it('says less for February: a case of what it comes to, found once, open while later months are closed', async () => {
    await report('2026-02', 20, '2026-04-20T10:00:00Z', 2);
    for (const day of ['2026-04-21', '2026-04-22']) await watch(day);
    await month.close('2026-04', new Date('2026-05-04T12:00:00Z'));
    await watch('2026-05-05');
    expect(await said()).toEqual(['2026-02 -20.00 open']);
    expect(await verified()).toBe('holds');
  });

  it('says more, and more again: a second case says what came since the first', async () => {
    await report('2026-03', 40, '2026-04-20T10:00:00Z', 2);
    await watch('2026-04-21');
    await report('2026-03', 45, '2026-05-20T10:00:00Z', 3);
    await watch('2026-05-21');
    expect((await said()).sort()).toEqual(['2026-03 10.00 open', '2026-03 20.00 open']);
    expect(await verified()).toBe('holds');
  });

  it.each([
    ['2026-06-29T21:59:00Z', ['2026-03 20.00 open']],
    ['2026-06-29T22:00:00Z', []],
  ])('rule 7: ninety days by the day: said on %s, of March: %j', async (receivedAt, expected) => {
    await report('2026-03', 40, receivedAt, 2);
    await watch('2026-07-01');
    expect(await said()).toEqual(expected);
    expect(await verified()).toBe('holds');
  });

  it('says the same again: no case', async () => {
    await report('2026-03', 30, '2026-04-20T10:00:00Z', 2);
    await watch('2026-04-21');
    expect([await said(), await verified()]).toEqual([[], 'holds']);
  });

  it('verify names what came and has no case', async () => {
    await report('2026-02', 20, '2026-04-20T10:00:00Z', 2);
    expect(await verified()).toEqual([
      expect.stringMatching(/^2026-02: -20.00 EUR came to .* after the last statement/),
    ]);
  });

  it('people credit a quantity of February, by which March was estimated: a case of what March comes to', async () => {
    const pool = createRenderPool({ threads: 1 });
    try {
      const hands = await corrector({ database, month }, pool);
      await hands.correct(mspId, '2026-02', { change: 'quantity', line: 2, quantity: 20, booking: 'credit' });
    } finally {
      await pool.close();
    }
    for (const day of ['2026-04-21', '2026-04-22']) await watch(day);
    expect([await said(), await verified()]).toEqual([['2026-03 -20.00 open'], 'holds']);
  });

  it('a person confirms that it was credited: it is settled, and what she credited is no case again', async () => {
    await report('2026-02', 20, '2026-04-19T10:00:00Z', 2);
    await watch('2026-04-20');
    const pool = createRenderPool({ threads: 1 });
    try {
      const hands = await corrector({ database, month }, pool);
      await hands.correct(mspId, '2026-02', { change: 'quantity', line: 1, quantity: 20, booking: 'credit' });
    } finally {
      await pool.close();
    }
    await decide('confirm');
    // Of another month: February, which people corrected, is left as they did.
    await report('2026-03', 31, '2026-05-20T10:00:00Z', 2);
    await watch('2026-05-21');
    expect((await said()).sort()).toEqual(['2026-02 -20.00 settled', '2026-03 2.00 open']);
    expect(await verified()).toBe('holds');
  });

  it('to waive it, a person says why, and what is decided stays so', async () => {
    await report('2026-02', 40, '2026-04-20T10:00:00Z', 2);
    await watch('2026-04-21');
    await expect(decide('waive')).rejects.toMatchObject({ code: 'REASON_REQUIRED' });
    await decide('waive', 'Goodwill');
    await expect(decide('confirm')).rejects.toMatchObject({ code: 'ALREADY_DECIDED' });
    expect(await said()).toEqual(['2026-02 20.00 settled']);
  });
});
