import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TERMINAL } from '../../domain/access/actor.js';
import { ALL } from '../../db/connect.js';
import { parkedMsps } from '../../db/readModels/parkedMsps.js';
import { closeResult, startClose } from '../../starts/closePeriod.js';
import { previewPeriod } from '../../workflows/previewPeriod.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';
const PERIOD = '2026-03';
const MSPS = 21;
const LARGEST = 2_147_483_647;

describe('case 26: an MSP whose month breaks a step of the close', () => {
  let database: TestDatabase;
  let app: TestApp;
  let month: ReturnType<typeof monthFixture>;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await createTestApp(database);
    month = monthFixture(database.db);
    await month.programme({ firstPeriod: PERIOD });
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    const prices = { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } } as const;
    await month.pricePlan({ currency: 'EUR', prices });
    for (let index = 0; index < MSPS; index += 1) {
      const mspId = await month.msp({ name: `MSP ${String(index).padStart(2, '0')}`, distributorId });
      const site = await month.site({ mspId, name: 'site', installations: 2 });
      // Two installations on one key are summed (rule 3), beyond what the column of a line's quantity holds.
      for (const installation of site.installations) {
        await month.report(site, {
          period: PERIOD,
          installation,
          lines: [{ tenant: 'main', meter: MAILBOX, peak: index === 7 ? LARGEST : index }],
        });
      }
      if (index === 12) {
        await database.asOwner('alter table reconciled_site add constraint broken check (msp_id <> $$' + mspId + '$$)');
      }
    }
    await app.startWorker();
  }, 120_000);

  afterAll(async () => {
    await app.stop();
    await database.drop();
  });

  it('shows in a dry run, which comes to what the close comes to', async () => {
    const preview = await app.client.workflow.execute(previewPeriod, {
      workflowId: 'preview',
      taskQueue: app.taskQueue,
      args: [{ programme: 'msp', period: PERIOD }],
    });
    expect(preview).toMatchObject({ statements: MSPS - 2, parked: 2 });
  });

  it('parks alone, with a reason of its own; all others are issued, and the partner team is told', async () => {
    const starter = { temporal: app.client, taskQueue: app.taskQueue };
    const waits = { collectUntil: null, reviewUntil: null, skipReason: null };
    await startClose(starter, { programme: 'msp', period: PERIOD, openedBy: TERMINAL, ...waits });
    const result = await closeResult(starter, { programme: 'msp', period: PERIOD });
    expect(result).toMatchObject({ issued: MSPS - 2, parked: 2 });

    const parked = await database.db.transaction(ALL, (trx) =>
      parkedMsps(trx, { programme: 'msp', period: PERIOD, limit: 10 }),
    );
    expect(parked.map(({ mspName, code, reason }) => ({ mspName, code, reason }))).toEqual([
      {
        mspName: 'MSP 07',
        code: 'ISSUE_FAILED',
        reason: expect.stringMatching(/^A count or an amount of its month is too large to be billed: .*out of range/),
      },
      {
        mspName: 'MSP 12',
        code: 'RECONCILE_FAILED',
        reason: expect.stringMatching(/^Its month cannot be worked out: .*"broken"/),
      },
    ]);
    const told = await month.run<{ name: string; state: string }>(
      `select params ->> 'mspName' as name, state from outbox where kind = 'parkedReminder' order by 1`,
    );
    expect(told.map(({ name }) => name)).toEqual(['MSP 07', 'MSP 12']);
    const numbers = await month.run<{ sequence: number }>('select sequence from statement order by sequence');
    expect(numbers.map(({ sequence }) => sequence)).toEqual(Array.from({ length: MSPS - 2 }, (_, at) => at + 1));
  });
});
