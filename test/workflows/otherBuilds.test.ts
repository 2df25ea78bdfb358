import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { TERMINAL } from '../../domain/access/actor.js';
import { startClose } from '../../starts/closePeriod.js';
import { closePeriodId } from '../../workflows/closePeriod.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { monthFixture } from '../support/month.js';
import { testTemporal } from '../support/temporal.js';

const WORKER = fileURLToPath(new URL('../../worker/main.js', import.meta.url));
const OTHER_BUILD = fileURLToPath(new URL('../support/otherBuild.js', import.meta.url));
const PERIOD = '2026-03';
const LATER = new Date(Date.now() + 86_400_000).toISOString();
const CLOSE = {
  programme: 'msp',
  period: PERIOD,
  openedBy: TERMINAL,
  collectUntil: null,
  reviewUntil: LATER,
  skipReason: null,
};

describe('a worker whose build another one has opened a month before', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    Runtime.install({ logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} } });
    database = await createTestDatabase();
    const month = monthFixture(database.db);
    await month.programme({ code: 'msp', firstPeriod: PERIOD });
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    const mspId = await month.msp({ name: 'MSP', distributorId });
    const site = await month.site({ mspId, name: 'site' });
    const lines = [{ tenant: 'main', meter: 'mail-server.mailbox', peak: 5 }] as const;
    await month.report(site, { period: PERIOD, lines: [...lines] });
    app = await createTestApp(database);
  });
  afterAll(async () => {
    await app.stop();
    await database.drop();
    await Runtime.instance().shutdown();
  });

  /** Exit status, or `works` once it is ready, and what it refuses. */
  const start = async (): Promise<[number | 'works', string]> => {
    const child = fork(WORKER, [], { env: { ...process.env, ...app.env }, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const closed = once(child, 'close') as Promise<[number]>;
    const ready = await Promise.race([once(child, 'message').then(() => true), closed.then(() => false)]);
    if (ready) child.kill('SIGTERM');
    const [status] = await closed;
    return [ready ? 'works' : status, said.slice(Math.max(0, said.indexOf('kontor-worker: ')))];
  };

  const inReview = async () => {
    for (;;) {
      const found = await database.asOwner(`select 1 from run_shard where stage = 'review'`);
      if (found.length > 0) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };

  it('goes on with a month that this build has opened', async () => {
    const worker = await app.startWorker();
    await startClose({ temporal: app.client, taskQueue: app.taskQueue }, CLOSE);
    await inReview();
    await worker.stop();
    expect((await start())[0]).toBe('works');
  });

  it.each([
    [
      'facts of a later version',
      `update reconciled_site set facts = facts || '{"version": 99}'`,
      'version unknown here (99)',
    ],
    ['facts without a version', `update reconciled_site set facts = facts - 'version'`, 'version unknown here (none)'],
    [
      'a kind of discrepancy that it does not know',
      `update billing_run set rules = jsonb_set(rules, '{kinds}', rules -> 'kinds' || '["new_kind"]')`,
      'kinds unknown here (new_kind)',
    ],
    [
      'settings in a shape that it does not know',
      `update billing_run set rules = jsonb_set(rules, '{settings}', '{"calendar": {"phaseOfTheMoon": 3}}')`,
      'its rules cannot be read here',
    ],
  ])('refuses to start where an open month has %s, and says what to run', async (_what, change, why) => {
    const kept = await database.asOwner<{ rules: unknown; facts: unknown }>(
      `select (select rules from billing_run) as rules, (select facts from reconciled_site) as facts`,
    );
    await database.asOwner('set session_replication_role = replica; ' + change);
    const [status, said] = await start();
    await database.asOwner(
      `with run as (update billing_run set rules = $1) update reconciled_site set facts = $2`,
      kept.flatMap(({ rules, facts }) => [JSON.stringify(rules), JSON.stringify(facts)]),
    );
    expect(status).toBe(2);
    expect(said).toContain(`cannot go on with ${PERIOD} of "msp"`);
    expect(said).toContain(why);
    expect(said).toContain('Run the version that opened it, or a newer one, until the month is sealed.');
    expect(said).not.toMatch(/^\s+at /m);
  });

  it('refuses to start where a close was begun by workflows that do not fit, and starts once it is ended', async () => {
    const handle = app.client.workflow.getHandle(closePeriodId('msp', PERIOD));
    await handle.terminate('to be begun by another build');
    const connection = await NativeConnection.connect(testTemporal());
    const other = await Worker.create({
      ...{ connection, namespace: app.client.options.namespace, taskQueue: app.taskQueue, workflowsPath: OTHER_BUILD },
    });
    await other.runUntil(async () => {
      await startClose({ temporal: app.client, taskQueue: app.taskQueue }, CLOSE);
      while (!JSON.stringify(await handle.fetchHistory()).includes('timerStartedEventAttributes')) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    });
    await connection.close();
    const [status, said] = await start();
    expect(status).toBe(2);
    expect(said).toContain(
      `The workflow ${closePeriodId('msp', PERIOD)} was begun by a version of Kontor with which this one does not fit.`,
    );
    expect(said).toContain('terminate it in Temporal, start this version, and start the close again');
    await handle.terminate('as the message says');
    expect((await start())[0]).toBe('works');
  });
});
