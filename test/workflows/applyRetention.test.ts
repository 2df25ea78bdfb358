import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRenderPool, type RenderPool } from '../../statements/index.js';
import { applyRetention } from '../../workflows/applyRetention.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { recordHistory } from '../support/histories.js';
import { oldMonth, type OldMonths } from '../support/oldMonths.js';

describe('what is kept no longer, each day', () => {
  let pool: RenderPool;
  let old: OldMonths;
  let app: TestApp;

  beforeAll(async () => {
    pool = createRenderPool({ threads: 1 });
    old = await oldMonth(pool, '2024-03', '2026-03');
    app = await createTestApp(old.database);
    await app.startWorker();
  });
  afterAll(async () => {
    await app.stop();
    await pool.close();
    await old.database.drop();
  });

  it('goes by a schedule, as of the day on which that was due, and once', async () => {
    const remove = async (now: string) => {
      const workflowId = `retention-${randomUUID()}`;
      const result = await app.client.workflow.execute(applyRetention, {
        ...{ workflowId, taskQueue: app.taskQueue, args: [{ now }] as [{ now: string }] },
      });
      return { workflowId, result };
    };
    const { workflowId, result } = await remove('2026-04-01T03:15:00Z');
    expect(result).toMatchObject({ removed: { checkIns: 4, usageReports: 2 }, held: 0 });
    await recordHistory(app.client, workflowId, 'applyRetention-removed');
    expect((await remove('2026-04-01T03:15:00Z')).result).toEqual({ removed: {}, held: 0 });
    const { action } = await app.client.schedule.getHandle('retention').describe();
    expect(action).toMatchObject({ type: 'startWorkflow', workflowType: 'applyRetention' });
  });
});
