import { TERMINAL } from '../../domain/access/actor.js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { MSPS_AT_ONCE } from '../../domain/run.js';
import { overallVerdicts, verifyAll } from '../../verify/index.js';
import { closePeriod, closePeriodId, endReview } from '../../workflows/closePeriod.js';

import { createTestApp, type AppProcess, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';
const PERIOD = '2026-03';
/** More than are issued in one transaction, and than one batch of mails. */
const MSPS = MSPS_AT_ONCE + 10;

/** A worker that died is noticed by its missing heartbeats: ten seconds, and then the month goes on. */
describe('a worker that is killed', () => {
  let database: TestDatabase;
  let app: TestApp;
  let month: ReturnType<typeof monthFixture>;
  let killAtMail = Number.POSITIVE_INFINITY;
  let accepted = 0;
  let worker: AppProcess;
  let killed: Promise<void> | undefined;

  beforeEach(async () => {
    accepted = 0;
    killAtMail = Number.POSITIVE_INFINITY;
    killed = undefined;
    database = await createTestDatabase();
    month = monthFixture(database.db);
    app = await createTestApp(database, {
      fault: ({ messageId }) => {
        if (messageId !== null) accepted += 1;
        if (accepted === killAtMail) killed ??= worker.kill();
        return 'accept';
      },
    });
    await month.programme({ firstPeriod: PERIOD });
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '1.00' } } });
    for (let index = 0; index < MSPS; index += 1) {
      const mspId = await month.msp({ name: `MSP ${String(index).padStart(3, '0')}`, distributorId });
      const site = await month.site({ mspId, name: 'site' });
      await month.report(site, { period: PERIOD, lines: [{ tenant: 'main', meter: MAILBOX, peak: 10 + index }] });
    }
  }, 180_000);

  afterEach(async () => {
    await app.stop();
    await database.drop();
  });

  const close = (reviewUntil: Date | null = null) =>
    app.client.workflow.start(closePeriod, {
      workflowId: closePeriodId('msp', PERIOD),
      taskQueue: app.taskQueue,
      args: [
        {
          programme: 'msp',
          period: PERIOD,
          skipReason: null,
          openedBy: TERMINAL,
          collectUntil: null,
          reviewUntil: reviewUntil?.toISOString() ?? null,
        },
      ],
    });

  const issuedSoFar = async () =>
    (await month.run<{ count: number }>('select count(*)::int as count from statement'))[0]?.count ?? 0;

  const stages = async () =>
    (await month.run<{ stage: string }>('select stage from run_shard')).map(({ stage }) => stage);

  const until = async (happened: () => Promise<boolean>) => {
    while (!(await happened())) await new Promise((resolve) => setTimeout(resolve, 20));
  };

  const expectNobodyGotASecondMail = () => {
    const ids = app.inbox.messages().map(({ messageId }) => messageId);
    expect(new Set(ids).size).toBe(ids.length);
  };

  const expectEveryInvariant = async () => {
    const broken = Object.entries(overallVerdicts(await verifyAll(database.db, { period: PERIOD }))).filter(
      ([, result]) => result !== 'holds' && result !== 'not checked',
    );
    expect(broken).toEqual([]);
  };

  it('while issuing: the next one issues the rest, numbers stay gapless, every MSP gets one mail', async () => {
    worker = await app.startWorker();
    const handle = await close(new Date(Date.now() + 600_000));
    await until(async () => (await stages()).every((stage) => stage === 'review') && (await stages()).length > 0);
    // Somebody holds an MSP of the second batch: the first is committed, the second hangs in its transaction. No stronger
    // a lock than that, so that a reconciliation tried again on a busy machine can still refer to the row.
    const lock = new pg.Client({ connectionString: database.ownerUrl });
    await lock.connect();
    await lock.query('begin');
    await lock.query('select 1 from run_participant where position = $1 for no key update', [MSPS_AT_ONCE + 5]);
    await handle.signal(endReview);
    await until(async () => (await issuedSoFar()) >= MSPS_AT_ONCE);
    await app.startWorker();
    await worker.kill();
    const died = Date.now();
    expect(await issuedSoFar()).toBe(MSPS_AT_ONCE);
    await lock.query('rollback');
    await lock.end();

    await until(async () => (await issuedSoFar()) === MSPS);
    expect(Date.now() - died).toBeLessThan(15_000);
    expect(await handle.result()).toMatchObject({ issued: MSPS, parked: 0 });
    const numbers = await month.run<{ number: string }>('select number from statement order by number');
    expect(numbers.map(({ number }) => number)).toEqual(
      Array.from({ length: MSPS }, (_, index) => `MSP-DE-2026-${String(index + 1).padStart(6, '0')}`),
    );
    expectNobodyGotASecondMail();
    await expectEveryInvariant();
  }, 300_000);

  it('while mailing: nobody gets a second mail; what was in its hands is parked as uncertain, for a person', async () => {
    killAtMail = 40;
    worker = await app.startWorker();
    const handle = await close();
    await until(() => Promise.resolve(killed !== undefined));
    await killed;
    killAtMail = Number.POSITIVE_INFINITY;
    await app.startWorker();
    await handle.result();

    const states = await month.run<{ state: string; count: number }>(
      `select state, count(*)::int as count from outbox where kind = 'statementIssued' group by state order by state`,
    );
    expect(states.map(({ state }) => state)).toEqual(['sent', 'uncertain']);
    expect(states.reduce((sum, { count }) => sum + count, 0)).toBe(MSPS);
    expectNobodyGotASecondMail();
    await expectEveryInvariant();
  }, 300_000);
});
