import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WithStartWorkflowOperation } from '@temporalio/client';
import { closePeriod, closePeriodId, endReview, type ClosePeriodInput } from '../../workflows/closePeriod.js';
import { decideCase, settleStatement, settleStatementId } from '../../workflows/settleStatement.js';
import { previewPeriod, previewPeriodId } from '../../workflows/previewPeriod.js';
import { closeShardId } from '../../workflows/closeShard.js';
import { recordHistory } from '../support/histories.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { insertDecision } from '../../db/access/decisionStore.js';
import { ALL } from '../../db/connect.js';
import type { DecisionContent } from '../../domain/decision.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';

const FEBRUARY = { programme: 'msp', period: '2026-02' };

describe('the close of a period', () => {
  let database: TestDatabase;
  let app: TestApp;
  let month: ReturnType<typeof monthFixture>;
  let alpha: string;
  let beta: string;

  const start = (input: Partial<ClosePeriodInput> & { period: string }) =>
    app.client.workflow.start(closePeriod, {
      workflowId: closePeriodId('msp', input.period),
      taskQueue: app.taskQueue,
      args: [
        {
          programme: 'msp',
          openedBy: { kind: 'person', id: 'first person', name: 'First' },
          collectUntil: null,
          reviewUntil: null,
          skipReason: null,
          ...input,
        },
      ],
      workflowIdConflictPolicy: 'USE_EXISTING',
    });

  /** As the API does: keeps the decision of that person, and tells the workflow its id. */
  const decide = async (
    mspId: string,
    who: string,
    { caseId, ...decision }: { caseId: string } & Omit<DecisionContent<'case'>, 'seenResolvedAt'>,
  ) => {
    const made = { id: randomUUID(), kind: 'case', subject: `case:${caseId}`, at: new Date() } as const;
    const actor = { kind: 'person', id: who, name: who } as const;
    const content = { ...decision, seenResolvedAt: null };
    await database.db.transaction(ALL, (trx) => insertDecision(trx, { ...made, content, actor }));
    return app.client.workflow.executeUpdateWithStart(decideCase, {
      args: [{ caseId, decisionId: made.id }],
      startWorkflowOperation: new WithStartWorkflowOperation(settleStatement, {
        workflowId: settleStatementId({ programme: 'msp', period: '2026-03', mspId }),
        taskQueue: app.taskQueue,
        args: [{ programme: 'msp', period: '2026-03', mspId }],
        workflowIdConflictPolicy: 'USE_EXISTING',
      }),
    });
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await createTestApp(database);
    month = monthFixture(database.db);
    await month.programme({ firstPeriod: '2026-02' });
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.pricePlan({ currency: 'EUR', prices: { [MAILBOX]: { model: 'per_unit', unitPrice: '1.00' } } });
    alpha = await month.msp({ name: 'MSP Alpha', distributorId });
    beta = await month.msp({ name: 'MSP Beta', distributorId, locale: 'de' });
    for (const [mspId, february, march] of [
      [alpha, 20, 20],
      [beta, 20, 40],
    ] as const) {
      const site = await month.site({ mspId, name: 'site' });
      await month.report(site, { period: '2026-02', lines: [{ tenant: 'main', meter: MAILBOX, peak: february }] });
      await month.report(site, { period: '2026-03', lines: [{ tenant: 'main', meter: MAILBOX, peak: march }] });
      await month.checkIn(site, { at: '2026-03-15T10:00:00Z', tenant: 'main', meter: MAILBOX, count: march + 5 });
    }
    await app.startWorker();
  });

  afterAll(async () => {
    await app.stop();
    await database.drop();
  });

  it('a dry run shows what the close would come to and writes nothing', async () => {
    const preview = await app.client.workflow.execute(previewPeriod, {
      workflowId: previewPeriodId(FEBRUARY),
      taskQueue: app.taskQueue,
      args: [FEBRUARY],
    });
    expect(preview).toMatchObject({ statements: 2, parked: 0, totals: { EUR: '40.00' }, openCases: 0 });
    const [written] = await month.run(
      `select (select count(*)::int from billing_run) as runs, (select count(*)::int from statement) as statements,
         (select count(*)::int from outbox) as mails, (select count(*)::int from statement_number) as numbers`,
    );
    expect(written).toEqual({ runs: 0, statements: 0, mails: 0, numbers: 0 });
    await recordHistory(app.client, previewPeriodId(FEBRUARY), 'previewPeriod');
  });

  it('issues, renders and mails every MSP, and a pack to the distributor', async () => {
    const handle = await start({ period: '2026-02' });
    expect(await handle.result()).toMatchObject({ period: '2026-02', issued: 2, parked: 0, packs: 1 });
    const recipients = app.inbox.messages().flatMap(({ recipients: to }) => to);
    expect(recipients).toContain('billing@de.example');
    expect(recipients.filter((to) => to.startsWith('billing@') && to !== 'billing@de.example')).toHaveLength(2);
    await recordHistory(app.client, closePeriodId('msp', '2026-02'), 'closePeriod-sealed');
    await recordHistory(app.client, closeShardId('msp', '2026-02', 1), 'closeShard-deadlines-passed');
  });

  it('joins a run that is there already instead of running twice (rule 1)', async () => {
    const mails = app.inbox.messages().length;
    const again = await start({ period: '2026-02' });
    expect(await again.result()).toMatchObject({ issued: 2, parked: 0 });
    expect(app.inbox.messages()).toHaveLength(mails);
  });

  it('takes decisions in the review, parks a moved total, and issues it once a second person confirms', async () => {
    const handle = await start({ period: '2026-03', reviewUntil: new Date(Date.now() + 600_000).toISOString() });
    const openCases = async () => (await month.cases('2026-03')).filter(({ state }) => state === 'open');
    while ((await openCases()).length < 2) await new Promise((resolve) => setTimeout(resolve, 100));

    const mine = (await openCases()).find(({ mspId, kind }) => mspId === alpha && kind === 'report_mismatch');
    const counted = { caseId: mine?.id ?? '', decision: 'set_quantity', quantity: 21 };
    await expect(decide(alpha, 'first person', { ...counted, reason: null })).rejects.toMatchObject({
      cause: { type: 'REASON_REQUIRED', details: [{ field: '/reason' }] },
    });
    const outcome = await decide(alpha, 'first person', { ...counted, reason: 'counted by hand' });
    expect(outcome).toMatchObject({ state: 'settled', statementNumber: null });
    await handle.signal(endReview);
    expect(await handle.result()).toMatchObject({ issued: 1, parked: 1 });

    const moved = (await month.cases('2026-03')).find(({ kind }) => kind === 'total_moved');
    const confirmation = { caseId: moved?.id ?? '', decision: 'confirm', quantity: null, reason: null };
    await expect(decide(beta, 'first person', confirmation)).rejects.toMatchObject({
      cause: { type: 'FOUR_EYES_REQUIRED' },
    });
    expect(await decide(beta, 'second person', confirmation)).toMatchObject({
      statementNumber: 'MSP-DE-2026-000004',
    });
    await app.client.workflow
      .getHandle(settleStatementId({ programme: 'msp', period: '2026-03', mspId: beta }))
      .result();

    await recordHistory(app.client, closeShardId('msp', '2026-03', 1), 'closeShard-review-ended');
    await recordHistory(
      app.client,
      settleStatementId({ programme: 'msp', period: '2026-03', mspId: alpha }),
      'settleStatement-in-review',
    );
    await recordHistory(
      app.client,
      settleStatementId({ programme: 'msp', period: '2026-03', mspId: beta }),
      'settleStatement-parked-and-confirmed',
    );

    const totals = await month.run<{ number: string; total: string }>(
      `select number, total_minor as total from statement where period = '2026-03' order by number`,
    );
    expect(totals).toEqual([
      { number: 'MSP-DE-2026-000003', total: '2100' },
      { number: 'MSP-DE-2026-000004', total: '4500' },
    ]);
    const packs = await month.run<{ supplement: number }>(
      `select supplement from billing_pack where period = '2026-03' order by supplement`,
    );
    expect(packs).toEqual([{ supplement: 0 }, { supplement: 1 }]);
  });
});
