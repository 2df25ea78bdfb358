import { TERMINAL } from '../../domain/access/actor.js';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { planShards } from '../../activities/closing/planShards.js';
import { insertDecision } from '../../db/access/decisionStore.js';
import { ALL } from '../../db/connect.js';
import type { DecisionContent } from '../../domain/decision.js';
import { parsePeriod } from '../../domain/period.js';
import { runSubject } from '../../domain/run.js';
import { SHIPPED_PROGRAMME_SETTINGS } from '../../domain/settings/index.js';
import {
  closePeriod,
  closePeriodId,
  closeProgress,
  decideCompleteness,
  endCollection,
  endReview,
  type ClosePeriodInput,
} from '../../workflows/closePeriod.js';
import { closeShard, closeShardId, issueTurn, shardStage } from '../../workflows/closeShard.js';
import { deliverMail } from '../../workflows/deliverMail.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';
import { eventually } from '../support/programme.js';

const MAILBOX = 'mail-server.mailbox';
const SECOND = 1000;
const CALENDAR = SHIPPED_PROGRAMME_SETTINGS.calendar;
/** A run that was opened while every deadline of March 2027 was to come. */
const ON_TIME = { collectUntil: null, reviewUntil: null, openedAt: new Date('2027-03-31T12:00:00Z') };

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const fromNow = (ms: number) => new Date(Date.now() + ms);

describe('the deadlines of a month', () => {
  it('case 21: Sydney and Brisbane, whose clocks differ until 4 April 2027, each have their own', () => {
    const zones = ['Australia/Sydney', 'Australia/Brisbane'];
    const shards = planShards(
      parsePeriod('2027-03'),
      zones.map((zone, index) => ({ mspId: `msp ${index}`, zone, distributorId: 'distributor' })),
      CALENDAR,
      ON_TIME,
    );
    const of = (zone: string) => {
      const shard = shards.find(({ participants }) => participants.some((msp) => msp.zone === zone));
      return [shard?.participants.length, shard?.monthEnd, shard?.collectUntil, shard?.reviewUntil, shard?.mailedBy];
    };
    // Daylight saving time ends in Sydney on day 4 at 03:00: its month and day 3 end an hour before Brisbane's, day 5 with it.
    const common = [new Date('2027-04-05T14:00:00Z'), new Date('2027-04-10T14:00:00Z')];
    expect(of('Australia/Sydney')).toEqual([
      1,
      new Date('2027-03-31T13:00:00Z'),
      new Date('2027-04-03T13:00:00Z'),
      ...common,
    ]);
    expect(of('Australia/Brisbane')).toEqual([
      1,
      new Date('2027-03-31T14:00:00Z'),
      new Date('2027-04-03T14:00:00Z'),
      ...common,
    ]);
  });

  it('two zones whose clocks agree on every one of them share a shard', () => {
    const candidates = ['Europe/Berlin', 'Europe/Paris'].map((zone) => ({ mspId: zone, zone, distributorId: 'd' }));
    expect(planShards(parsePeriod('2027-03'), candidates, CALENDAR, ON_TIME)).toHaveLength(1);
  });

  it('deadlines that have passed part nobody: all zones share a shard, which has the latest of them, and keep their month', () => {
    const candidates = ['Asia/Tokyo', 'America/New_York', 'Europe/Berlin'].map((zone) => ({
      ...{ mspId: zone, zone, distributorId: 'd' },
    }));
    const [late, ...others] = planShards(parsePeriod('2027-03'), candidates, CALENDAR, {
      ...ON_TIME,
      openedAt: new Date('2027-05-01T00:00:00Z'),
    });
    expect(others).toEqual([]);
    expect([late?.monthEnd, late?.collectUntil, late?.mailedBy]).toEqual([
      new Date('2027-04-01T04:00:00Z'),
      new Date('2027-04-04T04:00:00Z'),
      new Date('2027-04-11T04:00:00Z'),
    ]);
    expect(late?.participants.map(({ zone, monthEnd }) => [zone, monthEnd])).toEqual([
      ['Asia/Tokyo', new Date('2027-03-31T15:00:00Z')],
      ['America/New_York', new Date('2027-04-01T04:00:00Z')],
      ['Europe/Berlin', new Date('2027-03-31T22:00:00Z')],
    ]);
  });

  it('of those to come one is enough to part them', () => {
    const candidates = ['Asia/Tokyo', 'Europe/Berlin'].map((zone) => ({ mspId: zone, zone, distributorId: 'd' }));
    // Only when everything is to be mailed differs: at the end of day 10, of which Tokyo's has not come either.
    const openedAt = new Date('2027-04-09T00:00:00Z');
    expect(planShards(parsePeriod('2027-03'), candidates, CALENDAR, { ...ON_TIME, openedAt })).toHaveLength(2);
  });

  it('rule 1: nothing is issued before the day of issue; waits that are set by hand have no such day', () => {
    const candidates = [{ mspId: 'msp', zone: 'Europe/Berlin', distributorId: 'd' }];
    const issueFrom = (issueDay: number, reviewUntil: Date | null) =>
      planShards(parsePeriod('2027-03'), candidates, { ...CALENDAR, issueDay }, { ...ON_TIME, reviewUntil })[0]
        ?.issueFrom;
    expect(issueFrom(6, null)).toEqual(new Date('2027-04-05T22:00:00Z'));
    expect(issueFrom(8, null)).toEqual(new Date('2027-04-07T22:00:00Z'));
    expect(issueFrom(8, new Date('2027-04-02T09:00:00Z'))).toEqual(new Date('2027-04-02T09:00:00Z'));
  });
});

describe('what a close waits for', () => {
  let database: TestDatabase;
  let app: TestApp;
  let month: ReturnType<typeof monthFixture>;
  let distributorId: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await createTestApp(database);
    month = monthFixture(database.db);
    await month.programme();
    distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await app.startWorker();
  }, 120_000);

  afterAll(async () => {
    await app.stop();
    await database.drop();
  });

  /** A programme of its own, with two sites of one MSP in `zone`, at 2.00 EUR a mailbox. */
  const world = async (programme: string, zone: string, firstPeriod: string, settings: object = {}) => {
    await month.programme({ code: programme, firstPeriod, settings });
    const prices = { [MAILBOX]: { model: 'per_unit', unitPrice: '2.00' } } as const;
    await month.pricePlan({ programme, currency: 'EUR', prices });
    const mspId = await month.msp({ name: `MSP of ${programme}`, distributorId, programme, zone });
    const sites = [
      await month.site({ mspId, name: 'first site', programme }),
      await month.site({ mspId, name: 'second site', programme }),
    ];
    const report = async (
      period: string,
      { receivedAt, peaks = [10, 11] }: { receivedAt?: Date; peaks?: number[] } = {},
    ) => {
      for (const [index, site] of sites.entries()) {
        await month.report(site, {
          period,
          lines: [{ tenant: 'main', meter: MAILBOX, peak: peaks[index] ?? 0 }],
          ...(receivedAt === undefined ? {} : { receivedAt: receivedAt.toISOString() }),
        });
      }
    };
    return { mspId, sites, report };
  };

  const start = (input: Partial<ClosePeriodInput> & { programme: string; period: string }) =>
    app.client.workflow.start(closePeriod, {
      workflowId: closePeriodId(input.programme, input.period),
      taskQueue: app.taskQueue,
      args: [{ openedBy: TERMINAL, collectUntil: null, reviewUntil: null, skipReason: null, ...input }],
    });

  /** As the API does: keeps what a person decided about silent sites, and tells the run its id. */
  const decideGate = async (
    { programme, period }: { programme: string; period: string },
    content: DecisionContent<'completeness'>,
  ) => {
    const made = { id: randomUUID(), kind: 'completeness', subject: runSubject({ programme, period }) } as const;
    const actor = { kind: 'person', id: 'first', name: 'First person' } as const;
    await database.db.transaction(ALL, (trx) => insertDecision(trx, { ...made, content, actor, at: new Date() }));
    const handle = app.client.workflow.getHandle(closePeriodId(programme, period));
    return handle.executeUpdate(decideCompleteness, { args: [{ decisionId: made.id }] });
  };
  const march = (programme: string) => ({ programme, period: '2026-03' });

  const stagesOf = async (programme: string, period: string) =>
    (
      await month.run<{ stage: string }>(
        'select stage from run_shard where programme_code = :programme and period = :period order by shard',
        { programme, period },
      )
    ).map(({ stage }) => stage);

  const totals = async (programme: string, period: string) =>
    (
      await month.run<{ total: string }>(
        `select total_minor::text as total from statement where programme_code = :programme and period = :period`,
        { programme, period },
      )
    ).map(({ total }) => total);

  const mailsAbout = (kind: string, programme: string) =>
    month.run<{ recipient: string; params: Record<string, unknown> }>(
      'select recipient, params from outbox where kind = :kind and programme_code = :programme order by id',
      { kind, programme },
    );

  describe('case 22: the programme in Berlin, the MSP in New York, every site reports on the last day', () => {
    /** New York's month ends in `monthEnd` milliseconds, its day 3 in `collect`; the run is open already. */
    const newYork = async (
      programme: string,
      { monthEnd, collect, issue = collect }: { monthEnd: number; collect: number; issue?: number },
    ) => {
      const made = await world(programme, 'America/New_York', '2026-03');
      await month.open('2026-03', new Date('2026-04-01T02:00:00Z'), programme);
      const deadlines = {
        monthEnd: fromNow(monthEnd),
        collectUntil: fromNow(collect),
        reviewUntil: fromNow(collect),
        issueFrom: fromNow(issue),
        mailedBy: fromNow(collect + 86_400 * SECOND),
      };
      await month.run(
        `update run_shard set month_end = :monthEnd, collect_until = :collectUntil, review_until = :reviewUntil,
           issue_from = :issueFrom, mailed_by = :mailedBy where programme_code = :programme`,
        { ...deadlines, programme },
      );
      await month.run('update run_participant set month_end = :monthEnd where programme_code = :programme', {
        ...{ monthEnd: deadlines.monthEnd, programme },
      });
      const handle = await app.client.workflow.start(closeShard, {
        workflowId: closeShardId(programme, '2026-03', 1),
        taskQueue: app.taskQueue,
        args: [
          {
            ...{ programme, period: '2026-03', shard: 1, zone: 'America/New_York', msps: 1 },
            monthEnd: deadlines.monthEnd.toISOString(),
            collectUntil: deadlines.collectUntil.toISOString(),
            reviewUntil: deadlines.reviewUntil.toISOString(),
            issueFrom: deadlines.issueFrom.toISOString(),
            mailedBy: deadlines.mailedBy.toISOString(),
          },
        ],
      });
      await handle.signal(issueTurn);
      return { ...made, ...deadlines, handle };
    };
    const reconciled = async (programme: string) => {
      const [found] = await month.run<{ count: number }>(
        'select count(*)::int as count from reconciled_site where programme_code = :programme',
        { programme },
      );
      return found?.count ?? 0;
    };
    const reconciledAt = async (programme: string) => {
      while ((await reconciled(programme)) === 0) await sleep(50);
      return Date.now();
    };

    it('opens while it is still March in New York, with the deadlines of New York', async () => {
      await world('zones', 'America/New_York', '2026-03');
      await month.open('2026-03', new Date('2026-04-01T02:00:00Z'), 'zones');
      const found = await month.run(
        `select month_end as "monthEnd", collect_until as "collectUntil" from run_shard where programme_code = 'zones'`,
      );
      expect(found).toEqual([
        { monthEnd: new Date('2026-04-01T04:00:00Z'), collectUntil: new Date('2026-04-04T04:00:00Z') },
      ]);
    });

    it('is not reconciled before its month is over, not even if somebody ends the collection', async () => {
      const { handle, report, monthEnd } = await newYork('hurried', { monthEnd: 4 * SECOND, collect: 600 * SECOND });
      await report('2026-03', { receivedAt: fromNow(-SECOND) });
      await handle.signal(endCollection);
      expect(await reconciledAt('hurried')).toBeGreaterThanOrEqual(monthEnd.getTime());
      await handle.signal(endReview);
      await handle.result();
    });

    it('nor before the end of day 3, while a report of the last day may still be revised', async () => {
      const { handle, report, collectUntil } = await newYork('revisable', {
        monthEnd: 2 * SECOND,
        collect: 6 * SECOND,
      });
      await report('2026-03', { receivedAt: fromNow(-SECOND) });
      expect(await reconciledAt('revisable')).toBeGreaterThanOrEqual(collectUntil.getTime());
      expect(await handle.result()).toMatchObject({ issued: 1 });
    });

    it('but at once where every report came after the end of the month', async () => {
      const { handle, report, monthEnd } = await newYork('final', { monthEnd: 3 * SECOND, collect: 600 * SECOND });
      await report('2026-03', { receivedAt: monthEnd });
      const at = await reconciledAt('final');
      expect(at).toBeGreaterThanOrEqual(monthEnd.getTime());
      expect(at).toBeLessThan(monthEnd.getTime() + 60 * SECOND);
      await handle.signal(endReview);
      await handle.result();
    });

    it('rule 1: statements are issued on the day of issue, though the review is over; a person may issue at once', async () => {
      const waits = { monthEnd: -SECOND, collect: SECOND };
      const punctual = await newYork('punctual', { ...waits, issue: 6 * SECOND });
      const urgent = await newYork('urgent', { ...waits, issue: 600 * SECOND });
      for (const { report } of [punctual, urgent]) await report('2026-03');
      expect(await punctual.handle.result()).toMatchObject({ issued: 1 });
      expect(Date.now()).toBeGreaterThanOrEqual(punctual.issueFrom.getTime());
      expect(await urgent.handle.query(shardStage)).toBe('issue');
      expect(await totals('urgent', '2026-03')).toEqual([]);
      await urgent.handle.signal(endReview);
      expect(await urgent.handle.result()).toMatchObject({ issued: 1 });
    });

    it('an extension that the shard has not heard of when it ends the collection is obeyed', async () => {
      const { handle, report } = await newYork('unheard', { monthEnd: -SECOND, collect: 4 * SECOND });
      const until = fromNow(8 * SECOND);
      await month.run('update run_shard set collect_until = :until where programme_code = :programme', {
        until,
        programme: 'unheard',
      });
      await sleep(5 * SECOND);
      await report('2026-03');
      expect(await reconciledAt('unheard')).toBeGreaterThanOrEqual(until.getTime());
      expect(await handle.result()).toMatchObject({ issued: 1 });
      expect(await totals('unheard', '2026-03')).toEqual(['4200']);
    });
  });

  describe('case 23: what is asked for while the run opens is kept and obeyed', () => {
    /** A run that has been started and cannot open before `open` is called. */
    const opening = async (
      programme: string,
      waits: { collectUntil: Date | null; reviewUntil: Date | null },
      settings: object = {},
    ) => {
      const made = await world(programme, 'Europe/Berlin', '2026-03', settings);
      // Whoever sets something for a month holds the programme: the run opens only afterwards.
      const holder = new pg.Client({ connectionString: database.ownerUrl });
      await holder.connect();
      await holder.query('begin');
      await holder.query('select code from programme where code = $1 for update', [programme]);
      const handle = await start({
        programme,
        period: '2026-03',
        collectUntil: waits.collectUntil?.toISOString() ?? null,
        reviewUntil: waits.reviewUntil?.toISOString() ?? null,
      });
      await eventually(
        () => handle.query(closeProgress),
        ({ stage }) => stage === 'open',
      );
      const open = async () => {
        expect(await stagesOf(programme, '2026-03')).toEqual([]);
        await holder.query('rollback');
        await holder.end();
      };
      return { ...made, handle, open };
    };
    const inAnHour = () => fromNow(3600 * SECOND);

    it('an end of the review', async () => {
      const { report, handle, open } = await opening('early', { collectUntil: null, reviewUntil: inAnHour() });
      await report('2026-03');
      await handle.signal(endReview);
      await open();
      expect(await handle.result()).toMatchObject({ issued: 1, parked: 0 });
    });

    it('an end of the collection; the shard keeps it in its deadlines', async () => {
      // No site reports, or the collection could end by itself; nobody is asked about silent ones.
      const waits = { collectUntil: inAnHour(), reviewUntil: null };
      const { handle, open } = await opening('hasty', waits, { estimates: { silentSitesPercent: 100 } });
      await handle.signal(endCollection);
      await open();
      await eventually(
        () => stagesOf('hasty', '2026-03'),
        ([stage]) => stage === 'review' || stage === 'issue' || stage === 'done',
      );
      await eventually(
        () =>
          month.run<{ ended: boolean }>(
            `select collect_until <= now() as ended from run_shard where programme_code = 'hasty'`,
          ),
        ([shard]) => shard?.ended === true,
      );
      await handle.signal(endReview);
      await handle.result();
    });

    it('a “go” with estimates, whose author is told what came of it', async () => {
      const over = fromNow(-SECOND);
      const { handle, open } = await opening('eager', { collectUntil: over, reviewUntil: over });
      const decided = decideGate(march('eager'), { decision: 'go', until: null, reason: 'They are on strike' });
      await sleep(SECOND);
      await open();
      expect(await decided).toEqual({ extendedShards: 0, released: true });
      expect(await handle.result()).toMatchObject({ issued: 1, parked: 0 });
    });

    it('an extension of the collection', async () => {
      const { report, handle, open } = await opening('longer', {
        collectUntil: fromNow(5 * SECOND),
        reviewUntil: fromNow(5 * SECOND),
      });
      const until = fromNow(20 * SECOND);
      const content = { decision: 'extend', until: until.toISOString(), reason: 'They asked for it' } as const;
      const decided = decideGate(march('longer'), content);
      await sleep(SECOND);
      await open();
      expect(await decided).toEqual({ extendedShards: 1, released: false });
      await report('2026-03');
      expect(await handle.result()).toMatchObject({ issued: 1, parked: 0 });
      expect(Date.now()).toBeGreaterThanOrEqual(until.getTime() - SECOND);
    });

    it('a decision about a run that cannot be opened is answered', async () => {
      await month.programme({ code: 'future', firstPeriod: '2098-03' });
      const holder = new pg.Client({ connectionString: database.ownerUrl });
      await holder.connect();
      await holder.query('begin');
      await holder.query(`select code from programme where code = 'future' for update`);
      const handle = await start({ programme: 'future', period: '2098-03' });
      const decided = decideGate(
        { programme: 'future', period: '2098-03' },
        { decision: 'go', until: null, reason: 'x' },
      );
      await sleep(SECOND);
      await holder.query('rollback');
      await holder.end();
      await expect(decided).rejects.toMatchObject({ cause: { cause: { type: 'STATE_CONFLICT' } } });
      await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'PERIOD_NOT_OVER' } });
    });
  });

  describe('case 64: a month in which all sites are silent', () => {
    /** February billed 20.00 and 22.00 EUR; nothing came for March, whose run waits at the gate. */
    const silentMarch = async (programme: string) => {
      const made = await world(programme, 'Europe/Berlin', '2026-02');
      await made.report('2026-02');
      await (await start({ programme, period: '2026-02' })).result();
      // The review, whose length an extension keeps, has none.
      const over = fromNow(-SECOND).toISOString();
      const handle = await start({ programme, period: '2026-03', collectUntil: over, reviewUntil: over });
      await eventually(
        () => stagesOf(programme, '2026-03'),
        ([stage]) => stage === 'gate',
      );
      return { ...made, handle };
    };

    it('waits for a person, and tells the partner team how many sites and how much money; “go” bills estimates', async () => {
      const { handle } = await silentMarch('gate');
      const shard = app.client.workflow.getHandle<typeof closeShard>(closeShardId('gate', '2026-03', 1));
      expect(await shard.query(shardStage)).toBe('gate');
      expect(await mailsAbout('completenessGate', 'gate')).toEqual([
        {
          recipient: 'partners@gate.example',
          params: expect.objectContaining({
            period: '2026-03',
            silent: 2,
            expected: 2,
            lastBilled: [{ currency: 'EUR', amount: '42.00' }],
          }),
        },
      ]);
      await app.client.workflow.execute(deliverMail, { workflowId: 'deliver', taskQueue: app.taskQueue, args: [] });
      expect(app.inbox.messages().flatMap(({ recipients }) => recipients)).toContain('partners@gate.example');
      expect(await totals('gate', '2026-03')).toEqual([]);

      const decision = { decision: 'go' as const, until: null, reason: 'Their server was down' };
      expect(await decideGate(march('gate'), decision)).toEqual({
        extendedShards: 0,
        released: true,
      });
      expect(await handle.result()).toMatchObject({ issued: 1, parked: 0 });
      expect(await totals('gate', '2026-03')).toEqual(['4200']);
      const [run] = await month.run(
        `select released_by ->> 'name' as by, release_reason as reason from billing_run
         where programme_code = 'gate' and period = '2026-03'`,
      );
      expect(run).toEqual({ by: 'First person', reason: 'Their server was down' });
    });

    it('a “go” that comes while the sites are being counted is obeyed, not kept waiting for the next look', async () => {
      const { report } = await world('counting', 'Europe/Berlin', '2026-02');
      await report('2026-02');
      await (await start({ programme: 'counting', period: '2026-02' })).result();
      const collectUntil = fromNow(5 * SECOND).toISOString();
      const handle = await start({ programme: 'counting', period: '2026-03', collectUntil, reviewUntil: collectUntil });
      await eventually(
        () => stagesOf('counting', '2026-03'),
        (stages) => stages.length === 1,
      );
      // The gate has read that nobody let the run go on, and hangs where it tells the partner team.
      const holder = new pg.Client({ connectionString: database.ownerUrl });
      await holder.connect();
      await holder.query('begin');
      await holder.query('lock table outbox in share mode');
      await eventually(
        () => database.asOwner<{ count: number }>(`select count(*)::int as count from pg_locks where not granted`),
        ([waiting]) => (waiting?.count ?? 0) > 0,
      );
      const decision = { decision: 'go' as const, until: null, reason: 'Their server was down' };
      expect(await decideGate(march('counting'), decision)).toMatchObject({ released: true });
      await holder.query('rollback');
      await holder.end();
      expect(await handle.result()).toMatchObject({ issued: 1, parked: 0 });
    });

    it('is looked at again where a person ends the collection, and goes on once the sites have reported', async () => {
      const { handle, report } = await silentMarch('reported');
      await report('2026-03', { peaks: [12, 13] });
      await handle.signal(endCollection);
      expect(await handle.result()).toMatchObject({ issued: 1, parked: 0 });
      expect(await totals('reported', '2026-03')).toEqual(['5000']);
    });

    it('cannot be extended for longer than 31 days', async () => {
      const { handle } = await silentMarch('slip');
      const said = { reason: 'A slip of the year' };
      const until = '2126-04-04T00:00:00.000Z';
      await expect(decideGate(march('slip'), { decision: 'extend', until, ...said })).rejects.toMatchObject({
        cause: { cause: { type: 'VALIDATION_FAILED' } },
      });
      await decideGate(march('slip'), { decision: 'go', until: null, ...said });
      expect(await handle.result()).toMatchObject({ issued: 1, parked: 0 });
    });

    it('cannot be extended any more while it is reconciled', async () => {
      const { handle } = await silentMarch('toolate');
      await month.run(
        `update run_shard set stage = 'reconcile' where programme_code = 'toolate' and period = '2026-03'`,
      );
      const extend = { decision: 'extend' as const, until: fromNow(60 * SECOND).toISOString() };
      const said = { reason: 'They are mending it' };
      await expect(decideGate(march('toolate'), { ...extend, ...said })).rejects.toMatchObject({
        cause: { cause: { type: 'STATE_CONFLICT' } },
      });
      await decideGate(march('toolate'), { decision: 'go', until: null, ...said });
      expect(await handle.result()).toMatchObject({ issued: 1, parked: 0 });
    });

    it('collects on where a person extends it, and bills what was reported until then', async () => {
      const { handle, report } = await silentMarch('extended');
      const decision = {
        decision: 'extend' as const,
        until: fromNow(5 * SECOND).toISOString(),
        reason: 'They are mending it',
      };
      expect(await decideGate(march('extended'), decision)).toEqual({
        extendedShards: 1,
        released: false,
      });
      await report('2026-03', { peaks: [12, 13] });
      expect(await handle.result()).toMatchObject({ issued: 1, parked: 0 });
      expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(decision.until));
      const estimated = await month.run(
        `select kind from discrepancy where programme_code = 'extended' and period = '2026-03' and kind = 'missing_report'`,
      );
      expect(estimated).toEqual([]);
      expect(await totals('extended', '2026-03')).toEqual(['5000']);
    });
  });
});
