import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { TERMINAL } from '../../domain/access/actor.js';
import { closeResult, startClose } from '../../starts/closePeriod.js';
import { closePeriodId, endReview } from '../../workflows/closePeriod.js';
import { closeShardId } from '../../workflows/closeShard.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { recordHistory } from '../support/histories.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';

const MAILBOX = 'mail-server.mailbox';
const PERIOD = '2026-03';
const ZONES = ['Asia/Tokyo', 'Europe/Berlin', 'America/New_York'];
const MSPS_PER_ZONE = 2;
/** The month is over everywhere, and no other deadline has passed: each zone has a shard. */
const ON_TIME = new Date('2026-04-01T08:00:00Z');
/** Longer than any round takes; people end it. */
const REVIEW_MS = 3_600_000;

/** Ways in which an operator, or an accident, ends an execution. */
const WAYS = ['terminated', 'cancelled', 'reset to its first task', 'reset to its latest task'] as const;
type Way = (typeof WAYS)[number];

/** Where the close stands still: what the owner holds meanwhile, and how one sees that a programme has come there. */
interface Moment {
  name: string;
  hold: ((programme: string) => string) | null;
  /** The hold waits for this; without it, it is there before the close starts. */
  holdOnce?: string;
  reached: string;
  review?: true;
  /** The close opens its run itself. */
  late?: true;
}

const count = (from: string) => `select count(*)::int as count from ${from}`;
const OF = 'programme_code = :programme';
const MOMENTS: Moment[] = [
  {
    name: 'opening',
    late: true,
    hold: (programme) => `select from programme where code = '${programme}' for update`,
    reached: count(`pg_locks where not granted and :programme <> ''`),
  },
  { name: 'in review', hold: null, reached: count(`run_shard where ${OF} and stage = 'review'`), review: true },
  {
    name: 'numbering',
    hold: (programme) => `select from run_participant where programme_code = '${programme}' and shard = 2 for update`,
    reached: count(`statement where ${OF}`),
  },
  {
    name: 'rendering',
    hold: () => 'lock table statement_document in share mode',
    reached: count(`statement where ${OF}`),
  },
  {
    name: 'mailing',
    hold: () => 'lock table outbox in share mode',
    reached: count(`run_shard where ${OF} and stage = 'issue'`),
  },
  {
    name: 'making packs',
    hold: () => 'lock table billing_pack in share mode',
    reached: `${count(`statement_document d join statement s on s.id = d.statement_id where s.${OF}`)} having count(*) >= ${ZONES.length * MSPS_PER_ZONE}`,
  },
  {
    name: 'sealing',
    hold: (programme) => `select from billing_run where programme_code = '${programme}' for no key update`,
    // Nothing but opening and sealing writes to the run's row.
    holdOnce: count(`run_shard where ${OF}`),
    reached: `${count(`billing_pack where ${OF}`)} having count(*) >= 2`,
  },
];

describe('a close that is interrupted and started again', () => {
  let database: TestDatabase;
  let app: TestApp;
  let month: ReturnType<typeof monthFixture>;
  let distributors: string[];
  let programmes = 0;

  const starter = () => ({ temporal: app.client, taskQueue: app.taskQueue });

  /** A programme of its own: three zones, so three shards, each with MSPs of both distributors. */
  const world = async (): Promise<string> => {
    programmes += 1;
    const programme = `p${programmes}`;
    await month.programme({ code: programme, firstPeriod: PERIOD });
    const prices = { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } } as const;
    await month.pricePlan({ programme, currency: 'EUR', prices });
    for (const [place, zone] of ZONES.entries()) {
      for (let index = 0; index < MSPS_PER_ZONE; index += 1) {
        const name = `MSP ${place} ${index}`;
        const mspId = await month.msp({ name, distributorId: distributors[index] ?? '', programme, zone });
        const site = await month.site({ mspId, name: `site of ${programme}`, programme });
        await month.report(site, {
          period: PERIOD,
          lines: [{ tenant: 'main', meter: MAILBOX, peak: 10 * place + index }],
          receivedAt: '2026-04-02T12:00:00Z',
        });
      }
    }
    return programme;
  };

  /** Starts the close of a run that was opened on time, or, as `late`, lets it open its run now, as one shard. */
  const start = async (programme: string, { review = false, late = false } = {}) => {
    const reviewUntil = review ? new Date(Date.now() + REVIEW_MS).toISOString() : null;
    if (!late) await month.open(PERIOD, ON_TIME, programme, { reviewUntil });
    const waits = { collectUntil: null, reviewUntil, skipReason: null };
    return startClose(starter(), { programme, period: PERIOD, openedBy: TERMINAL, ...waits });
  };

  const until = async (happened: () => Promise<boolean>) => {
    const deadline = Date.now() + 60_000;
    while (!(await happened())) {
      if (Date.now() > deadline) throw new Error(`It did not happen. ${await pending()}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };

  /** What the open workflows wait for, for whoever reads that something did not happen. */
  const pending = async () => {
    const open = [];
    for await (const { workflowId } of app.client.workflow.list({ query: `ExecutionStatus = 'Running'` })) {
      const { raw } = await app.client.workflow.getHandle(workflowId).describe();
      const activities = (raw.pendingActivities ?? []).map(
        ({ activityType, attempt, state, lastFailure }) =>
          `${activityType?.name} ${state} attempt ${attempt} ${lastFailure?.message ?? ''}`,
      );
      open.push(`${workflowId}: ${activities.join(', ')} ${raw.pendingWorkflowTask == null ? '' : 'workflow task'}`);
    }
    return open.join('\n');
  };

  const reached = async (programme: string, sql: string) => {
    const [found] = await month.run<{ count: number }>(sql, { programme });
    return (found?.count ?? 0) > 0;
  };

  const resetTo = async (workflowId: string, which: 'first' | 'latest') => {
    const handle = app.client.workflow.getHandle(workflowId);
    const { runId } = await handle.describe();
    const { events = [] } = await handle.fetchHistory();
    const completed = (events ?? []).filter(({ workflowTaskCompletedEventAttributes: done }) => done != null);
    await app.client.workflowService.resetWorkflowExecution({
      namespace: app.client.options.namespace,
      workflowExecution: { workflowId, runId },
      workflowTaskFinishEventId: (which === 'first' ? completed[0] : completed.at(-1))?.eventId ?? null,
      requestId: randomUUID(),
      reason: 'a test',
    });
  };

  const interrupt = async (workflowId: string, way: Way) => {
    const handle = app.client.workflow.getHandle(workflowId);
    switch (way) {
      case 'terminated':
        await handle.terminate('a test');
        return;
      case 'cancelled':
        await handle.cancel();
        return until(async () => (await handle.describe()).status.name === 'CANCELLED');
      case 'reset to its first task':
        return resetTo(workflowId, 'first');
      case 'reset to its latest task':
        return resetTo(workflowId, 'latest');
    }
  };

  /** What a month came to, the name of its programme left out. */
  const outcome = async (programme: string) => {
    const statements = await month.run<{ msp: string; number: string; total: string }>(
      `select m.name as msp, replace(s.number, upper(:programme) || '-', '') as number, s.total_minor::text as total
       from statement s join msp m on m.id = s.msp_id where s.programme_code = :programme order by m.name`,
      { programme },
    );
    const packs = await month.run<{ code: string; supplement: number; statements: number }>(
      `select d.code, b.supplement, (select count(*)::int from billing_pack_statement x where x.billing_pack_id = b.id)
         as statements
       from billing_pack b join distributor d on d.id = b.distributor_id where b.programme_code = :programme
       order by d.code, b.supplement`,
      { programme },
    );
    const mails = await month.run<{ kind: string; state: string; count: number }>(
      `select kind, state, count(*)::int as count from outbox where programme_code = :programme
       group by kind, state order by kind, state`,
      { programme },
    );
    const sent = await month.run<{ id: string }>(
      `select message_id as id from outbox where programme_code = :programme and state = 'sent'`,
      { programme },
    );
    const ids = new Set(sent.map(({ id }) => id));
    const accepted = app.inbox.messages().filter(({ messageId }) => ids.has(messageId?.replace(/^<|>$/g, '') ?? ''));
    return { statements, packs, mails, acceptedOnce: accepted.length === ids.size };
  };

  let undisturbed: Awaited<ReturnType<typeof outcome>>;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await createTestApp(database);
    month = monthFixture(database.db);
    await month.programme();
    distributors = [
      await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' }),
      await month.distributor({ code: 'AT', currency: 'EUR', country: 'AT' }),
    ];
    await app.startWorker({ DATABASE_POOL: '40' });
    const programme = await world();
    await start(programme);
    await closeResult(starter(), { programme, period: PERIOD });
    undisturbed = await outcome(programme);
  }, 120_000);

  afterAll(async () => {
    await app.stop();
    await database.drop();
  });

  let holder: pg.Client;
  beforeEach(async () => {
    holder = new pg.Client({ connectionString: database.ownerUrl });
    await holder.connect();
    await holder.query('begin');
  });
  afterEach(async () => {
    await holder.end();
  });

  it('an undisturbed one: three shards, six statements, one pack for each distributor', () => {
    expect(undisturbed.statements).toHaveLength(6);
    expect(undisturbed.packs).toEqual([
      { code: 'AT', supplement: 0, statements: 3 },
      { code: 'DE', supplement: 0, statements: 3 },
    ]);
    expect(undisturbed.acceptedOnce).toBe(true);
  });

  it.each(MOMENTS)(
    'case 24: ended while $name, by whichever way, the month ends the same',
    async (moment) => {
      const rounds = await Promise.all(WAYS.map(async (way) => ({ way, programme: await world() })));
      const hold = async () => {
        for (const { programme } of rounds) if (moment.hold !== null) await holder.query(moment.hold(programme));
      };
      const { holdOnce, review = false, late = false } = moment;
      if (holdOnce === undefined) await hold();
      await Promise.all(rounds.map(({ programme }) => start(programme, { review, late })));
      if (holdOnce !== undefined) {
        await Promise.all(rounds.map(({ programme }) => until(() => reached(programme, holdOnce))));
        await hold();
      }
      await Promise.all(rounds.map(({ programme }) => until(() => reached(programme, moment.reached))));
      await Promise.all(rounds.map(({ way, programme }) => interrupt(closePeriodId(programme, PERIOD), way)));
      await holder.query('rollback');

      const ended = await Promise.all(
        rounds.map(async ({ way, programme }) => {
          const begun = await start(programme, { review, late });
          if (review) await app.client.workflow.getHandle(closePeriodId(programme, PERIOD)).signal(endReview);
          await closeResult(starter(), { programme, period: PERIOD });
          if (review && way === 'terminated') {
            await recordHistory(app.client, closePeriodId(programme, PERIOD), 'closePeriod-adopts-three-shards');
          }
          return { way, begun, ...(await outcome(programme)) };
        }),
      );
      expect(ended).toEqual(
        rounds.map(({ way }) => ({ way, begun: way === 'terminated' || way === 'cancelled', ...undisturbed })),
      );
    },
    180_000,
  );

  it.each(WAYS)(
    'a shard that was %s: the month ends the same, with one pack for each distributor',
    async (way) => {
      const programme = await world();
      await start(programme, { review: true });
      await until(() =>
        reached(programme, `${count(`run_shard where ${OF} and stage = 'review'`)} having count(*) = 3`),
      );
      // Taken in mid-flight, as a deployment finds them.
      await recordHistory(app.client, closePeriodId(programme, PERIOD), 'closePeriod-three-shards-in-review');
      await recordHistory(app.client, closeShardId(programme, PERIOD, 2), 'closeShard-in-review');
      await interrupt(closeShardId(programme, PERIOD, 2), way);
      const handle = app.client.workflow.getHandle(closePeriodId(programme, PERIOD));
      await handle.signal(endReview);
      const first = await closeResult(starter(), { programme, period: PERIOD }).then(
        () => 'sealed',
        (error: unknown) => String((error as Error).cause),
      );
      if (way === 'terminated' || way === 'cancelled') {
        expect(first).toContain('Shards 2 failed; start the close again');
        const [told] = await month.run<{ reason: string; failure: string }>(
          `select o.params ->> 'reason' as reason, r.failure from billing_run r
         join outbox o on o.programme_code = r.programme_code and o.kind = 'runFailed'
         where r.programme_code = :programme`,
          { programme },
        );
        expect(told?.failure).toMatch(/^Shard 2: /);
        expect(told?.reason).toBe(told?.failure);
        // Both distributors have an MSP in that shard.
        expect((await outcome(programme)).packs).toEqual([]);
        await start(programme, { review: true });
        await app.client.workflow.getHandle(closePeriodId(programme, PERIOD)).signal(endReview);
        await closeResult(starter(), { programme, period: PERIOD });
        const { statements, mails, ...rest } = await outcome(programme);
        expect(mails.filter(({ kind }) => kind !== 'runFailed')).toEqual(undisturbed.mails);
        const [stands] = await month.run('select failure from billing_run where programme_code = :programme', {
          programme,
        });
        expect(stands).toEqual({ failure: null });
        const { statements: usual, packs, acceptedOnce } = undisturbed;
        expect(rest).toEqual({ packs, acceptedOnce });
        // Those of the other shards were numbered before it.
        expect(statements.map(({ msp, total }) => ({ msp, total }))).toEqual(
          usual.map(({ msp, total }) => ({ msp, total })),
        );
        expect(statements.map(({ number }) => number).sort()).toEqual(usual.map(({ number }) => number).sort());
      } else {
        expect(first).toBe('sealed');
        expect(await outcome(programme)).toEqual(undisturbed);
      }
    },
    180_000,
  );
});
