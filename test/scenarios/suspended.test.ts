import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { silenceOf } from '../../db/closing/completeness.js';
import { ALL } from '../../db/connect.js';
import { beginSuspension, endSuspension } from '../../db/programmes/suspensionStore.js';
import { minorToDecimalString } from '../../domain/money.js';
import type { Statement } from '../../domain/statement.js';
import { createRenderPool, type RenderPool } from '../../statements/index.js';
import { allHold, verifyAll } from '../../verify/index.js';
import { closeConfirmed } from '../support/closedMonths.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';

/**
 * MSP Alpha is suspended from 10 March, 12:00, to 20 May, 12:00. A mailbox costs 2.00 EUR. Its site Quiet stops with its key;
 * Busy goes on as if nothing had happened; Apart is never seen, it reports 15 at the end of each month but April.
 */
const SUSPENDED = { from: '2026-03-10T11:00:00Z', until: '2026-05-20T10:00:00Z' };

/** What each month comes to: `<site> <mailboxes>, <where the number is from>`. */
const MONTHS = {
  '2026-02': { lines: ['Apart 15, reported', 'Busy 30, reported', 'Quiet 30, reported'], total: 150_00n, expected: 4 },
  // The past is billed: what was seen until the suspension. The 90 that Busy counted on the 20th are a case, and so is what Apart
  // reports at the end of the month: nobody saw any of it before the suspension.
  '2026-03': { lines: ['Apart 0, observed', 'Busy 25, observed', 'Quiet 20, estimated'], total: 90_00n, expected: 4 },
  // All of the month in the suspension: nobody waits for a report, and nothing is estimated.
  '2026-04': { lines: ['Busy 0, observed'], total: 0n, expected: 0 },
  // Resumed on the 20th: all are expected again. Quiet is silent, and was last known with 20.
  '2026-05': { lines: ['Apart 15, reported', 'Busy 35, observed', 'Quiet 20, estimated'], total: 140_00n, expected: 4 },
} as const;
type Period = keyof typeof MONTHS;
const PERIODS = Object.keys(MONTHS) as Period[];

describe('rule 20: an MSP that is suspended', () => {
  let database: TestDatabase;
  let pool: RenderPool;
  let month: ReturnType<typeof monthFixture>;
  let mspId: string;
  const statements = new Map<Period, Statement>();
  /** Of MSP Beta, suspended at the same time, whose price list has a minimum. */
  const withMinimum = new Map<Period, Statement>();

  beforeAll(async () => {
    database = await createTestDatabase();
    pool = createRenderPool({ threads: 1 });
    month = monthFixture(database.db);
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.run(`update programme set first_period = '2026-02'`);
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } } });
    mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    const austria = await month.distributor({ code: 'AT', currency: 'EUR', country: 'AT' });
    await month.pricePlan({
      ...{ currency: 'EUR', distributorId: austria, minimumMinor: 25_00n },
      prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } },
    });
    const beta = await month.msp({ name: 'MSP Beta', distributorId: austria });
    const small = await month.site({ mspId: beta, name: 'Small' });
    const busy = await month.site({ mspId, name: 'Busy' });
    const quiet = await month.site({ mspId, name: 'Quiet' });
    const apart = await month.site({ mspId, name: 'Apart' });
    const seen = (site: typeof busy, at: string, count: number) =>
      month.checkIn(site, { at, tenant: 'main', meter: MAILBOX, count });
    const report = (site: typeof busy, period: Period, peak: number) =>
      month.report(site, { period, lines: [{ tenant: 'main', meter: MAILBOX, peak }] });
    const close = async (period: Period, now: string) => {
      for (const statement of await closeConfirmed({ database, month }, pool, period, now)) {
        (statement.msp.name === 'MSP Beta' ? withMinimum : statements).set(period, statement);
      }
    };
    const both = [mspId, beta].map((id) => ({ mspId: id, programme: 'msp' }));

    await report(busy, '2026-02', 30);
    await report(quiet, '2026-02', 30);
    await report(apart, '2026-02', 15);
    await report(small, '2026-02', 5);
    await close('2026-02', '2026-03-06T12:00:00Z');

    await seen(busy, '2026-03-05T09:00:00Z', 25);
    await seen(quiet, '2026-03-05T09:00:00Z', 20);
    await seen(small, '2026-03-05T09:00:00Z', 5);
    for (const of of both) {
      await database.db.transaction(ALL, (trx) => beginSuspension(trx, { ...of, at: new Date(SUSPENDED.from) }));
    }
    await seen(busy, '2026-03-20T09:00:00Z', 90);
    await report(apart, '2026-03', 15);
    await close('2026-03', '2026-04-06T12:00:00Z');

    await seen(busy, '2026-04-15T09:00:00Z', 90);
    await close('2026-04', '2026-05-06T12:00:00Z');

    await seen(busy, '2026-05-10T09:00:00Z', 90);
    for (const of of both) {
      await database.db.transaction(ALL, (trx) => endSuspension(trx, { ...of, at: new Date(SUSPENDED.until) }));
    }
    await seen(busy, '2026-05-25T09:00:00Z', 35);
    await report(busy, '2026-05', 35);
    await report(apart, '2026-05', 15);
    await close('2026-05', '2026-06-06T12:00:00Z');
  });
  afterAll(async () => {
    await pool.close();
    await database.drop();
  });

  const linesOf = (period: Period) =>
    (statements.get(period)?.lines ?? []).flatMap((line) =>
      line.kind === 'usage' ? [`${line.siteName} ${line.quantity}, ${line.basis}`] : [line.kind],
    );

  it.each(PERIODS)('%s is billed up to the suspension and from its end on, and gets its statement', (period) => {
    expect([linesOf(period), statements.get(period)?.totalMinor]).toEqual([MONTHS[period].lines, MONTHS[period].total]);
  });

  it.each(PERIODS)('%s waits for the reports that are expected, and for none of a suspended MSP', async (period) => {
    const { expected } = await database.db.transaction(ALL, (trx) => silenceOf(trx, { programme: 'msp', period }));
    expect(expected).toBe(MONTHS[period].expected);
  });

  it('is a case in each month in which a site goes on all the same, with what it comes to without', async () => {
    const found = await month.run<{ site: string; period: string; revokedAt: string; usedOn: string; upTo: number }>(
      `select s.name as site, d.period, evidence ->> 'revokedAt' as "revokedAt", evidence ->> 'usedOn' as "usedOn",
         (evidence ->> 'upToRevocation')::int as "upTo"
       from discrepancy d join site s on s.id = d.site_id where d.kind = 'usage_after_revocation' order by d.period, s.name`,
    );
    const revokedAt = new Date(SUSPENDED.from).toISOString();
    expect(found).toEqual([
      { site: 'Apart', period: '2026-03', revokedAt, usedOn: '2026-03-10', upTo: 0 },
      { site: 'Busy', period: '2026-03', revokedAt, usedOn: '2026-03-20', upTo: 25 },
      { site: 'Busy', period: '2026-04', revokedAt, usedOn: '2026-04-15', upTo: 0 },
      { site: 'Busy', period: '2026-05', revokedAt, usedOn: '2026-05-10', upTo: 35 },
    ]);
  });

  it.each<[Period, string, bigint]>([
    ['2026-02', 'usage 10.00 + minimum 15.00', 25_00n],
    ['2026-03', 'usage 10.00 + minimum 15.00', 25_00n],
    // It has not left: it is billed for the month, of which it used nothing.
    ['2026-04', 'minimum 25.00', 25_00n],
    ['2026-05', 'usage 10.00 + minimum 15.00', 25_00n],
  ])('rules 9 and 20: the minimum of 25.00 is due for %s, in or out of a suspension: %s', (period, lines, total) => {
    const statement = withMinimum.get(period);
    const said = (statement?.lines ?? []).map(
      ({ kind, amountMinor }) => `${kind} ${minorToDecimalString(amountMinor, 'EUR')}`,
    );
    expect([said.join(' + '), statement?.totalMinor]).toEqual([lines, total]);
  });

  it('comes to the same by a second opinion', async () => {
    const report = await verifyAll(database.db, { now: new Date('2026-06-10T12:00:00Z') });
    expect([report.programmes, allHold(report)]).toEqual([report.programmes, true]);
  });
});
