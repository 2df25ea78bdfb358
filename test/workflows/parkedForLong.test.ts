import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TERMINAL } from '../../domain/access/actor.js';
import { closeResult, startClose } from '../../starts/closePeriod.js';
import { askRetry } from '../../starts/settleStatement.js';
import { settleStatement, settleStatementId } from '../../workflows/settleStatement.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';
const PERIOD = '2026-03';
/** Each leaves some events behind, of which the tests' server suggests 200 for one execution. */
const RETRIES = 60;

describe('an MSP that is parked for long', () => {
  let database: TestDatabase;
  let app: TestApp;
  let month: ReturnType<typeof monthFixture>;
  let mspId: string;
  const settlement = () => ({ programme: 'msp', period: PERIOD, mspId });
  const handle = () => app.client.workflow.getHandle<typeof settleStatement>(settleStatementId(settlement()));
  const retry = (requestId: string) =>
    askRetry({ temporal: app.client, taskQueue: app.taskQueue }, settlement(), { requestId, timeoutMs: 30_000 });

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await createTestApp(database);
    month = monthFixture(database.db);
    await month.programme({ firstPeriod: PERIOD });
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    mspId = await month.msp({ name: 'MSP Alpha', distributorId });
    const site = await month.site({ mspId, name: 'site' });
    await month.report(site, { period: PERIOD, lines: [{ tenant: 'main', meter: MAILBOX, peak: 5 }] });
    await app.startWorker({ PUBLIC_URL: 'https://kontor.example/' });
    const starter = { temporal: app.client, taskQueue: app.taskQueue };
    const waits = { collectUntil: null, reviewUntil: null, skipReason: null };
    await startClose(starter, { programme: 'msp', period: PERIOD, openedBy: TERMINAL, ...waits });
    await closeResult(starter, { programme: 'msp', period: PERIOD });
  }, 120_000);

  afterAll(async () => {
    await app.stop();
    await database.drop();
  });

  it('is told in the Web UI which step helps its reason, as a link', async () => {
    const { currentDetails } = await handle().query<{ currentDetails: string }>('__temporal_workflow_metadata');
    expect(currentDetails).toContain('POST https://kontor.example/v1/price-plans');
    expect(currentDetails).toContain(
      `POST https://kontor.example/v1/programmes/msp/runs/${PERIOD}/parked/${mspId}/retry`,
    );
    expect(currentDetails).not.toContain('/v1/cases');
  });

  it('goes on in a new execution before its history is too long, answers everybody, and is issued in the end', async () => {
    const { runId } = await handle().describe();
    for (let tries = 0; tries < RETRIES; tries += 1) {
      expect(await retry(`retry ${tries}`)).toMatchObject({ answered: true, result: { statementNumber: null } });
    }
    const later = await handle().describe();
    expect(later.runId).not.toBe(runId);
    expect(later.historyLength).toBeLessThan(400);
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } } });
    // Whoever is not answered in time asks again, under the same id.
    let last = await retry('the last');
    for (let again = 0; again < 3 && !last.answered; again += 1) last = await retry('the last');
    expect(last).toMatchObject({ result: { statementNumber: 'MSP-DE-2026-000001' } });
  }, 240_000);
});
