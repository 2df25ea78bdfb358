import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { settle } from '../../activities/corrections/settle.js';
import { ALL } from '../../db/connect.js';
import type { CorrectionEnd } from '../../domain/correction.js';
import type { Statement } from '../../domain/statement.js';
import { createRenderPool, type RenderPool } from '../../statements/index.js';
import { verifyAll } from '../../verify/index.js';
import { closeConfirmed, finish } from '../support/closedMonths.js';
import { corrector, type Corrector } from '../support/correctedMonths.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';

/** What two people change of line 1 of a month's statement, one after the other. */
type Hand = [period: '2026-02' | '2026-03', correction: object, end?: CorrectionEnd | 'waits'];
const quantity = (units: number) => ({ change: 'quantity', line: 1, quantity: units });
const waiver = { change: 'waiver', line: 1 };

/** What a statement corrects of earlier months: units before, after, and the amount. */
function correctionsIn(lines: Statement['lines']) {
  return lines.flatMap((line) =>
    line.kind === 'correction' ? [[line.forPeriod, line.oldQuantity, line.newQuantity, line.amountMinor]] : [],
  );
}

interface Played {
  /** What the site reports; null: nothing, not a word. */
  february: number | null;
  march: number | null;
  byHand: Hand[];
  /** A term licence of its site. */
  licensed?: number;
  /** By what the site, silent again, is estimated in April: used. Null: there is no line of it. */
  april: number | null;
  /** What April's statement corrects of earlier months: units before, after, and the amount. */
  corrects?: [period: string, before: number, after: number, minor: bigint][];
}

/** One mailbox is 2.00. Each is an MSP with one site; April is silent in all of them. People correct on 20 April. */
const TABLE: Record<string, Played> = {
  'nobody corrects: what March confirmed': { february: 28, march: 30, byHand: [], april: 30 },
  'March was 20 by hand: 20': { february: 28, march: 30, byHand: [['2026-03', quantity(20)]], april: 20 },
  'March was 40 by hand: 40': { february: 28, march: 30, byHand: [['2026-03', quantity(40)]], april: 40 },
  'March was nothing by hand: nothing': { february: 28, march: 30, byHand: [['2026-03', quantity(0)]], april: null },
  'February was 20 by hand, March reported 30 after it: 30': {
    ...{ february: 28, march: 30, byHand: [['2026-02', quantity(20)]], april: 30 },
  },
  '20 by hand and then 25: the last word': {
    ...{ february: 28, march: 30, april: 25 },
    byHand: [
      ['2026-03', quantity(20)],
      ['2026-03', quantity(25)],
    ],
  },
  'an amount by hand says nothing of the quantity': {
    ...{ february: 28, march: 30, april: 30 },
    byHand: [['2026-03', { change: 'amount', line: 1, amount: { amount: '-20.00', currency: 'EUR' } }]],
  },
  'March is waived: it confirms nothing, February does': {
    ...{ february: 28, march: 30, byHand: [['2026-03', waiver]], april: 28 },
  },
  '20 by hand, then waived': {
    ...{ february: 28, march: 30, april: 28 },
    byHand: [
      ['2026-03', quantity(20)],
      ['2026-03', waiver],
    ],
  },
  'the whole statement is waived: nobody says that the site used less': {
    ...{ february: 28, march: 30, byHand: [['2026-03', { change: 'waiver' }]], april: 30 },
  },
  'refused: 30': { february: 28, march: 30, byHand: [['2026-03', quantity(20), 'refuse']], april: 30 },
  'withdrawn: 30': { february: 28, march: 30, byHand: [['2026-03', quantity(20), 'withdraw']], april: 30 },
  'expired: 30': { february: 28, march: 30, byHand: [['2026-03', quantity(20), 'expire']], april: 30 },
  'not confirmed yet: 30': { february: 28, march: 30, byHand: [['2026-03', quantity(20), 'waits']], april: 30 },
  'March was estimated by February, which was 20 by hand: March becomes 20, too': {
    ...{ february: 30, march: null, byHand: [['2026-02', quantity(20)]], april: 20 },
    corrects: [['2026-03', 30, 20, -20_00n]],
  },
  'and once more: March follows': {
    ...{ february: 30, march: null, april: 35 },
    byHand: [
      ['2026-02', quantity(20)],
      ['2026-02', quantity(35)],
    ],
    corrects: [['2026-03', 30, 35, 10_00n]],
  },
  'March was estimated by February, which is waived, and nothing was before it: nothing is left of March': {
    ...{ february: 30, march: null, byHand: [['2026-02', waiver]], april: null },
    corrects: [['2026-03', 30, 0, -60_00n]],
  },
  'the estimate of March itself was 22 by hand: people have counted it, so that is confirmed': {
    ...{ february: 30, march: null, byHand: [['2026-03', quantity(22)]], april: 22 },
  },
  'and February 20 by hand after it: March stays as people said': {
    ...{ february: 30, march: null, april: 22 },
    byHand: [
      ['2026-03', quantity(22)],
      ['2026-02', quantity(20)],
    ],
  },
  'the estimate of March is waived: February counts': {
    ...{ february: 30, march: null, byHand: [['2026-03', waiver]], april: 30 },
  },
  // 30 used, 10 licensed, 20 billed; 15 billed by hand are 25 used.
  'people set what is billed: what the licence covers is used besides': {
    ...{ february: 30, march: 30, licensed: 10, byHand: [['2026-03', quantity(15)]], april: 25 },
  },
  'nothing billed by hand: what the licence covers is still used': {
    ...{ february: 30, march: 30, licensed: 10, byHand: [['2026-03', quantity(0)]], april: 10 },
  },
};

describe('a site is silent after people corrected what it is estimated by (rules 4, 5, 7)', () => {
  let database: TestDatabase;
  let month: ReturnType<typeof monthFixture>;
  let pool: RenderPool;
  let hands: Corrector;
  type Site = Awaited<ReturnType<typeof month.site>>;
  const april = new Map<string, Statement>();

  const report = (of: Site, period: string, peak: number) =>
    month.report(of, { period, lines: [{ tenant: 'main', meter: MAILBOX, peak }] });
  const play = async (mspId: string, [period, correction, end = 'confirm']: Hand) => {
    if (end === 'confirm') {
      await hands.correct(mspId, period, correction);
      return;
    }
    const { id, at } = await hands.ask(mspId, period, correction);
    if (end === 'waits') return;
    const [asked] = await month.run<{ by: { id: string; name: string } }>(
      'select asked_by as by from correction where id = :id',
      { id },
    );
    const by = end === 'withdraw' ? (asked?.by.id ?? '') : randomUUID();
    const actor = { kind: 'person', id: by, name: 'Somebody' } as const;
    const ended = { correctionId: id, end, reason: 'Not agreed', actor, at: at.toISOString() };
    await database.db.transaction(ALL, (trx) => settle(trx, ended));
  };

  beforeAll(async () => {
    pool = createRenderPool({ threads: 1 });
    database = await createTestDatabase();
    month = monthFixture(database.db);
    hands = await corrector({ database, month }, pool);
    await month.programme({ firstPeriod: '2026-02' });
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    const perUnit = { model: 'per_unit', unitPrice: '2.00' } as const;
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: perUnit } });
    const of = new Map<string, { mspId: string; site: Site }>();
    for (const [name, { february, licensed }] of Object.entries(TABLE)) {
      const mspId = await month.msp({ name, distributorId });
      const site = await month.site({ mspId, name: 'Harbour' });
      of.set(name, { mspId, site });
      if (february !== null) await report(site, '2026-02', february);
      if (licensed === undefined) continue;
      const licence = { meter: MAILBOX, count: licensed, from: '2026-01-01', until: '2027-01-01' } as const;
      await month.licence(site, { ...licence, unitPrice: '0', currency: 'EUR' });
    }
    const close = (period: string, now: string) => closeConfirmed({ database, month }, pool, period, now);
    await close('2026-02', '2026-03-06T12:00:00.000Z');
    for (const [name, { site }] of of) {
      const { march } = TABLE[name] ?? { march: null };
      if (march !== null) await report(site, '2026-03', march);
    }
    await close('2026-03', '2026-04-06T12:00:00.000Z');
    for (const [name, { byHand }] of Object.entries(TABLE)) {
      for (const hand of byHand) await play(of.get(name)?.mspId ?? '', hand);
    }
    for (const statement of await close('2026-04', '2026-05-06T12:00:00.000Z'))
      april.set(statement.msp.name, statement);
  }, 120_000);
  afterAll(async () => {
    await pool.close();
    await database.drop();
  });

  it.each(Object.entries(TABLE))('%s', (name, { april: used, licensed = 0, corrects = [] }) => {
    const lines = april.get(name)?.lines ?? [];
    expect(
      lines.flatMap((line) =>
        line.kind === 'usage' ? [[line.basis, line.peak, line.quantity, line.amountMinor]] : [],
      ),
    ).toEqual(
      used === null ? [] : [['estimated', used, Math.max(0, used - licensed), BigInt(used - licensed) * 2_00n]],
    );
    expect(correctionsIn(lines)).toEqual(corrects);
  });

  it('comes to the same in verify', async () => {
    const { programmes } = await verifyAll(database.db, { now: new Date('2026-05-07T12:00:00Z') });
    expect(programmes.msp).toMatchObject({ I2: 'holds', I3: 'holds', I6: 'holds' });
  });
});

describe('people correct what estimates went by when rule 7 reaches some of them, or none', () => {
  let pool: RenderPool;
  beforeAll(() => {
    pool = createRenderPool({ threads: 1 });
  });
  afterAll(() => pool.close());

  /** February confirms 30, then the site is silent; in June, at that instant, February becomes 20. What June says: estimate and corrections. */
  const june = async (at: string) => {
    const database = await createTestDatabase();
    try {
      const month = monthFixture(database.db);
      await month.programme({ firstPeriod: '2026-02' });
      const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
      await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } } });
      const mspId = await month.msp({ name: 'MSP Alpha', distributorId });
      const site = await month.site({ mspId, name: 'Harbour' });
      await month.report(site, { period: '2026-02', lines: [{ tenant: 'main', meter: MAILBOX, peak: 30 }] });
      const close = (period: string, now: string) => closeConfirmed({ database, month }, pool, period, now);
      await close('2026-02', '2026-03-06T12:00:00.000Z');
      await close('2026-03', '2026-04-06T12:00:00.000Z');
      await close('2026-04', '2026-05-06T12:00:00.000Z');
      await close('2026-05', '2026-06-06T12:00:00.000Z');
      const hands = await corrector({ database, month }, pool, at);
      await hands.correct(mspId, '2026-02', quantity(20));
      const [statement] = await close('2026-06', '2026-07-06T12:00:00.000Z');
      const { programmes } = await verifyAll(database.db, { now: new Date('2026-07-07T12:00:00Z') });
      expect(programmes.msp).toMatchObject({ I2: 'holds', I3: 'holds', I6: 'holds' });
      return {
        estimate: statement?.lines.flatMap((line) => (line.kind === 'usage' ? [line.peak] : [])),
        corrects: statement?.lines.flatMap((line) =>
          line.kind === 'correction' ? [[line.forPeriod, line.newQuantity, line.amountMinor]] : [],
        ),
      };
    } finally {
      await database.drop();
    }
  };

  it('89 days after the end of March: every estimate follows', async () => {
    expect(await june('2026-06-28T10:00:00Z')).toEqual({
      estimate: [20],
      corrects: ['2026-03', '2026-04', '2026-05'].map((period) => [period, 20, -20_00n]),
    });
  });

  it('after the ninetieth: the estimate of March stands, and those that go by it', async () => {
    expect(await june('2026-06-30T10:00:00Z')).toEqual({ estimate: [30], corrects: [] });
  });
});

/** A site with two installations under one key, of which the first reports the one number and the second the other. */
interface Pair {
  february: [first: number, second: number];
  /** Null: both are silent. */
  march: [first: number, second: number] | null;
  /** What a person sets in the review of March. */
  decided?: number;
  byHand?: Hand[];
  /** What becomes of the first installation on 10 April; the second one is silent in April, as is whatever takes its place. */
  then?: 'retired' | 'replaced' | 'goes on with 40';
  /** By what the site is estimated in April. */
  april: number;
  corrects?: [period: string, before: number, after: number, minor: bigint][];
}

/** Each is an MSP with one site; people correct on 20 April, as above. */
const PAIRS: Record<string, Pair> = {
  'nobody corrects: what each of them said last': { february: [38, 10], march: [40, 10], april: 50 },
  'March was 45 by hand: 45': { february: [38, 10], march: [40, 10], byHand: [['2026-03', quantity(45)]], april: 45 },
  'March was 60 by hand: 60': { february: [38, 10], march: [40, 10], byHand: [['2026-03', quantity(60)]], april: 60 },
  'March was set to 45 in the review: 45': { february: [38, 10], march: [40, 10], decided: 45, april: 45 },
  'February was 45 by hand, both reported March after it: 50': {
    ...{ february: [38, 10], march: [40, 10], byHand: [['2026-02', quantity(45)]], april: 50 },
  },
  'March is waived: it confirms nothing, February does': {
    ...{ february: [38, 10], march: [40, 10], byHand: [['2026-03', waiver]], april: 48 },
  },
  'both were silent in March, too: its estimate becomes what February is by hand, and so does April': {
    ...{ february: [40, 10], march: null, byHand: [['2026-02', quantity(45)]], april: 45 },
    corrects: [['2026-03', 50, 45, -10_00n]],
  },
  'the estimate of March was 44 by hand: 44': {
    ...{ february: [40, 10], march: null, byHand: [['2026-03', quantity(44)]], april: 44 },
  },
  'one is heard of again: the silent one counts with its own last number': {
    ...{ february: [38, 10], march: [40, 12], byHand: [['2026-03', quantity(45)]] },
    ...{ then: 'goes on with 40', april: 52 },
  },
  'one is retired: nobody has said whose the 45 were, so the other counts with its own last number': {
    ...{ february: [38, 10], march: [40, 12], byHand: [['2026-03', quantity(45)]], then: 'retired', april: 12 },
  },
  'one is replaced by new hardware: 45': {
    ...{ february: [38, 10], march: [40, 12], byHand: [['2026-03', quantity(45)]], then: 'replaced', april: 45 },
  },
};

describe('all installations of a site are silent after people corrected what it is estimated by (rules 4, 5, 7)', () => {
  let database: TestDatabase;
  let pool: RenderPool;
  const april = new Map<string, Statement>();

  beforeAll(async () => {
    pool = createRenderPool({ threads: 1 });
    database = await createTestDatabase();
    const month = monthFixture(database.db);
    const hands = await corrector({ database, month }, pool);
    await month.programme({ firstPeriod: '2026-02' });
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } } });
    const of = new Map<string, Awaited<ReturnType<typeof month.site>>>();
    const report = async (name: string, period: string, peaks: readonly number[] | null) => {
      const site = of.get(name);
      for (const [index, peak] of (peaks ?? []).entries()) {
        const installation = site?.installations[index];
        if (site === undefined || installation === undefined) throw new Error('a site has two installations');
        await month.report(site, { period, installation, lines: [{ tenant: 'main', meter: MAILBOX, peak }] });
      }
    };
    for (const name of Object.keys(PAIRS)) {
      const mspId = await month.msp({ name, distributorId });
      of.set(name, await month.site({ mspId, name: 'Harbour', installations: 2 }));
    }
    for (const [name, { february }] of Object.entries(PAIRS)) await report(name, '2026-02', february);
    await closeConfirmed({ database, month }, pool, '2026-02', '2026-03-06T12:00:00.000Z');
    for (const [name, { march }] of Object.entries(PAIRS)) await report(name, '2026-03', march);
    await month.openAndReconcile('2026-03', new Date('2026-04-05T12:00:00Z'));
    for (const [name, { decided }] of Object.entries(PAIRS)) {
      if (decided === undefined) continue;
      await month.run(
        `update discrepancy set state = 'settled', resolved_by = 'person', decision = 'set_quantity', author = '{}',
           decided_quantity = :decided, reason = 'counted by hand', resolved_at = '2026-04-05T13:00:00Z'
         where period = '2026-03' and kind = 'two_installations' and msp_id = :mspId`,
        { decided, mspId: of.get(name)?.mspId ?? '' },
      );
    }
    await month.endReviewAndIssue('2026-03', new Date('2026-04-06T12:00:00Z'));
    await finish({ database, month }, pool, '2026-03', '2026-04-07T12:00:00.000Z');
    for (const [name, { byHand = [], then }] of Object.entries(PAIRS)) {
      const site = of.get(name);
      const [installation] = site?.installations ?? [];
      if (site === undefined || installation === undefined) continue;
      for (const [period, correction] of byHand) await hands.correct(site.mspId, period, correction);
      if (then === 'goes on with 40') await report(name, '2026-04', [40]);
      if (then === 'retired')
        await month.run(`update installation set retired_at = '2026-04-10T10:00:00Z' where id = :installation`, {
          installation,
        });
      if (then === 'replaced')
        await month.run(
          `with next as (
             insert into installation (msp_id, site_id, id, metered_key_id, enrolled_by, product_version, activated_at)
             values (:mspId, :siteId, gen_random_uuid(), :keyId, 'key', '20.0.0', '2026-04-10T10:00:00Z') returning id)
           update installation i set replaced_by = next.id, replaced_at = '2026-04-10T10:00:00Z', replaced_for_free = true
           from next where i.id = :installation`,
          { mspId: site.mspId, siteId: site.siteId, keyId: site.keyId, installation },
        );
    }
    for (const statement of await closeConfirmed({ database, month }, pool, '2026-04', '2026-05-06T12:00:00.000Z'))
      april.set(statement.msp.name, statement);
  }, 120_000);
  afterAll(async () => {
    await pool.close();
    await database.drop();
  });

  it.each(Object.entries(PAIRS))('%s', (name, { april: used, corrects = [] }) => {
    const lines = april.get(name)?.lines ?? [];
    expect(lines.flatMap((line) => (line.kind === 'usage' ? [[line.basis, line.peak, line.amountMinor]] : []))).toEqual(
      [['estimated', used, BigInt(used) * 2_00n]],
    );
    expect(correctionsIn(lines)).toEqual(corrects);
  });

  it('comes to the same in verify', async () => {
    const { programmes } = await verifyAll(database.db, { now: new Date('2026-05-07T12:00:00Z') });
    expect(programmes.msp).toMatchObject({ I2: 'holds', I3: 'holds', I6: 'holds' });
  });
});
