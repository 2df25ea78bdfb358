import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TERMINAL } from '../../domain/access/actor.js';
import { describeFailure } from '../../cli/failure.js';
import { ALL, connect } from '../../db/connect.js';
import { isTransient } from '../../db/transient.js';
import { closeResult, startClose } from '../../starts/closePeriod.js';
import { closePeriodId, endReview } from '../../workflows/closePeriod.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';
import { tcpProxy, type TcpProxy } from '../support/tcpProxy.js';

const MAILBOX = 'mail-server.mailbox';
const PERIOD = '2026-03';
const MSPS = 12;

describe('a close whose database connections fail', () => {
  let database: TestDatabase;
  let app: TestApp;
  let month: ReturnType<typeof monthFixture>;
  let proxy: TcpProxy;
  let distributorId: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await createTestApp(database);
    month = monthFixture(database.db);
    await month.programme();
    distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    const url = new URL(database.appUrl);
    proxy = await tcpProxy(Number(url.port));
    url.port = String(proxy.port);
    await app.startWorker({ DATABASE_URL: url.toString(), DATABASE_POOL: '3' });
  }, 120_000);

  afterAll(async () => {
    await app.stop();
    await proxy.close();
    await database.drop();
  });

  const run = async (programme: string) => {
    await month.programme({ code: programme, firstPeriod: PERIOD });
    const prices = { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } } as const;
    await month.pricePlan({ programme, currency: 'EUR', prices });
    for (let index = 0; index < MSPS; index += 1) {
      const mspId = await month.msp({ name: `MSP ${index}`, distributorId, programme });
      const site = await month.site({ mspId, name: `site of ${programme}`, programme });
      await month.report(site, { period: PERIOD, lines: [{ tenant: 'main', meter: MAILBOX, peak: index }] });
    }
    await startClose(
      { temporal: app.client, taskQueue: app.taskQueue },
      {
        programme,
        period: PERIOD,
        openedBy: TERMINAL,
        collectUntil: null,
        reviewUntil: new Date(Date.now() + 3_600_000).toISOString(),
        skipReason: null,
      },
    );
    const reviewing = async () => {
      const [found] = await month.run<{ stage: string }>(
        'select stage from run_shard where programme_code = :programme',
        { programme },
      );
      return found?.stage === 'review';
    };
    while (!(await reviewing())) await new Promise((resolve) => setTimeout(resolve, 100));
    return {
      endReview: () => app.client.workflow.getHandle(closePeriodId(programme, PERIOD)).signal(endReview),
      result: () => closeResult({ temporal: app.client }, { programme, period: PERIOD }),
    };
  };

  it('goes on after 18 of them were cut, one after another', async () => {
    const close = await run('cut');
    await close.endReview();
    for (let cuts = 0; cuts < 18;) {
      if (proxy.cut()) cuts += 1;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await close.result()).toMatchObject({ issued: MSPS, parked: 0 });
    const mails = app.inbox.messages().map(({ messageId }) => messageId);
    expect(new Set(mails).size).toBe(mails.length);
  }, 400_000);

  it('gives up one that goes silent in mid-transaction, and goes on', async () => {
    const close = await run('silent');
    const holder = database.asOwner('lock table statement in share mode; select pg_sleep(4)');
    await new Promise((resolve) => setTimeout(resolve, 500));
    await close.endReview();
    // It has numbered in a transaction that hangs where it writes statements; of that connection nothing is heard again.
    const blocked = async () => {
      const [found] = await month.run<{ count: number }>(
        'select count(*)::int as count from pg_locks where not granted',
      );
      return (found?.count ?? 0) > 0;
    };
    while (!(await blocked())) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(proxy.silence()).toBe(true);
    await holder;
    expect(await close.result()).toMatchObject({ issued: MSPS, parked: 0 });
    const numbers = await month.run(`select number from statement where programme_code = 'silent'`);
    expect(numbers).toHaveLength(MSPS);
  }, 240_000);

  it('says the whole of “too many connections for role”, which is tried again', async () => {
    // The role is every suite's; a role of its own for this test.
    await database.asOwner('create role crowded login password $$test$$ connection limit 0');
    const url = new URL(database.appUrl);
    url.username = 'crowded';
    const refused = connect(url.toString(), 1);
    try {
      const error = await refused.transaction(ALL, () => Promise.resolve()).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: '53300', message: 'too many connections for role "crowded"' });
      expect(isTransient(error)).toBe(true);
      expect(describeFailure(error).message).toMatch(
        /^PostgreSQL: too many connections for role "crowded" \(53300\)\. Each process holds up to DATABASE_POOL/,
      );
    } finally {
      await refused.close();
      await database.asOwner('drop role crowded');
    }
  });
});
