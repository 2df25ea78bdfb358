import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { settle } from '../../activities/orders/settle.js';
import { quoteOrder } from '../../api/orders/quoteOrder.js';
import { ALL } from '../../db/connect.js';
import { insertOrder } from '../../db/orders/orderStore.js';
import type { Statement } from '../../domain/statement.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';

const TEAM = { kind: 'person', id: 'team', name: 'Partner team' } as const;

describe('a licence extended, renewed, replaced on the 15th', () => {
  let database: TestDatabase;
  let month: ReturnType<typeof monthFixture>;
  let mspId: string;
  let site: Awaited<ReturnType<typeof month.site>>;
  let large: typeof site;
  let licenceId: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    month = monthFixture(database.db);
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({
      currency: 'EUR',
      prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } },
      termPrices: { [MAILBOX]: { unitPrice: '24.00', billing: 'whole' } },
    });
    mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    site = await month.site({ mspId, name: 'branch' });
    // A large one, so that what is told does not move the total by a quarter.
    large = await month.site({ mspId, name: 'large' });
  });
  afterAll(() => database.drop());

  /** Ordered and approved on that day; what it cost. */
  const order = (day: string, ordered: Parameters<typeof quoteOrder>[1]) =>
    database.db.transaction(ALL, async (trx) => {
      const at = new Date(`${day}T10:00:00Z`);
      const quote = await quoteOrder(trx, ordered, { mspId, view: 'service_provider', at });
      const id = randomUUID();
      await insertOrder(trx, {
        ...{
          ...quote.order,
          mspId,
          id,
          state: 'placed',
          placedAt: at,
          placedBy: { kind: 'person', id: 'msp', name: 'MSP' },
          placedView: 'service_provider',
        },
        ...{ decidedAt: null, decidedBy: null, decidedHow: null, reason: null },
      });
      const decision = { mspId, orderId: id, end: 'approve', reason: null, how: 'person', actor: TEAM } as const;
      await settle(trx, { ...decision, at: at.toISOString() });
      return { id, amountMinor: quote.order.amountMinor };
    });

  /** 20 in use on every day that is told. */
  const close = async (period: string, closedAt: string): Promise<Statement> => {
    for (const day of ['02', '14', '15', '27']) {
      await month.checkIn(site, { at: `${period}-${day}T10:00:00Z`, tenant: 'main', meter: MAILBOX, count: 20 });
    }
    await month.report(site, { period, lines: [{ tenant: 'main', meter: MAILBOX, peak: 20 }] });
    await month.report(large, { period, lines: [{ tenant: 'main', meter: MAILBOX, peak: 400 }] });
    const [statement] = await month.close(period, new Date(closedAt));
    if (statement === undefined) throw new Error('nothing was issued');
    return statement;
  };
  const branch = ({ lines }: Statement) =>
    lines.flatMap((line) => (line.kind === 'usage' && line.siteName === 'branch' ? [line] : []));
  const terms = ({ lines }: Statement) =>
    lines.flatMap((line) =>
      'licenceId' in line ? [[line.kind, line.count, line.startsOn, line.endsOn, line.amountMinor]] : [],
    );

  it('ordered on 15 January: 240.00 with January, in which 20 were metered until the 14th', async () => {
    const ordered = await order('2026-01-15', {
      kind: 'licence',
      siteId: site.siteId,
      meter: MAILBOX,
      count: 10,
      years: 1,
    });
    licenceId = ordered.id;
    expect(ordered.amountMinor).toBe(240_00n);
    const january = await close('2026-01', '2026-02-20T12:00:00Z');
    expect(terms(january)).toEqual([['term', 10, '2026-01-15', '2027-01-15', 240_00n]]);
    expect(branch(january)).toMatchObject([{ peak: 20, quantity: 20 }]);
  });

  it('extended by 5 on 1 March: 5 × 24.00 × 320 / 365 = 105.21, and 5 are metered', async () => {
    const extension = await order('2026-03-01', { kind: 'extension', licenceId, count: 5 });
    expect(extension.amountMinor).toBe(105_21n);
    const march = await close('2026-03', '2026-04-20T12:00:00Z');
    expect(terms(march)).toEqual([['extension', 5, '2026-03-01', '2027-01-15', 105_21n]]);
    expect(branch(march)).toMatchObject([{ licensed: 15, quantity: 5 }]);
  });

  it('case 13: renewed with 10 on 15 January 2027: the month is measured day by day, 10 metered', async () => {
    await order('2026-12-20', { kind: 'renewal', licenceId, years: 1 });
    const january = await close('2027-01', '2027-02-20T12:00:00Z');
    expect(terms(january)).toEqual([['term', 10, '2027-01-15', '2028-01-15', 240_00n]]);
    expect(branch(january)).toMatchObject([
      {
        ...{ peak: 20, licensed: 10, quantity: 10, amountMinor: 20_00n },
        licensedDays: [
          { first: '2027-01-01', last: '2027-01-14', count: 20, licensed: 15 },
          { first: '2027-01-15', last: '2027-01-31', count: 20, licensed: 10 },
        ],
      },
    ]);
  });

  it('rule 21: the term that is over is not extended any more', async () => {
    const late = order('2027-03-01', { kind: 'extension', licenceId, count: 5 });
    await expect(late).rejects.toThrow(expect.objectContaining({ code: 'STATE_CONFLICT' }));
  });
});
