import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tsToMs } from '@temporalio/common/lib/time.js';
import { TERMINAL } from '../../domain/access/actor.js';
import { startClose } from '../../starts/closePeriod.js';
import { closePeriodId } from '../../workflows/closePeriod.js';
import { closeShardId } from '../../workflows/closeShard.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

/** After the death of a worker the month goes on within this. */
const GOES_ON_MS = 15_000;
const WAITS = { openedBy: TERMINAL, collectUntil: null, reviewUntil: null, skipReason: null };

describe('a worker that is killed in the middle of an activity', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    const month = monthFixture(database.db);
    await month.programme({ code: 'msp', firstPeriod: '2026-03' });
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({
      currency: 'EUR',
      prices: { 'mail-server.mailbox': { model: 'per_unit', unitPrice: '1.50' } },
    });
    const mspId = await month.msp({ name: 'MSP', distributorId });
    const site = await month.site({ mspId, name: 'site' });
    for (const period of ['2026-03', '2026-04']) {
      await month.report(site, { period, lines: [{ tenant: 'main', meter: 'mail-server.mailbox', peak: 5 }] });
    }
    app = await createTestApp(database);
  });
  afterAll(async () => {
    await app.stop();
    await database.drop();
  });

  interface Tried {
    activity: string;
    attempts: number;
    /** From the moment when it was asked for to the start of the attempt that went well, by Temporal's clock. */
    ms: number;
  }

  /** Activities of a workflow that took more than one attempt. */
  const triedAgain = async (workflowId: string): Promise<Tried[]> => {
    const { events } = await app.client.workflow.getHandle(workflowId).fetchHistory();
    return (events ?? []).flatMap(({ eventTime, activityTaskStartedEventAttributes: begun }) => {
      if (begun == null || (begun.attempt ?? 1) === 1) return [];
      const asked = (events ?? []).find(({ eventId }) => String(eventId) === String(begun.scheduledEventId));
      const activity = asked?.activityTaskScheduledEventAttributes?.activityType?.name ?? '';
      return [{ activity, attempts: begun.attempt ?? 1, ms: tsToMs(eventTime) - tsToMs(asked?.eventTime) }];
    });
  };

  /** Closes the month while the worker that fails at that point is the only one; the next one starts when it is gone. */
  const closeWithDeath = async (period: string, failpoint: string): Promise<Tried[]> => {
    const doomed = await app.startWorker({ KONTOR_FAILPOINT: failpoint });
    const gone = once(doomed.child, 'exit');
    await startClose({ temporal: app.client, taskQueue: app.taskQueue }, { programme: 'msp', period, ...WAITS });
    await gone;
    const next = await app.startWorker();
    const handle = app.client.workflow.getHandle(closePeriodId('msp', period));
    expect(await handle.result()).toMatchObject({ issued: 1, parked: 0 });
    await next.stop();
    return [...(await triedAgain(handle.workflowId)), ...(await triedAgain(closeShardId('msp', period, 1)))];
  };

  it.each([
    ['2026-03', 'as it opens the month, before it is committed', 'commit.before:1:kill', 'openPeriod'],
    ['2026-04', 'as it reconciles a shard, after that is committed', 'commit.after:4:kill', 'reconcileShard'],
  ])('%s: %s: another one has begun it again in under 15 s', async (period, _what, failpoint, activity) => {
    const again = await closeWithDeath(period, failpoint);
    expect(again.map((each) => each.activity)).toEqual([activity]);
    for (const { attempts, ms } of again) expect(ms).toBeLessThan(GOES_ON_MS * (attempts - 1));
  });
});
