import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Runtime, Worker } from '@temporalio/worker';
import { readEnv } from '../../config/env.js';
import { dataConverterOf } from '../../config/temporalClient.js';
import { loadTracing } from '../../config/tracing.js';
import { loadWorkflowBundle } from '../../worker/workflowBundle.js';
import { closePeriodId } from '../../workflows/closePeriod.js';
import { admit } from '../support/access.js';
import { createTestApp, type AppProcess, type TestApp } from '../support/app.js';
import { startCollector, type CollectedSpan } from '../support/collector.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { recordedHistories } from '../support/histories.js';
import { monthFixture } from '../support/month.js';

const logger = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };
const NAME = 'Whoever Sends The Most';
/** What a stranger would have its request join. */
const STRANGERS = '4bf92f3577b34da6a3ce929d0e0e4736';

describe.each([
  ['', {}],
  [' where payloads are encrypted', { TEMPORAL_CODEC_KEYS: `first=${randomBytes(32).toString('base64')}` }],
])('traces%s', (_how, keys) => {
  let collector: Awaited<ReturnType<typeof startCollector>>;
  let database: TestDatabase;
  let app: TestApp;
  let token: string;
  let processes: AppProcess[];

  beforeAll(async () => {
    collector = await startCollector();
    database = await createTestDatabase();
    const month = monthFixture(database.db);
    await month.programme({ code: 'msp', firstPeriod: '2026-03' });
    const distributorId = await month.distributor({ code: 'DE', currency: 'EUR', country: 'DE' });
    await month.msp({ name: NAME, distributorId });
    token = await admit(database.db, 'vendor');
    app = await createTestApp(database, { env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...keys } });
    processes = await Promise.all([app.startApi(), app.startWorker()]);
  });
  afterAll(async () => {
    await app.stop();
    await collector.close();
    await database.drop();
  });

  const runs = () => `${processes[0]?.url ?? ''}/v1/programmes/msp/runs`;

  const found = async (
    name: string,
    matches: (span: CollectedSpan) => boolean = () => true,
  ): Promise<CollectedSpan> => {
    for (;;) {
      const span = collector.spans.find((each) => each.name === name && matches(each));
      if (span !== undefined) return span;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };

  it('one reaches from a request over the workflow that it starts to its activities and their transactions', async () => {
    const answer = await fetch(runs(), {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': 'a-key-of-mine' },
        traceparent: `00-${STRANGERS}-00f067aa0ba902b7-01`,
      },
      body: JSON.stringify({ period: '2026-03' }),
    });
    expect(answer.status).toBe(202);
    await app.client.workflow.getHandle(closePeriodId('msp', '2026-03')).result();
    const request = await found('POST /v1/programmes/{programme}/runs');
    expect(request).toMatchObject({ service: 'kontor-api', parentSpanId: '' });
    const activity = await found('RunActivity:openPeriod');
    expect(activity).toMatchObject({ service: 'kontor-worker', traceId: request.traceId });
    await found('transaction', ({ parentSpanId }) => parentSpanId === activity.spanId);
    const up = [activity];
    for (let span = activity; span.parentSpanId !== ''; up.push(span)) {
      const { parentSpanId } = span;
      span = await found(
        span === activity ? 'StartActivity:openPeriod' : nameAbove(span),
        (each) => each.spanId === parentSpanId,
      );
    }
    expect(up.map(({ name }) => name)).toEqual([
      ...['RunActivity:openPeriod', 'StartActivity:openPeriod', 'RunWorkflow:closePeriod', 'StartWorkflow:closePeriod'],
      'POST /v1/programmes/{programme}/runs',
    ]);
  });

  const nameAbove = ({ name }: CollectedSpan) =>
    ({
      'StartActivity:openPeriod': 'RunWorkflow:closePeriod',
      'RunWorkflow:closePeriod': 'StartWorkflow:closePeriod',
    })[name] ?? 'POST /v1/programmes/{programme}/runs';

  it('may be switched off while a workflow runs that began with them', async () => {
    Runtime.install({ logger, telemetryOptions: { logging: { filter: 'OFF' } } });
    try {
      const dataConverter = dataConverterOf(readEnv(app.env));
      const workflowBundle = await loadWorkflowBundle({
        failureConverterPath: dataConverter?.failureConverterPath,
        interceptorModules: [],
      });
      const history = await app.client.workflow.getHandle(closePeriodId('msp', '2026-03')).fetchHistory();
      const options = { workflowBundle, ...(dataConverter === undefined ? {} : { dataConverter }) };
      await expect(Worker.runReplayHistory(options, history)).resolves.toBeUndefined();
    } finally {
      await Runtime.instance().shutdown();
    }
  });

  it('hold no words, keys or tokens, and no trace that a sender names', async () => {
    // A month that is not over fails, and its message would say so.
    await fetch(runs(), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ period: '2999-03' }),
    });
    // What is left is sent as they end.
    await Promise.all(processes.map((each) => each.stop()));
    const received = collector.received();
    for (const secret of [NAME, token, 'a-key-of-mine', STRANGERS, 'exception.message', 'exception.stacktrace']) {
      expect(received.includes(secret)).toBe(false);
    }
  });
});

describe('workflows that were begun without traces', () => {
  afterEach(() => Runtime.instance().shutdown());

  it('go on with them: every recorded history replays', async () => {
    Runtime.install({ logger, telemetryOptions: { logging: { filter: 'OFF' } } });
    const tracing = await loadTracing(readEnv({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }), 'kontor-worker');
    const workflowBundle = await loadWorkflowBundle({
      failureConverterPath: undefined,
      interceptorModules: [tracing?.worker.workflowModule ?? ''],
    });
    const unfit: string[] = [];
    for (const { name, history } of await recordedHistories()) {
      await Worker.runReplayHistory({ workflowBundle, replayName: 'traced' }, history).catch((error: unknown) => {
        unfit.push(`${name}: ${String(error)}`);
      });
    }
    expect(unfit).toEqual([]);
    await tracing?.close();
  });
});

describe('without a collector', () => {
  it('nothing of it is loaded', async () => {
    const { href } = new URL('../../config/', import.meta.url);
    const script = `
      const { readEnv } = await import('${href}env.js');
      const { loadTracing } = await import('${href}tracing.js');
      const { createRequire } = await import('node:module');
      const of = async (given) => (await loadTracing(readEnv(given), 'kontor-api')) !== null
        && Object.keys(createRequire('${href}').cache).some((path) => path.includes('sdk-trace'));
      console.log(await of({}), await of({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }));
      process.exit(0);`;
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    expect((await run).stdout).toBe('false true\n');
  });
});
