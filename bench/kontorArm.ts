import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { join } from 'node:path';
import { z } from 'zod';
import { historyEvents } from '../cli/demo/historyEvents.js';
import { watchWorker } from '../cli/demo/workerLoad.js';
import { withDatabase, withTemporal } from '../cli/environment.js';
import { WORKER_MAIN } from '../cli/paths.js';
import { startNodeProcess, type NodeProcess } from '../cli/services/nodeProcess.js';
import { startTemporalPart } from '../cli/services/temporal.js';
import { setUp } from '../cli/services/temporalSetup.js';
import { childEnvironment, readEnv, type Env } from '../config/env.js';
import { ALL, type Database } from '../db/connect.js';
import { runStatus } from '../db/readModels/runStatus.js';
import { TERMINAL } from '../domain/access/actor.js';
import { KontorError } from '../domain/errors.js';
import { closeResult, endWaitOfClose, startClose } from '../starts/closePeriod.js';
import { runKeyOf, type RunKey } from '../domain/run.js';
import { historyTexts } from '../starts/historyTexts.js';
import { createRenderPool } from '../statements/index.js';
import { overallVerdicts, verifyAll } from '../verify/index.js';
import type { Setting } from './arm.js';
import type { Sink } from './sink.js';
import { peakMbOf, watchTree } from './memory.js';
import { PERIOD, PROGRAMME } from './world.js';

/** What one close took and held. */
export interface KontorMeasure {
  closeMs: number;
  /** From the start of the close until every shard waits for people. */
  untilReviewMs: number;
  sqlStatements: number;
  historyEvents: number;
  workerPeakMb: number | null;
  postgresPeakMb: number | null;
  firstMailMs: number | null;
  statements: number;
  parked: number;
  mails: number;
  smtpConnections: number;
  messageIds: ReadonlySet<string>;
  /** Null: it was not asked for. */
  verifyMs: number | null;
}

/** Ended by the benchmark as soon as every shard waits for people. */
const REVIEW_MS = 3_600_000;
const LOOK_EVERY_MS = 100;
const LOOK_FOR_MAILS_MS = 10;
/** How the Message-IDs of statements begin. */
const STATEMENT_MAIL = 'statement.';
const THREADS = 2;
const MIB = 1_024 * 1_024;

type Worker = NodeProcess<unknown>;

/**
 * Starts the close and ends its review, as the demo does; returns once the run is sealed and its last mail accepted. Throws
 * INTERNAL where it would wait for a person.
 */
async function close(
  db: Database,
  temporal: Client,
  { env, run }: { env: Env; run: RunKey },
): Promise<{ untilReviewMs: number; closeMs: number }> {
  const starter = { temporal, taskQueue: env.TEMPORAL_TASK_QUEUE };
  const begun = performance.now();
  const now = Date.now();
  await startClose(starter, {
    ...run,
    openedBy: TERMINAL,
    collectUntil: new Date(now).toISOString(),
    reviewUntil: new Date(now + REVIEW_MS).toISOString(),
    skipReason: null,
  });
  const result = closeResult(starter, run);
  const inReview = async () => {
    const status = await db.transaction(ALL, (trx) => runStatus(trx, run));
    if (status?.shards.some(({ stage }) => stage === 'gate') === true) {
      throw new KontorError('INTERNAL', 'Too many sites are silent: the close waits for a person (rule 4).');
    }
    return status?.shards.every(({ stage }) => stage === 'review') === true;
  };
  const untilInReview = async () => {
    while (!(await inReview())) await sleep(LOOK_EVERY_MS);
  };
  await Promise.race([untilInReview(), result]);
  const reviewed = performance.now();
  await endWaitOfClose(starter, run, 'review');
  await result;
  return { untilReviewMs: Math.round(reviewed - begun), closeMs: Math.round(performance.now() - begun) };
}

/** Throws INTERNAL naming the invariants that do not hold. */
async function requireInvariants(db: Database, temporal: Client, dataDir: string): Promise<number> {
  const begun = performance.now();
  const renderPool = createRenderPool({ threads: THREADS });
  const report = await verifyAll(db, {
    renderPool,
    histories: historyTexts(temporal),
    logDirs: [join(dataDir, 'logs')],
  }).finally(() => renderPool.close());
  const broken = Object.entries(overallVerdicts(report)).filter(([, verdict]) => Array.isArray(verdict));
  if (broken.length > 0) {
    const said = broken.map(([name, verdict]) => `${name}: ${[verdict].flat().join('; ')}`).join('\n');
    throw new KontorError('INTERNAL', `What Kontor made does not hold, so its time does not count.\n${said}`);
  }
  return Math.round(performance.now() - begun);
}

async function startWorker(leads: Partial<Record<keyof Env, string>>, dataDir: string): Promise<Worker> {
  return startNodeProcess({
    name: 'The worker',
    main: WORKER_MAIN,
    env: {},
    leads: Promise.resolve(leads),
    logFile: join(dataDir, 'logs', 'worker.log'),
    ready: z.object({ ready: z.literal(true) }),
  });
}

export interface KontorRun {
  verify: boolean;
  period?: string;
  /** Statements that are mailed when the worker is killed; null: it is not. */
  killAfter?: number | null;
}

function statementsArrived(sink: Sink): number {
  return [...sink.arrivals().counts.keys()].filter((id) => id.startsWith(STATEMENT_MAIL)).length;
}

/**
 * Ends the worker as a power cut would, once so many statements are mailed, and starts another at once. Throws INTERNAL where
 * the close is over before.
 */
async function replaceWorker(
  worker: Worker,
  { sink, after, over, start }: { sink: Sink; after: number; over: AbortSignal; start: () => Promise<Worker> },
): Promise<Worker> {
  while (statementsArrived(sink) < after) {
    if (over.aborted) throw new KontorError('INTERNAL', 'The close was over before its worker could be killed.');
    await sleep(LOOK_FOR_MAILS_MS);
  }
  process.kill(worker.pid, 'SIGKILL');
  await worker.died;
  return start();
}

/**
 * Closes the month, or another one, by a worker and a Temporal server of its own, as `kontor up` starts them. Throws INTERNAL
 * where an invariant does not hold or a mail arrived twice, and what the close throws.
 */
export async function runKontorArm(
  { database, sink, postgresPid, dataDir, alongside, say }: Setting,
  { verify, period = PERIOD, killAfter = null }: KontorRun,
): Promise<KontorMeasure> {
  const run = runKeyOf({ programme: PROGRAMME, period });
  // A server that keeps an earlier arm's close would take this one for the same.
  const env = readEnv(childEnvironment({ TEMPORAL_ADDRESS: '' }));
  const part = { dataDir, fleeting: false, say, died: say };
  const temporal = await alongside.start(
    () => startTemporalPart(env, part),
    (each) => each.stop(),
  );
  const leads = { DATABASE_URL: database.appUrl, SMTP_URL: sink.smtpUrl, ...temporal.env };
  const reached = readEnv(childEnvironment(leads));
  for (const sentence of (await setUp(reached)).failed) say(sentence);
  const start = () =>
    alongside.start(
      () => startWorker(leads, dataDir),
      (each) => each.stop(),
    );
  const first = await start();
  let worker = first;
  const over = new AbortController();
  try {
    return await withDatabase(reached, (db) =>
      withTemporal(reached, async (client) => {
        sink.begin();
        const replaced =
          killAfter === null
            ? Promise.resolve(first)
            : replaceWorker(first, { sink, after: killAfter, over: over.signal, start });
        const died = replaced.then(async (now) => {
          worker = now;
          throw await now.died;
        });
        const work = watchTree(postgresPid, () => watchWorker(first, () => close(db, client, { env: reached, run })));
        const { result: watched, peakMb: postgresPeakMb } = await Promise.race([work, died]);
        over.abort();
        await replaced;
        const { mails, firstMailMs, connections, repeated, counts } = sink.arrivals();
        // Whoever is killed cannot tell what the relay had taken: that is counted by whoever asked for it.
        if (killAfter === null && repeated.length > 0)
          throw new KontorError('INTERNAL', `Kontor mailed ${repeated[0] ?? ''} twice.`);
        const status = await db.transaction(ALL, (trx) => runStatus(trx, run));
        return {
          ...watched.result,
          sqlStatements: watched.load.sqlStatements,
          historyEvents: (await historyEvents(client, run)).run,
          workerPeakMb: (await peakMbOf(worker.pid)) ?? Math.round(watched.load.peakRssBytes / MIB),
          postgresPeakMb,
          firstMailMs,
          statements: status?.participants.issued ?? 0,
          parked: status?.participants.parked ?? 0,
          mails,
          smtpConnections: connections,
          messageIds: new Set(counts.keys()),
          verifyMs: verify ? await requireInvariants(db, client, dataDir) : null,
        };
      }),
    );
  } finally {
    over.abort();
    await worker.stop();
    await temporal.stop();
  }
}
